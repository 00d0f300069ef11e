using FeatureExplorer.Storage.Corpora;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Devices;
using FeatureExplorer.Training.Stages;
using FeatureExplorer.Web.Operations;

namespace FeatureExplorer.Web.Runs;

/// <summary>Estimates runs while their form is filled in. It works on other threads than the caller's, so that a page stays usable meanwhile.</summary>
public sealed class RunEstimator(RunStore runs, CorpusStore corpora, RunQueue queue, DataFolder folder, DiskSpace disk, IComputeDevices devices,
    TrainingOptions training)
{
    /// <summary>Bytes of text in the corpus that the program writes itself.</summary>
    public const long DemoBytes = 9_000_000;

    private readonly Lock _gate = new();
    private Task? _measuring;

    /// <summary>What a run would cost. The first call on a machine that was never measured takes up to a second longer.</summary>
    /// <param name="configuration">Its settings, which work.</param>
    public async Task<RunOutlook> Of(RunConfiguration configuration)
    {
        await Measured();
        return await Task.Run(() =>
        {
            var speed = MachineSpeed.Known(folder, DeviceOf(configuration));
            return new RunOutlook(configuration, RunEstimate.Of(configuration, speed, TextBytes(configuration)), speed, disk.Free, queue.Names(configuration).Problems);
        });
    }

    /// <summary>The first letter of the alphabet that the run's model may be named, or the name that it has.</summary>
    public string FreeName(RunConfiguration configuration) =>
        Enumerable.Range('A', 26).Select(static c => ((char)c).ToString()).FirstOrDefault(name => queue.Names(configuration with { Model = name }).Problems.Count == 0) ?? configuration.Model;

    /// <summary>The device that a run would get: what it names, or what the server's settings do in its place.</summary>
    internal string DeviceOf(RunConfiguration configuration) =>
        DevicePlacement.Choose(configuration.Device == DevicePlacement.Auto ? training.Device : configuration.Device, devices);

    // A run that trains would make the measurement too small; it has measured itself before it began.
    private Task Measured()
    {
        lock (_gate)
        {
            if (_measuring is null && !runs.Active().Any(static r => r.Status == RunStatus.Running))
            {
                _measuring = Task.Run(() => MachineSpeed.MeasuredOrNow(folder));
            }

            return _measuring ?? Task.CompletedTask;
        }
    }

    private long? TextBytes(RunConfiguration configuration) =>
        configuration.Corpus.Count == 0 ? DemoBytes
        : configuration.Corpus is [var one] && CorpusFolder.Added(one) is { } name ? corpora.Find(name)?.TextBytes
        : null;
}
