using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Reproduction;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Stages;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureExplorer.Tests.Training.Stages;

/// <summary>Runs whose dictionaries are trained on a model with shuffled weights.</summary>
public sealed class ControlTests : IDisposable
{
    private static readonly RunConfiguration Control = SmallRun.Configuration with { Model = "A-shuffled", Control = RunControl.Shuffled };

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Run_OfAFinishedModel_ShufflesItsWeightsAndTheReportShowsBoth()
    {
        SmallRun.CopyFinished(_folder.Path);
        var database = FeatureDatabase.Open(new DataFolder(_folder.Path));
        new RunPipeline(database, TimeProvider.System, static _ => { }).Run(Control);

        var store = new FeatureStore(database);
        Assert.Equal("A", store.FindModel("A-shuffled")!.ControlOf);
        Assert.Null(store.FindModel("A")!.ControlOf);
        using var original = TransformerModel.Load(database.Folder.Model("A"));
        using var shuffled = TransformerModel.Load(database.Folder.Model("A-shuffled"));
        Assert.NotEqual(original.Hash, shuffled.Hash);
        ShuffledWeights.Shuffle(original, Control.Seed);
        Assert.Equal(original.Hash, shuffled.Hash);

        using var services = new ServiceCollection().AddFeatureStorage(database).BuildServiceProvider();
        var dictionary = store.FindDictionary("A", "1")!;
        var control = store.FindDictionary("A-shuffled", "1")!;
        Assert.Equal(control.Id, services.GetRequiredService<ModelControls>().Of(dictionary)!.Id);
        Assert.Null(services.GetRequiredService<ModelControls>().Of(control));
        var report = services.GetRequiredService<ReproductionReader>().Of(dictionary);
        Assert.Equal(control.Metrics.L0, report.Single(r => r.Id == "l0").Control);

        // A control is no second model: what features have in common with it says nothing of what was learned.
        Assert.Null(report.Single(r => r.Id == "universality-features").Value);
    }

    [Fact]
    public void Run_Again_TakesOverTheControl()
    {
        SmallRun.CopyFinished(_folder.Path);
        var pipeline = new RunPipeline(FeatureDatabase.Open(new DataFolder(_folder.Path)), TimeProvider.System, static _ => { });
        pipeline.Run(Control);
        var file = new FileInfo(Path.Combine(_folder.Path, "models", "A-shuffled", TransformerModel.WeightsFile));
        var written = file.LastWriteTimeUtc;
        pipeline.Run(Control);

        file.Refresh();
        Assert.Equal(written, file.LastWriteTimeUtc);
    }

    [Fact]
    public void Run_WithoutTheModel_SaysWhatToDo()
    {
        SmallRun.CopyCorpus(_folder.Path);
        var pipeline = new RunPipeline(FeatureDatabase.Open(new DataFolder(_folder.Path)), TimeProvider.System, static _ => { });

        Assert.Contains("run the same settings without the control first", Assert.Throws<ArgumentException>(() => pipeline.Run(Control)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Problems_UnknownControl_IsNamed() =>
        Assert.Contains((Control with { Control = "random" }).Problems(), p => p.Field == "control" && p.Message.Contains("\"random\"", StringComparison.Ordinal));

    [Fact]
    public void Form_OfAControl_StaysAControl()
    {
        var runs = new RunStore(FeatureDatabase.Open(new DataFolder(_folder.Path)), TimeProvider.System);

        Assert.Equal(RunControl.Shuffled, RunForm.Of(Control, from: null).Read(runs).Configuration!.Control);
    }

    public void Dispose() => _folder.Dispose();
}
