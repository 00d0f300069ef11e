using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Names;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Tests.Training.Names;

/// <summary>Runs that go on from A/1 of the small run.</summary>
public sealed class ContinuedDictionariesTests : IDisposable
{
    private readonly TemporaryFolder _data = new();
    private readonly FeatureDatabase _database;

    public ContinuedDictionariesTests()
    {
        SmallRun.CopyFinished(_data.Path);
        _database = FeatureDatabase.Open(new DataFolder(_data.Path));
    }

    public void Dispose()
    {
        TemporaryFolder.Close(_data.Path);
        _data.Dispose();
    }

    private static DictionarySettings Dictionary { get; } =
        DictionarySettings.For("1", 48, from: "A/1") with { NameIsDefault = true, Samples = 20_000, Batch = 256, LearningRate = 1e-3f, Lambda = 7e-3f };

    [Fact]
    public void Run_FromAFinishedDictionary_IsANewOneThatNamesItsSource()
    {
        var store = new FeatureStore(_database);
        var before = store.FindDictionary("A", "1")!;

        Run(_database, Settled(_database));

        var (source, made) = (store.FindDictionary("A", "1")!, store.FindDictionary("A", "2")!);
        using var weights = SparseAutoencoder.Load(_database.Folder.Dictionary(source));
        Assert.Equal(before.Stamp, source.Stamp);
        Assert.Null(source.Provenance.Continues);
        Assert.Equal(new ContinuedFrom("A/1", weights.Hash), made.Provenance.Continues);
        // Twice the training of the same kind: the error shrinks.
        Assert.InRange(made.Metrics.ExplainedVariance, source.Metrics.ExplainedVariance, 1);
        Assert.Equal(2, store.Dictionaries().Count);

        Run(_database, Settled(_database)); // the same run once more takes it over
        Assert.Equal(2, store.Dictionaries().Count);
    }

    [Fact]
    public void Run_CancelledWhileItTrains_GoesOnToTheSameBits()
    {
        using var other = new TemporaryFolder();
        SmallRun.CopyFinished(other.Path);
        var undisturbed = FeatureDatabase.Open(new DataFolder(other.Path));
        Run(undisturbed, Settled(undisturbed));

        using var stop = new CancellationTokenSource();
        var progress = new StageProgress.Direct<RunProgress>(now =>
        {
            if (now is { Fraction: > 0.3 } && now.Stage.StartsWith("Training dictionary A/2", StringComparison.Ordinal))
            {
                stop.Cancel();
            }
        });
        Assert.Throws<OperationCanceledException>(() => Run(_database, Settled(_database), progress, stop.Token));
        Run(_database, Settled(_database));

        Assert.Equal(HashOf(undisturbed), HashOf(_database));
        TemporaryFolder.Close(other.Path);
    }

    [Theory]
    [InlineData("features", "dictionaries[0].features: Features is 32, and A/1, from which training goes on, has 48: ask for 48")]
    [InlineData("site", "The site is resid.pre.0, and A/1, from which training goes on, reads mlp.post.0")]
    [InlineData("variant", "The recipe is jumprelu, and A/1, from which training goes on, has the activation Relu: choose paper-2023 or april-2024.")]
    [InlineData("A/9", "There is no dictionary A/9; there is A/1.")]
    [InlineData("A/neurons", "A/neurons has no weights: its features are the model's neurons.")]
    [InlineData("name", "dictionaries[0].name: The name is 1, and A/1, from which training goes on, stays")]
    [InlineData("replace", "let nothing be replaced")]
    public void Apply_Contradiction_IsRefusedWithBothValues(string what, string says)
    {
        var dictionary = what switch
        {
            "features" => Dictionary with { Features = 32 },
            "site" => Dictionary with { Site = "resid.pre" },
            "variant" => Dictionary with { Variant = "jumprelu" },
            "name" => Dictionary with { NameIsDefault = false },
            "replace" => Dictionary,
            _ => Dictionary with { From = what },
        };

        var message = Assert.Throws<ArgumentException>(() => new ContinuedDictionaries(_database).Apply(
            SmallRun.Configuration with { Dictionaries = [dictionary], Replace = what == "replace" })).Message;

        Assert.Contains(says, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Problems_DictionaryOfAnotherModel_NamesBoth()
    {
        var problem = Assert.Single((SmallRun.Configuration with { Dictionaries = [Dictionary with { From = "B/1" }] }).Problems());

        Assert.Equal("dictionaries[0].from", problem.Field);
        Assert.Contains("is B/1, and the run's model is A", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_EntryThatGoesOn_BeginsWithoutAWarmUpOfLambda()
    {
        var run = RunConfigurationJson.ReadNew("""{"dictionaries": [{"features": 48, "from": "A/1"}, {"features": 48, "from": "A/1", "lambdaWarmup": 0.1}, {"features": 48}]}""", null);

        Assert.Equal([0, 0.1, 0.2], run.Dictionaries.Select(static dictionary => dictionary.LambdaWarmup));
        Assert.Equal(["A/1", "A/1", null], run.Dictionaries.Select(static dictionary => dictionary.From));
        Assert.Equal(run.Dictionaries.Select(static dictionary => dictionary with { NameIsDefault = false }), RunConfigurationJson.Read(RunConfigurationJson.Write(run)).Dictionaries);
    }

    [Fact]
    public void Form_OfARunThatGoesOn_KeepsItsSource()
    {
        var run = SmallRun.Configuration with { Dictionaries = [Dictionary with { NameIsDefault = false, Name = "7" }] };
        var form = RunForm.Of(run, null);

        var read = form.Read(new FeatureExplorer.Storage.Runs.RunStore(_database, TimeProvider.System)).Configuration!;

        Assert.Equal(("A/1", 0.0, "7"), (read.Dictionaries[0].From, read.Dictionaries[0].LambdaWarmup, read.Dictionaries[0].Name));
    }

    private static RunConfiguration Settled(FeatureDatabase database) =>
        new RunNames(database, TimeProvider.System).Settle(SmallRun.Configuration with { Dictionaries = [Dictionary] });

    private static void Run(FeatureDatabase database, RunConfiguration configuration, IProgress<RunProgress>? progress = null, CancellationToken cancellation = default) =>
        new RunPipeline(database, TimeProvider.System, static _ => { }).Run(configuration, progress, cancellation);

    private static string HashOf(FeatureDatabase database)
    {
        using var dictionary = SparseAutoencoder.Load(database.Folder.Dictionary("A", "2"));
        return dictionary.Hash;
    }
}
