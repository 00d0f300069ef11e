using System.Globalization;
using System.Text;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Tests.Web.Features;

public sealed class ShowTests
{
    [Theory]
    [InlineData(0, "0 documents")]
    [InlineData(1, "1 document")]
    [InlineData(2000, "2,000 documents")]
    public void Counted_Number_HasItsNoun(long count, string expected) => Assert.Equal(expected, Show.Counted(count, "document"));

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

    [Fact]
    public void Coordinate_InAPath_AsByItself()
    {
        double[] values = [0, -0.06, 12.96, -184, 1e12, double.NaN];
        Assert.All(values, value => Assert.Equal("M" + Show.Coordinate(value), new StringBuilder("M").Coordinate(value).ToString()));
    }

    [Fact]
    public void Decimals_ManyValues_AsWithAPattern()
    {
        var random = new Random(2);
        for (var i = 0; i < 20_000; i++)
        {
            var value = (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-4, 7));
            Assert.Equal(As(value, "0.00;−0.00"), Show.Two(value));
            Assert.Equal(As(value, "+0.00;−0.00;0.00"), Show.Signed(value));
            Assert.Equal(As(value, "0.000;−0.000"), Show.Three(value));
            Assert.Equal(As(100 * value, "0;−0") + " %", Show.WholePercent(value));
        }
    }

    [Theory]
    [InlineData(-0.004, "0.00", "0.00")]
    [InlineData(-0.006, "−0.01", "−0.01")]
    [InlineData(0.006, "0.01", "+0.01")]
    [InlineData(1.995, "2.00", "+2.00")]
    [InlineData(-1e12, "−1000000000000.00", "−1000000000000.00")]
    [InlineData(double.NaN, "–", "NaN")]
    public void Decimals_NearZeroOrNone_HaveNoEmptySign(double value, string two, string signed) =>
        Assert.Equal((two, signed), (Show.Two(value), Show.Signed(value)));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(-0.00012, "−1.2e-4")]
    [InlineData(0.00123, "0.00123")]
    [InlineData(0.0123, "0.0123")]
    [InlineData(-0.123, "−0.123")]
    [InlineData(-1234.5, "−1,235")]
    [InlineData(1.234, "1.23")]
    [InlineData(12.34, "12.3")]
    [InlineData(1234.5, "1,235")]
    [InlineData(double.PositiveInfinity, "–")]
    public void Significant_Value_HasThreeDigits(double value, string expected) => Assert.Equal(expected, Show.Significant(value));

    [Fact]
    public void Three_BelowZero_HasAMinus() => Assert.Equal(("−0.488", "−49 %"), (Show.Three(-0.488), Show.WholePercent(-0.488)));

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

    // A pattern leaves the sign of some numbers that it rounds to zero.
    private static string As(double value, string pattern)
    {
        var text = value.ToString(pattern, CultureInfo.InvariantCulture);
        return text.TrimStart('-').All(static c => c is '0' or '.') ? text.TrimStart('-') : text;
    }
}
