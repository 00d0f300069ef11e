using FeatureExplorer.Analysis;

namespace FeatureExplorer.Tests.Analysis;

public sealed class NaturalOrderTests
{
    [Theory]
    [InlineData("G/2", "G/10")]
    [InlineData("A", "A-shuffled")]
    [InlineData("A/9", "B/1")]
    [InlineData("x2y9", "x2y10")]
    [InlineData("1", "01")]
    [InlineData("12345678901234567890", "12345678901234567891")]
    [InlineData("", "0")]
    public void Compare_EarlierName_ComesFirst(string earlier, string later)
    {
        Assert.True(NaturalOrder.Names.Compare(earlier, later) < 0);
        Assert.True(NaturalOrder.Names.Compare(later, earlier) > 0);
        Assert.Equal(0, NaturalOrder.Names.Compare(later, later));
    }

    [Fact]
    public void Order_Dictionaries_FollowsTheirNumbers() =>
        Assert.Equal(["A/1", "A/2", "A/10", "A/neurons", "B/1"], new[] { "B/1", "A/10", "A/neurons", "A/2", "A/1" }.Order(NaturalOrder.Names));
}
