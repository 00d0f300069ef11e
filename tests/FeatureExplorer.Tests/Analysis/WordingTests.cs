using FeatureExplorer.Analysis;

namespace FeatureExplorer.Tests.Analysis;

public sealed class WordingTests
{
    [Theory]
    [InlineData(0, "feature", "0 features")]
    [InlineData(1, "model", "1 model")]
    [InlineData(2000, "held-out token", "2,000 held-out tokens")]
    [InlineData(1, "dictionary", "1 dictionary")]
    [InlineData(3, "dictionary", "3 dictionaries")]
    [InlineData(2, "day", "2 days")]
    [InlineData(2, "entry", "2 entries")]
    [InlineData(2, "match", "2 matches")]
    public void Counted_Noun_HasTheNumberOfItsCount(long value, string noun, string expected) => Assert.Equal(expected, Wording.Counted(value, noun));

    [Fact]
    public void Listed_Names_AreJoinedAsInASentence()
    {
        Assert.Equal("A", Wording.Listed(["A"]));
        Assert.Equal("A and B", Wording.Listed(["A", "B"]));
        Assert.Equal("A, B and its neurons", Wording.Listed(["A", "B"], "its neurons"));
        Assert.EndsWith(", 20 and 5 more", Wording.Listed([.. Enumerable.Range(1, 25).Select(static i => $"{i}")]), StringComparison.Ordinal);
    }

    [Fact]
    public void ThereAre_Names_AreInTheirNaturalOrder()
    {
        Assert.Equal("there are G/2 and G/10", Wording.ThereAre(["G/10", "G/2"]));
        Assert.Equal("there is A", Wording.ThereAre(["A"]));
    }
}
