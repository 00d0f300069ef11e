using System.Globalization;
using FeatureExplorer.Web;

namespace FeatureExplorer.Tests.Web;

public sealed class ShowTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(-0.04, "0")]
    [InlineData(-0.06, "-0.1")]
    [InlineData(12.96, "13")]
    [InlineData(-184, "-184")]
    [InlineData(7.25, "7.3")]
    [InlineData(1e12, "1000000000000")]
    [InlineData(double.NaN, "NaN")]
    public void Coordinate_Value_HasOneDecimalAtMost(double value, string expected) => Assert.Equal(expected, Show.Coordinate(value));

    [Fact]
    public void Coordinate_ManyValues_AsWithAPattern()
    {
        var random = new Random(1);
        for (var i = 0; i < 10_000; i++)
        {
            var value = (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(1, 9));
            var expected = value.ToString("0.#", CultureInfo.InvariantCulture);
            Assert.Equal(expected == "-0" ? "0" : expected, Show.Coordinate(value));
        }
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(20, "20")]
    [InlineData(0.5, "0.5")]
    [InlineData(0.25, "0.25")]
    [InlineData(2.5, "2.5")]
    [InlineData(100, "100")]
    [InlineData(5000, "5,000")]
    [InlineData(20_000, "20 k")]
    [InlineData(0.00002, "2.0e-5")]
    public void Tick_Value_HasNoNeedlessZeros(double value, string expected) => Assert.Equal(expected, Show.Tick(value));
}
