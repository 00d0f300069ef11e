using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Tests.Training;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Training.Queue;
using FeatureExplorer.Web.Devices;
using FeatureExplorer.Web.Operations;
using Xunit.Abstractions;

namespace FeatureExplorer.Tests.Torch;

/// <summary>Whole runs on libtorch's processor build.</summary>
public sealed class TorchRunTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public void Run_OnEitherBackEnd_EndsWithTheSameFigures()
    {
        var devices = Devices();
        var database = FeatureDatabase.Open(new DataFolder(_folder.Path));
        var run = new RecordedRun(database, TimeProvider.System, output.WriteLine, devices);

        var (ours, theirs) = (run.Run(On("A", "cpu"), null, default), run.Run(On("B", "torch:cpu"), null, default));

        var (a, b) = (ours.Dictionaries.Single(), theirs.Dictionaries.Single());
        output.WriteLine($"loss {ours.Model.HeldOutLoss} {theirs.Model.HeldOutLoss}; L0 {a.L0} {b.L0}; explained variance {a.ExplainedVariance} {b.ExplainedVariance}; recovered {a.LossRecovered} {b.LossRecovered}");
        Assert.Equal(1, theirs.Model.HeldOutLoss / ours.Model.HeldOutLoss, 0.01);
        Assert.Equal(1, b.L0 / a.L0, 0.01);
        Assert.Equal(1, b.ExplainedVariance / a.ExplainedVariance, 0.01);
        Assert.Equal(a.LossRecovered, b.LossRecovered, 0.01);
        var runs = new RunStore(database, TimeProvider.System);
        var history = new RunHistory(database, TimeProvider.System);
        Assert.Contains(history.Events(runs.Latest(1)[0].Id), static e => e.Text.Contains("torch:cpu (processor, libtorch 2.10", StringComparison.Ordinal));
        Assert.Equal("torch:cpu processor, libtorch 2.10, float32", RunConfigurationJson.Of(runs.Latest(1)[0])!.BeganOn);
    }

    [SkippableFact]
    public void Run_StoppedOnAnotherDevice_GoesOnOnlyWhereThatIsAskedFor()
    {
        var devices = Devices();
        var database = FeatureDatabase.Open(new DataFolder(_folder.Path));
        var run = new RecordedRun(database, TimeProvider.System, output.WriteLine, devices);
        using var stop = new CancellationTokenSource();
        var training = new Watch(progress => { if (progress.Stage.StartsWith("Training dictionary", StringComparison.Ordinal)) { stop.Cancel(); } });
        Assert.ThrowsAny<OperationCanceledException>(() => run.Run(On("A", "torch:cpu"), training, stop.Token));

        var refused = Assert.Throws<ArgumentException>(() => run.Run(On("A", "cpu"), null, default));
        Assert.Contains("The run began on torch:cpu", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--device-change", refused.Message, StringComparison.Ordinal);

        run.Run(On("A", "cpu") with { DeviceChange = true }, null, default);

        var info = Assert.Single(new RunStore(database, TimeProvider.System).Latest(10));
        Assert.Equal(RunStatus.Finished, info.Status);
        var events = new RunHistory(database, TimeProvider.System).Events(info.Id);
        Assert.Contains(events, static e => e.Text.Contains("goes on with cpu", StringComparison.Ordinal));
        // The model of the first part was taken over, not made again.
        Assert.Single(Directory.GetDirectories(new DataFolder(_folder.Path).Models));
    }

    private static RunConfiguration On(string model, string device) => SmallRun.Configuration with { Model = model, Device = device };

    private TorchComputeDevices Devices() => new(new ExplorerOptions { Data = _folder.Path, Torch = new TorchOptions { LibraryPath = TorchCpu.Require() } });

    private sealed class Watch(Action<RunProgress> report) : IProgress<RunProgress>
    {
        public void Report(RunProgress value) => report(value);
    }
}
