using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Tests.Storage.Features;

public sealed class ControlledFeaturesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Of_ContextsAndTokens_MarksWhatTheControlHasAsWell()
    {
        var control = Control();
        FeatureSummary[] theirs = [Feature(0, tokens: [7]), Feature(1, tokens: [8, 9]), Feature(2, tokens: [10], state: FeatureState.Dead)];
        FeatureSummary[] features =
        [
            Feature(0, "arabic", 0.5), Feature(1, "arabic", 0.7), Feature(2, "greek", 0.2), Feature(3, tokens: [7]), Feature(4, tokens: [8]), Feature(5, tokens: [10]),
            Feature(6, "arabic", 0.6), Feature(7, "arabic", 0.1, state: FeatureState.Ultralow), Feature(8, "arabic", 0.7, [7]),
        ];

        var found = ControlledFeatures.Of(control, features, theirs);

        // The control's best feature of Arabic reaches 0.6; Greek it has none of; token 7 alone is one feature's, 8 is not, and 10 only a dead one's.
        Assert.Equal([(0, 4), (3, 0), (6, 4), (8, 0)], found.Marks.OrderBy(static m => m.Key).Select(static m => (m.Key, m.Value.Feature)));
        Assert.Equal(("arabic", 0.6, (int?)null), (found.Marks[0].Context!, found.Marks[0].Score!.Value, found.Marks[0].Token));
        Assert.Equal(7, found.Marks[8].Token);
        Assert.Equal(8, found.Live);
    }

    public void Dispose() => _folder.Dispose();

    private DictionaryInfo Control()
    {
        var writer = new RunWriter(FeatureDatabase.Open(new DataFolder(_folder.Path)));
        writer.SaveModel(SampleReports.Model());
        ContextInfo[] contexts = [new("arabic", "Arabic script", ContextKind.Script, 0.1), new("greek", "Greek script", ContextKind.Script, 0.1)];
        return writer.Publish(SampleReports.Draft(8), SampleReports.Reports(8), SampleVocabulary.Text) with
        {
            Contexts = contexts,
            ContextSummaries = [new ContextSummary(contexts[0], new ContextDetector(4, 0.6, 0.5, 0.5), null), new ContextSummary(contexts[1], null, null)],
        };
    }

    private static FeatureSummary Feature(int index, string? context = null, double? score = null, int[]? tokens = null, FeatureState state = FeatureState.Live) =>
        new(index, state, 0.01, 1, 0.5, context, score, tokens ?? [1, 2], [], []);
}
