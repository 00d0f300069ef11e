using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Tests.Analysis.Statistics;

public sealed class SignificantDigitsTests
{
    [Theory]
    [InlineData(0.0225, 0.0074, "0.0225", "0.00740")]
    [InlineData(0.0078, 0.0074, "0.00780", "0.00740")]
    [InlineData(0.99401, 0.99399, "0.99401", "0.99399")]
    [InlineData(1, 1, "1.00", "1.00")]
    [InlineData(-0.5, 0.5, "-0.500", "0.500")]
    [InlineData(0.00001234, 0.00001238, "1.23e-5", "1.24e-5")]
    [InlineData(0, 0.004, "0", "0.00400")]
    public void Apart_TwoNumbers_LookAsDifferentAsTheyAre(double first, double second, string one, string other)
    {
        var digits = SignificantDigits.Apart(first, second);
        Assert.Equal(one, SignificantDigits.Show(first, digits));
        Assert.Equal(other, SignificantDigits.Show(second, digits));
    }

    [Theory]
    [InlineData(1234567, "1,234,567")]
    [InlineData(22.64, "22.6")]
    [InlineData(0.247, "0.247")]
    [InlineData(double.NaN, "–")]
    public void Show_Usually_HasThreeDigits(double value, string expected) => Assert.Equal(expected, SignificantDigits.Show(value));
}
