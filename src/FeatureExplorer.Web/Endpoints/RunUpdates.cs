using FeatureExplorer.Training.Progress;
using FeatureExplorer.Web.Endpoints.Json.Runs;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>The stream of a run's figures for programs, at most four times a second.</summary>
public sealed class RunUpdates
{
    private readonly RunMonitor _monitor;

    public RunUpdates(RunMonitor monitor)
    {
        _monitor = monitor;
        Figures = new(TimeSpan.FromSeconds(0.25), (run, last) => Task.FromResult(Make(run, last)));
    }

    /// <summary>Events whose data are a <see cref="RunJson.Live"/>.</summary>
    public SharedUpdates Figures { get; }

    private RunUpdate? Make(long run, RunUpdate? last)
    {
        if (_monitor.Snapshot(run) is not { } snapshot)
        {
            return null;
        }

        return last?.Tells(snapshot.Version, snapshot.Run.Status) == true ? last : RunUpdate.Of(snapshot.Version, snapshot.Run.Status, RunJson.Live.Of(snapshot));
    }
}
