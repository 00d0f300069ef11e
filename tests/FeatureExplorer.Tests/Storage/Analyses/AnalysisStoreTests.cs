using FeatureExplorer.Analysis.Automata;
using FeatureExplorer.Analysis.Map;
using FeatureExplorer.Analysis.Splitting;
using FeatureExplorer.Storage.Analyses;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Tests.Storage.Analyses;

public sealed class AnalysisStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SplittingStore _splitting;
    private readonly AutomataStore _automata;
    private readonly MapStore _maps;
    private readonly SplittingReader _reader;
    private readonly RunWriter _writer;
    private readonly ContentVersion _version;
    private readonly DictionaryInfo _small;
    private readonly DictionaryInfo _middle;
    private readonly DictionaryInfo _large;

    public AnalysisStoreTests()
    {
        var database = FeatureDatabase.Open(new DataFolder(_folder.Path));
        (_splitting, _automata, _writer, _version) = (new SplittingStore(database), new AutomataStore(database), new RunWriter(database), new ContentVersion(database));
        _maps = new MapStore(database);
        _reader = new SplittingReader(new FeatureStore(database), _splitting);
        _writer.SaveModel(SampleReports.Model());
        (_small, _middle, _large) = (Publish("0", 4), Publish("1", 8), Publish("2", 16));
        _splitting.Save(_small, _middle, [new(1, 2, 0.9f), new(1, 3, 0.5f), new(0, 3, 0.6f), new(2, 5, 0.8f)]);
        _splitting.Save(_middle, _large, [new(2, 7, 0.7f), new(3, 7, 0.45f), new(3, 9, 0.8f), new(6, 9, 0.5f), new(5, 11, 0.9f)]);
    }

    [Fact]
    public void Of_FeatureOfTheSmallest_IsItsDescendantsAndWhatMergesIntoThem()
    {
        var graph = _reader.Of(_small, 1, 0.4f);
        Assert.Equal(
            [("A/0/0", SplittingRole.Merging), ("A/0/1", SplittingRole.Chosen), ("A/1/2", SplittingRole.Descendant), ("A/1/3", SplittingRole.Descendant), ("A/1/6", SplittingRole.Merging), ("A/2/7", SplittingRole.Descendant), ("A/2/9", SplittingRole.Descendant)],
            graph.Nodes.Select(n => (n.Id, n.Role)));
        Assert.Equal(
            [("A/0/1", "A/1/2", 0.9f), ("A/1/3", "A/2/9", 0.8f), ("A/1/2", "A/2/7", 0.7f), ("A/0/0", "A/1/3", 0.6f), ("A/0/1", "A/1/3", 0.5f), ("A/1/6", "A/2/9", 0.5f), ("A/1/3", "A/2/7", 0.45f)],
            graph.Links.Select(l => (l.From.Id, l.To.Id, l.Similarity)));
        Assert.True(graph.Compared);
        Assert.Equal(0, graph.Left);
    }

    [Fact]
    public void Of_HigherThreshold_LeavesWeakerEdgesOut() => Assert.Equal(["A/0/1", "A/1/2"], _reader.Of(_small, 1, 0.75f).Nodes.Select(n => n.Id));

    [Fact]
    public void Of_FeatureOfTheLargest_IsItsAncestors() => Assert.Equal(
        [("A/0/0", SplittingRole.Ancestor), ("A/0/1", SplittingRole.Ancestor), ("A/1/2", SplittingRole.Ancestor), ("A/1/3", SplittingRole.Ancestor), ("A/2/7", SplittingRole.Chosen)],
        _reader.Of(_large, 7, 0.4f).Nodes.Select(n => (n.Id, n.Role)));

    [Fact]
    public void Of_MoreFeaturesThanShown_CountsThoseLeftOut()
    {
        var many = Publish("3", 100);
        _splitting.Save(_large, many, [.. Enumerable.Range(0, 90).Select(to => new SplittingEdge(1, to, 0.5f + (to / 1000f)))]);
        var graph = _reader.Of(_large, 1, 0.4f);
        Assert.Equal(SplittingGraph.Most, graph.Nodes.Count(n => n.Role == SplittingRole.Descendant));
        Assert.Equal(90 - SplittingGraph.Most, graph.Left);
        Assert.Contains(graph.Nodes, n => n.Id == "A/3/89");
    }

    [Fact]
    public void Publish_EitherDictionaryAgain_TakesTheAnalysesAway()
    {
        Assert.True(_splitting.Has(_middle, _large));
        _automata.Save(_large, [Transitions(3)], Report());
        var newer = Publish("2", 16);
        Assert.False(_splitting.Has(_middle, newer));
        Assert.Equal([_small.Stamp], _splitting.Compared(_middle));
        Assert.False(_automata.Has(newer));
        Assert.True(_splitting.Has(_small, _middle));
    }

    [Fact]
    public void Map_OfOneAndOfTwo_ReadBackFromBothSides()
    {
        MapPoint[] own = [new(0, 1, 0.5f, -2, 0, 1), new(0, 3, 1.5f, 2, Hdbscan.None, 0)], joint = [new(0, 1, 1, 2, 0, 0), new(0, 2, 3, 4, 1, 2), new(1, 0, 5, 6, 0, 1)];
        _maps.Save(_middle, null, own);
        _maps.Save(_middle, _small, joint);

        Assert.Equal(own, _maps.Find(_middle));
        Assert.Null(_maps.Find(_small));
        Assert.Equal(joint, _maps.Find(_middle, _small));
        Assert.Equal([new(0, 0, 5, 6, 0, 1), new(1, 1, 1, 2, 0, 0), new(1, 2, 3, 4, 1, 2)], _maps.Find(_small, _middle)!);
        Assert.Equal([_small.Stamp], _maps.Joint(_middle));
        Assert.Equal([_middle.Stamp], _maps.Joint(_small));
        Assert.False(_maps.Has(Publish("1", 8)));
        Assert.Empty(_maps.Joint(_small));
    }

    [Fact]
    public void Automata_AfterSave_ReadBackTheSameAndPagesAreRenewedOnce()
    {
        Assert.Null(_automata.Find(_small));
        var before = _version.Read();
        _automata.Save(_small, [Transitions(1), Transitions(3)], Report());
        Assert.Equal(before + 1, _version.Read());
        Assert.Equivalent(Report(), _automata.Find(_small), strict: true);
        Assert.Equivalent(Transitions(3), _automata.Find(_small, 3), strict: true);
        Assert.Null(_automata.Find(_small, 2));
        Assert.Null(_automata.Find(_middle, 3));
    }

    public void Dispose() => _folder.Dispose();

    private static FeatureTransitions Transitions(int feature) => new(feature, [Edge(feature, 2)], [Edge(0, feature)]);

    private static Transition Edge(int from, int to) => new(from, to, 30, 0.25, 4, 0.5, 0.1, 0.75, 0.6, [new TransitionToken(5, 20, true)]);

    private static AutomataReport Report() => new(
        0.15, 3, 20, 1000,
        [new FeatureSystem([1, 2], [Edge(1, 2), Edge(2, 1)], 0.5, [new SystemExample(7, 1, "html", [3, 4, 5], [-1, 0, 1], 1)]) { Check = new GenerationCheck(0.3, 0.1, 0.2, 0.05, 64) }]);

    private DictionaryInfo Publish(string name, int features) => _writer.Publish(SampleReports.Draft(features, name), SampleReports.Reports(features), SampleVocabulary.Text);
}
