using FeatureExplorer.Analysis.Automata;
using FeatureExplorer.Analysis.Map;
using FeatureExplorer.Analysis.Splitting;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Storage.Analyses;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Tests.Web.Systems;

/// <summary>Made-up splitting and systems of features, with every part that a page draws.</summary>
internal static class SampleSystems
{
    public static void Save(FeatureDatabase database, DictionaryInfo small, DictionaryInfo large)
    {
        var random = new CounterRandom(4);
        MapPoint Point(int set, int feature, int order) => new(set, feature, 4 * random.Normal((ulong)(2 * order)), 4 * random.Normal((ulong)((2 * order) + 1)), (order % 5) - 1, order);
        new MapStore(database).Save(small, null, [.. Enumerable.Range(0, small.Features).Select(i => Point(0, i, i))]);
        new MapStore(database).Save(small, large, [.. Enumerable.Range(0, small.Features).Select(i => Point(0, i, i)), .. Enumerable.Range(0, 40).Select(i => Point(1, i, small.Features + i))]);
        new SplittingStore(database).Save(small, large, [new SplittingEdge(4, 60, 0.9f), new SplittingEdge(4, 61, 0.5f), new SplittingEdge(6, 61, 0.7f)]);
        Transition[] edges = [Edge(4, 6), Edge(6, 7), Edge(7, 8), Edge(8, 4), Edge(6, 6), Edge(4, 7), Edge(6, 4)];
        var example = new SystemExample(3, 0, "c", [.. Enumerable.Range(0, 40).Select(i => 256 + (i % 8))], [.. Enumerable.Range(0, 40).Select(i => (i % 5) - 1)], 31);
        var check = new GenerationCheck(0.25, 0.125, 0.05, 0.01, 256);
        new AutomataStore(database).Save(
            small,
            [new FeatureTransitions(4, [edges[0], edges[5]], [edges[3], edges[6]])],
            new AutomataReport(0.15, 3, 20, 5000, [new FeatureSystem([6], [edges[4]], 0.9, [example]) { Check = check }, new FeatureSystem([4, 6, 7, 8], edges, 0.4, [example, example]) { Check = check }]));
    }

    private static Transition Edge(int from, int to) =>
        new(from, to, 40, 0.5, 6, 0.25, 0.1, 0.75, 0.4, [.. Enumerable.Range(0, Transition.MostTokens).Select(i => new TransitionToken(256 + i, 30 - i, i % 2 == 0))]);
}
