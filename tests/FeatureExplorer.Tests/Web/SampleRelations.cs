using FeatureExplorer.Analysis.Ablations;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Relations;
using FeatureExplorer.Tests.Analysis;
using FeatureExplorer.Tests.Storage;

namespace FeatureExplorer.Tests.Web;

/// <summary>Publishes what the command relate would for the analysed dictionary of the sample site, and made-up counterparts in model B.</summary>
internal static class SampleRelations
{
    /// <summary>Correlation of every feature of A/1 with its made-up counterpart in B/1, by feature.</summary>
    public static float Counterpart(int feature) => 0.5f + (0.02f * feature);

    public static void Save(FeatureDatabase database, SmallAnalysis analysis, DictionaryInfo features, DictionaryInfo other, Func<IReadOnlyList<int>, string> text)
    {
        var folder = database.Folder;
        analysis.Model.Save(folder.Model("A"));
        analysis.Dictionary.Save(folder.Dictionary("A", "1"));
        var path = folder.Index("A", DictionaryDraft.Neurons);
        using (var encoder = new NeuronEncoder(analysis.Model))
        {
            ActivationIndexBuilder.Build(path, analysis.Corpus.HeldOut, long.MaxValue, encoder, analysis.Index.Header with { Dictionary = "neurons" });
        }

        bool[] occurs = [.. analysis.Corpus.UnigramCounts.Select(count => count > 0)];
        using var index = ActivationIndex.Open(path);
        using var identity = NeuronEncoder.Identity(SmallAnalysis.Inputs);
        var analyzer = new FeatureAnalyzer(index, analysis.Corpus.HeldOut, analysis.Contexts, identity, analysis.Model, analysis.Corpus.UnigramCounts);
        var neurons = new RunWriter(database).Publish(
            SampleReports.Draft(SmallAnalysis.Inputs, DictionaryDraft.Neurons) with { Contexts = features.Contexts, Provenance = features.Provenance, Index = new IndexSummary(index.Tokens, index.Activations, index.BytesPerActivation, 0.1) }, analyzer.Analyze(), text);
        var store = new RelationStore(database);
        var (mine, theirs) = (new RelatedUnits(analysis.Index, analysis.Dictionary, analysis.Model, occurs, false), new RelatedUnits(index, identity, analysis.Model, occurs, true));
        Save(store, (features, mine), (features, mine));
        Save(store, (features, mine), (neurons, theirs));
        store.Save(features, other, [.. Enumerable.Range(0, SmallAnalysis.Features).Select(MadeUp)], Summary([.. Enumerable.Range(0, SmallAnalysis.Features).Select(MadeUp)], analysis));
        using var ablator = new Ablator(analysis.Model, analysis.Dictionary, analysis.Corpus.HeldOut, occurs);
        new AblationStore(database).Save(features, ablator.Run(AblationTask.Of(analysis.Reports)));
    }

    private static void Save(RelationStore store, (DictionaryInfo Info, RelatedUnits Units) left, (DictionaryInfo Info, RelatedUnits Units) right)
    {
        var (forward, back) = UnitRelator.Relate(left.Units, right.Units);
        store.Save(left.Info, right.Info, forward, Universality.Of(forward, unit => left.Units.Index.Count(unit), left.Units.Index.Tokens));
        if (back is not null)
        {
            store.Save(right.Info, left.Info, back, Universality.Of(back, unit => right.Units.Index.Count(unit), right.Units.Index.Tokens));
        }
    }

    private static Universality Summary(IReadOnlyList<UnitRelations> relations, SmallAnalysis analysis) =>
        Universality.Of(relations, unit => analysis.Index.Count(unit), analysis.Tokens);

    private static UnitRelations MadeUp(int feature) =>
        new(feature, [new UnitMatch(feature, Counterpart(feature), 0.5f, 0.4f, 3, 0.2f, 0.3f, float.NaN, 0.25f)], [], [], 0);
}
