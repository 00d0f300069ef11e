using FeatureExplorer.Analysis.Exploration;

namespace FeatureExplorer.Tests.Analysis.Exploration;

public sealed class FeatureFinderTests
{
    [Fact]
    public void Find_SelectedTokensAndWholeTexts_KeepsWhatFiresOnAllAndOnNoContrast()
    {
        var first = Text([(9, 5)], [(1, 2), (2, 1), (4, 4)], [(1, 6), (2, 3)]);
        var second = Text([], [(2, 4)], [(1, 1), (4, 1)]);
        var contrast = Text([(2, 7)], [(4, 1)]);

        var found = FeatureFinder.Find([(first, [1, 2]), (second, [])], [contrast], static feature => feature == 1 ? 10 : 4, 10);

        // 1: min(2, 6) and max(1) of 10; 2: min(1, 3) and max(4) of 4, the contrast's end-of-text mark does not count; 4 fires on one selected token only.
        Assert.Equal([2, 1], found.Select(static candidate => candidate.Feature));
        Assert.Equal([0.25f, 1f], found[0].Strengths);
        Assert.Equal([0.2f, 0.1f], found[1].Strengths);
        Assert.Equal(0.1f, found[1].Weakest);
    }

    [Fact]
    public void Find_OneTextWithoutSelection_LeavesOutTheEndOfTextMark() =>
        Assert.Equal([3], FeatureFinder.Find([(Text([(9, 5)], [(3, 1)]), [])], [], static _ => 1, 10).Select(static candidate => candidate.Feature));

    [Fact]
    public void Find_MoreThanAsked_GivesTheStrongest() =>
        Assert.Equal([2, 1], FeatureFinder.Find([(Text([], [(0, 1), (1, 2), (2, 3)]), [])], [], static _ => 4, 2).Select(static candidate => candidate.Feature));

    private static TextReading Text(params (int Feature, float Activation)[][] tokens) => new(
        [.. tokens.Select(static _ => 0)], [.. tokens.Select(static active => active.Select(static a => new ActiveFeature(a.Feature, a.Activation, 0)).ToList())],
        [.. tokens.Select(static _ => 0f)], [.. tokens.Select(static _ => (float?)null)], [.. tokens.Select(static _ => (float?)null)], null, 0);
}
