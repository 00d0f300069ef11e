using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Analysis.Verdicts;

namespace FeatureExplorer.Tests.Analysis.Verdicts;

public sealed class FeatureNameTests
{
    private static readonly string[] Many = [" the", " of", " and", " to", " in", " is", " was", " for"];

    [Fact]
    public void Of_Label_IsTheLabel()
    {
        var name = FeatureName.Of("Arabic prose", Facts(FeatureState.Live, "Arabic script", 0.9, ["و"], ["ال"]));
        Assert.Equal(new FeatureName("Arabic prose", FeatureNameSource.Label), name);
        Assert.Equal(FeatureNameSource.Generated, FeatureName.Of(string.Empty, Facts(FeatureState.Live, null, 0, Many, [])).Source);
    }

    [Theory]
    [InlineData(0.5, "Arabic script: promotes و, ال")]
    [InlineData(0.4999, "Correlates with Arabic script (0.50): promotes و, ال")]
    [InlineData(0.3, "Correlates with Arabic script (0.30): promotes و, ال")]
    [InlineData(0.2999, "Fires on the, of and other tokens: promotes و, ال")]
    public void Of_BestContext_NamesItAsFarAsItsScoreBears(double pearson, string expected) =>
        Assert.Equal(expected, Generated(Facts(FeatureState.Live, "Arabic script", pearson, Many, ["و", "ال", "ن"])));

    [Theory]
    [InlineData(new[] { " the" }, "Token the")]
    [InlineData(new[] { " the", "the" }, "Token the")]
    [InlineData(new[] { ",", " and", "." }, "Tokens “,”, and, “.”")]
    [InlineData(new[] { "a", "b", "c", "d" }, "Fires on a, b and other tokens")]
    [InlineData(new[] { "a", "\\xd8" }, "Fires on a and other tokens")]
    [InlineData(new[] { "\\xd8", "\\xd9" }, "Fires on parts of characters")]
    [InlineData(new string[0], "No pattern found")]
    public void Of_TopTokens_NamesThemWhereTheyAreFewAndReadable(string[] tokens, string expected) =>
        Assert.Equal(expected, Generated(Facts(FeatureState.Live, null, 0, tokens, [])));

    [Fact]
    public void Of_ContextAndSingleToken_NamesBoth() =>
        Assert.Equal("Hebrew script, token ר: promotes “\"”", Generated(Facts(FeatureState.Live, "Hebrew script", 0.6, ["ר"], ["\\xd7", "\""])));

    [Theory]
    [InlineData(FeatureState.Dead, "Dead: never fires")]
    [InlineData(FeatureState.Ultralow, "Ultralow density: fires on the, of, and")]
    public void Of_FeatureThatHardlyFires_SaysSo(FeatureState state, string expected) => Assert.Equal(expected, Generated(Facts(state, "DNA", 0.9, Many, ["GA"])));

    [Fact]
    public void Of_LongTokens_StaysShortAndWhole()
    {
        var long1 = new string('a', 19) + "😀" + new string('b', 50);
        var name = Generated(Facts(FeatureState.Live, null, 0, [long1], [new string('x', 500), "y"]));
        Assert.Equal($"Token “{new string('a', 19)}…”: promotes “{new string('x', 20)}…”, y", name);
    }

    private static FeatureNameFacts Facts(FeatureState state, string? context, double pearson, string[] tokens, string[] promotes) => new(state, context, pearson, tokens, promotes);

    private static string Generated(FeatureNameFacts facts) => FeatureName.Of(null, facts).Text;
}
