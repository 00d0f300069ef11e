using FeatureExplorer.Analysis.Ablations;
using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Relations;

namespace FeatureExplorer.Tests.Storage.Relations;

public sealed class RelationStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FeatureStore _features;
    private readonly RelationStore _relations;
    private readonly AblationStore _ablations;
    private readonly RunWriter _writer;
    private readonly DictionaryInfo _a;
    private readonly DictionaryInfo _b;
    private readonly DictionaryInfo _neurons;

    public RelationStoreTests()
    {
        var database = FeatureDatabase.Open(new DataFolder(_folder.Path));
        (_features, _relations, _ablations, _writer) = (new FeatureStore(database), new RelationStore(database), new AblationStore(database), new RunWriter(database));
        _writer.SaveModel(SampleReports.Model());
        _writer.SaveModel(SampleReports.Model("B"));
        _a = Publish("1", "A");
        _b = Publish("1", "B");
        _neurons = Publish(DictionaryDraft.Neurons, "A");
    }

    [Fact]
    public void Find_AfterSave_ReadsBackTheSame()
    {
        var relations = Enumerable.Range(0, 8).Select(Relations).ToList();
        _relations.Save(_a, _b, relations, Summary(0.7));
        _relations.Save(_a, _neurons, relations, Summary(0.4));

        var found = _relations.Find(_a, 5);
        Assert.Equal(["A/neurons", "B/1"], found.Select(r => r.Id));
        Assert.Equal([true, false], found.Select(r => r.AreNeurons));
        Assert.Equal(relations[5].ByActivation, found[1].Relations.ByActivation);
        Assert.Equal(relations[5].ByDirection, found[1].Relations.ByDirection);
        Assert.Equal(relations[5].ByLogits, found[1].Relations.ByLogits);
        Assert.Equal(relations[5].TotalDirection, found[1].Relations.TotalDirection);
        Assert.Empty(_relations.Find(_b, 5));
        Assert.Equal([("A/neurons", 0.4), ("B/1", 0.7)], _relations.Universality(_a).Select(u => (u.Id, u.Result.Median)));
        Assert.True(_relations.Has(_a, _b));
        Assert.False(_relations.Has(_b, _a));
    }

    [Fact]
    public void Counterparts_EveryUnit_AreTheBestMatchesByActivation()
    {
        _relations.Save(_a, _b, [.. Enumerable.Range(0, 7).Select(Relations), new UnitRelations(7, [], Relations(7).ByDirection, [], 1)], Summary(0.7));
        var found = _relations.Counterparts(_a, _b);
        Assert.Equal(Enumerable.Range(0, 8).ToDictionary(unit => unit, unit => _relations.Find(_a, unit).Single().Relations.Best).Where(pair => pair.Value is not null).Select(pair => (pair.Key, pair.Value!.Value)), found.Select(pair => (pair.Key, pair.Value)));
        Assert.Equal(7, found.Count);
        Assert.Empty(_relations.Counterparts(_b, _a));
    }

    [Fact]
    public void Save_Again_ReplacesTheOlder()
    {
        _relations.Save(_a, _b, [Relations(5)], Summary(0.7));
        _relations.Save(_a, _b, [Relations(6)], Summary(0.2));
        Assert.Empty(_relations.Find(_a, 5));
        Assert.Single(_relations.Find(_a, 6));
        Assert.Equal(0.2, Assert.Single(_relations.Universality(_a)).Result.Median);
    }

    [Fact]
    public void Publish_EitherSideAgain_TakesTheRelationsAway()
    {
        _relations.Save(_a, _b, [Relations(5)], Summary(0.7));
        _relations.Save(_b, _a, [Relations(5)], Summary(0.7));
        _ablations.Save(_b, [Ablation(5)]);
        var newer = Publish("1", "B");
        Assert.False(_relations.Has(_a, newer));
        Assert.Empty(_relations.Find(_a, 5));
        Assert.Empty(_relations.Find(newer, 5));
        Assert.Empty(_relations.Universality(_a));
        Assert.Null(_ablations.Find(newer, 5));
    }

    [Fact]
    public void Ablations_AfterSave_ReadBackTheSame()
    {
        Assert.False(_ablations.Has(_a));
        _ablations.Save(_a, [Ablation(2), Ablation(5)]);
        Assert.True(_ablations.Has(_a));
        Assert.Equivalent(Ablation(5), _ablations.Find(_a, 5), strict: true);
        Assert.Null(_ablations.Find(_a, 3));
        Assert.Equal([new AblationEffect(2, 0.2, null), new AblationEffect(5, 0.5, 0.05)], _ablations.Effects(_a));
    }

    [Fact]
    public void Neurons_AreNotAmongTheDictionariesButHaveTheirOwnList()
    {
        Assert.Equal(["A/1", "B/1"], _features.Dictionaries().Select(d => d.Id));
        Assert.Equal(["A/neurons"], _features.Neurons().Select(d => d.Id));
        Assert.Equal(_neurons.Stamp, _features.NeuronsOf("A")!.Stamp);
        Assert.Null(_features.NeuronsOf("B"));
    }

    public void Dispose() => _folder.Dispose();

    private DictionaryInfo Publish(string name, string model) =>
        _writer.Publish(SampleReports.Draft(8, name, model), SampleReports.Reports(8), SampleVocabulary.Text);

    private static UnitRelations Relations(int unit) => new(
        unit,
        [.. Enumerable.Range(0, UnitRelations.Most).Select(rank => new UnitMatch(rank * unit, 0.9f - (0.05f * rank), 0.3f, 0.2f, 11.5f, 0.6f, 0.7f, -0.1f, 0.25f))],
        [new UnitMatch(3, 0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f, 0.7f, float.NaN)], [], 12.5);

    private static Universality Summary(double median) =>
        new(8, median, [0, 0.1, median, 0.8, 0.9], null, new Histogram([0, 0.5f, 1], [3, 5]), SampleReports.Tokens);

    private static AblationReport Ablation(int feature) => new(
        feature, 20, feature / 10.0, 0.75, feature == 5 ? 0.05 : null,
        [new AblatedExample(1234, [new AblatedToken(9, 0.5f, [new TokenWeight(7, 1.5f)], [new TokenWeight(8, -0.5f)])])]);
}
