using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Steering;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Text.Demo;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Relations;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Tests.Training.Stages;

/// <summary>The whole way on the demo corpus, with every part real and every size small.</summary>
public sealed class RunPipelineTests
{
    private static readonly RunConfiguration Small = SmallRun.Configuration;

    [Fact]
    public void Run_SmallDemo_PublishesFeaturesThatAddUp()
    {
        using var folder = new TemporaryFolder();
        var database = FeatureDatabase.Open(new DataFolder(folder.Path));
        var result = Pipeline(database).Run(Small);

        var store = new FeatureStore(database);
        var info = Assert.Single(store.Dictionaries());
        Assert.Equal("A/1", info.Id);
        Assert.Equal(15_000, result.Dictionaries[0].Index.Tokens);
        using var index = ActivationIndex.Open(database.Folder.Index("A", "1"));
        index.Verify();
        var reports = Enumerable.Range(0, 48).Select(i => store.FindFeature(info, i)!).ToList();
        Assert.Equal(index.Activations, reports.Sum(report => report.Activations));
        Assert.Equal(result.Dictionaries[0].Index.Activations, index.Activations);
        Assert.All(reports, report => Assert.Equal(report.Activations, report.IntervalExamples.Sum(interval => interval.Count)));
        Assert.Equal(reports.Count(report => report.Activations == 0), result.Dictionaries[0].Dead);
        var neurons = store.NeuronsOf("A")!;
        Assert.True(new RelationStore(database).Has(info, neurons) && new RelationStore(database).Has(neurons, info));
        Assert.Equal(48 - info.Dead, new AblationStore(database).Effects(info).Count);
    }

    [Fact]
    public void Run_EveryKind_HeldOutCurvesEndAtWhatIsKept()
    {
        using var folder = new TemporaryFolder();
        SmallRun.CopyCorpus(folder.Path);
        var database = FeatureDatabase.Open(new DataFolder(folder.Path));
        string[] variants = ["paper-2023", "topk", "jumprelu"];
        var run = Small with
        {
            FormingShare = 0,
            Dictionaries = [.. variants.Select((variant, i) => DictionarySettings.For($"{i + 1}", 32, variant) with { Samples = 5_000, Batch = 256 })],
        };
        var points = new List<CurvePoint>();
        var result = Pipeline(database).Run(run, new StageProgress.Direct<RunProgress>(p =>
        {
            if (p.Point is { } point)
            {
                points.Add(point);
            }
        }));
        foreach (var dictionary in new FeatureStore(database).Dictionaries())
        {
            var last = points.Last(p => p.Curve == Curves.HeldOut(dictionary.Id));
            Assert.Equal(last.Steps, last.Step);
            Assert.Equal([dictionary.Metrics.ExplainedVariance, dictionary.Metrics.LossRecovered, dictionary.Metrics.L0], last.Values);
            Assert.Equal(points.Last(p => p.Curve == dictionary.Id).Step, last.Step);
            Assert.Matches("^the first 15,000 of [0-9,]+ held-out tokens$", dictionary.Provenance.Mask);
        }

        var loss = points.Last(p => p.Curve == Curves.HeldOut(Curves.Transformer));
        Assert.Equal((loss.Steps, result.Model.HeldOutLoss), (loss.Step, loss.Values[0]));
        Assert.Equal(points.Last(p => p.Curve == Curves.Transformer).Step, loss.Step);
    }

    [Fact]
    public void Run_Again_TakesEveryStageOver()
    {
        using var folder = new TemporaryFolder();
        var database = FeatureDatabase.Open(new DataFolder(folder.Path));
        var first = Pipeline(database).Run(Small);
        var weights = File.GetLastWriteTimeUtc(Path.Combine(database.Folder.Model("A"), TransformerModel.WeightsFile));
        var index = File.GetLastWriteTimeUtc(database.Folder.Index("A", "1"));
        var second = Pipeline(database).Run(Small);

        Assert.Equal(first.Model, second.Model);
        Assert.Equal(first.Dictionaries[0].LossRecovered, second.Dictionaries[0].LossRecovered);
        Assert.Equal(weights, File.GetLastWriteTimeUtc(Path.Combine(database.Folder.Model("A"), TransformerModel.WeightsFile)));
        Assert.Equal(index, File.GetLastWriteTimeUtc(database.Folder.Index("A", "1")));
    }

    [Fact]
    public void Run_OfALlama_TrainsItAndItsDictionary()
    {
        using var folder = new TemporaryFolder();
        SmallRun.CopyCorpus(folder.Path);
        var database = FeatureDatabase.Open(new DataFolder(folder.Path));
        var result = Pipeline(database).Run(Small with { Transformer = Small.Transformer with { Architecture = "llama", LearningRate = 3e-3f } });

        using var model = TransformerModel.Load(database.Folder.Model("A"));
        Assert.Equal((NormKind.RmsNorm, NeuronKind.Silu, true, false), (model.Config.Architecture.Norm, model.Config.Architecture.Neurons, model.Config.Architecture.Gated, model.Config.Architecture.Biases));
        Assert.InRange(result.Model.HeldOutLoss, 1, Math.Log(model.Config.VocabularySize) - 0.5);
        Assert.InRange(result.Dictionaries[0].ExplainedVariance, 0.2, 1);
    }

    [Fact]
    public void Run_WithSteering_EndsWithWhatTheCommandMeasures()
    {
        using var folder = new TemporaryFolder();
        SmallRun.CopyFinished(folder.Path);
        var database = FeatureDatabase.Open(new DataFolder(folder.Path));
        var (store, steered) = (new FeatureStore(database), new SteeringStore(database));
        Assert.False(steered.Has(store.FindDictionary("A", "1")!));
        Pipeline(database).Run(Small with { Steer = 3 });

        var dictionary = store.FindDictionary("A", "1")!;
        var found = steered.Of(dictionary, Enumerable.Range(0, dictionary.Features));
        Assert.NotEmpty(found);
        Assert.All(found.Values, static effect => Assert.Equal(3, effect.Strength));
        var expected = new SteerStage(database).Run(dictionary, "1,2,3,4,5,6,7,8,9,10", 3, new SteeringOptions(), new StageProgress(1, null), default);
        Assert.Equal(expected.OrderBy(static e => e.Feature), found.Values.OrderBy(static e => e.Feature));
    }

    [Fact]
    public void Run_FolderWithFilesThatAreNotRead_ListsThemInItsResult()
    {
        using var folder = new TemporaryFolder();
        var texts = Directory.CreateDirectory(Path.Combine(folder.Path, "texts")).FullName;
        File.WriteAllText(Path.Combine(texts, "README"), "x");
        foreach (var document in DemoCorpus.Documents(1, 300_000).Select((d, i) => (d.Text, Name: $"{i}.txt")))
        {
            File.WriteAllText(Path.Combine(texts, document.Name), document.Text);
        }

        var database = FeatureDatabase.Open(new DataFolder(Path.Combine(folder.Path, "data")));
        var configuration = Small with { Corpus = [texts] };
        for (var run = 0; run < 2; run++)
        {
            var warnings = new List<string>();
            var result = new RunPipeline(database, TimeProvider.System, warnings.Add).Run(configuration);
            var problem = $"{texts}: files without an extension are not read: 1 (README)";
            Assert.Equal((1L, problem), (result.ProblemCount, Assert.Single(result.Problems)));
            Assert.Contains(problem, warnings);
        }
    }

    [Fact]
    public void Run_OtherFolderSameSeed_GivesTheSameWeights()
    {
        using var one = new TemporaryFolder();
        using var two = new TemporaryFolder();
        var hashes = new[] { one, two }.Select(folder =>
        {
            var database = FeatureDatabase.Open(new DataFolder(folder.Path));
            Pipeline(database).Run(Small);
            using var model = TransformerModel.Load(database.Folder.Model("A"));
            using var dictionary = SparseAutoencoder.Load(database.Folder.Dictionary("A", "1"));
            return (model.Hash, dictionary.Hash);
        }).ToList();
        Assert.Equal(hashes[0], hashes[1]);
    }

    [Fact]
    public void Run_CancelledWhileTraining_LeavesNothingHalfDoneAndGoesOnLater()
    {
        using var folder = new TemporaryFolder();
        SmallRun.CopyCorpus(folder.Path);
        var database = FeatureDatabase.Open(new DataFolder(folder.Path));
        using var cancellation = new CancellationTokenSource();
        var progress = new StageProgress.Direct<RunProgress>(p =>
        {
            if (p is { StageNumber: 2, Fraction: > 0.3 })
            {
                cancellation.Cancel();
            }
        });
        Assert.Throws<OperationCanceledException>(() => Pipeline(database).Run(Small, progress, cancellation.Token));
        Assert.Empty(new FeatureStore(database).Dictionaries());
        Assert.False(File.Exists(Path.Combine(database.Folder.Model("A"), TransformerModel.WeightsFile)));
        Pipeline(database).Run(Small);
        Assert.Single(new FeatureStore(database).Dictionaries());
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("API")]
    public void Validate_BadModelName_IsRefused(string model) =>
        Assert.Throws<ArgumentException>(() => (RunConfiguration.Demo with { Model = model }).Validate());

    private static RunPipeline Pipeline(FeatureDatabase database) => new(database, TimeProvider.System, _ => { });
}
