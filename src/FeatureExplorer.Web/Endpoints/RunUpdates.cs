using FeatureExplorer.Training.Progress;
using FeatureExplorer.Web.Endpoints.Json;
using FeatureExplorer.Web.Runs;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>The two streams of a run: its figures for programs, at most four times a second, and the drawn monitor for browsers, at most twice a second.</summary>
public sealed class RunUpdates
{
    private readonly RunMonitor _monitor;

    public RunUpdates(RunMonitor monitor, RunLiveHtml html)
    {
        _monitor = monitor;
        Figures = new(TimeSpan.FromSeconds(0.25), (run, last) => Make(run, last, snapshot => Task.FromResult<object>(RunJson.Live.Of(snapshot))));
        Drawings = new(TimeSpan.FromSeconds(0.5), (run, last) => Make(
            run, last, async snapshot => new { html = await html.Draw(snapshot), status = Urls.Word(snapshot.Run.Status) }));
    }

    /// <summary>Events whose data are a <see cref="RunJson.Live"/>.</summary>
    public SharedUpdates Figures { get; }

    /// <summary>Events whose data are the monitor's live part as HTML, and the run's status.</summary>
    public SharedUpdates Drawings { get; }

    private async Task<RunUpdate?> Make(long run, RunUpdate? last, Func<RunSnapshot, Task<object>> data)
    {
        if (_monitor.Snapshot(run) is not { } snapshot)
        {
            return null;
        }

        return last?.Tells(snapshot.Version, snapshot.Run.Status) == true ? last : RunUpdate.Of(snapshot.Version, snapshot.Run.Status, await data(snapshot));
    }
}
