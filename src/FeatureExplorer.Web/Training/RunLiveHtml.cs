using System.Collections.Concurrent;
using System.Diagnostics;
using FeatureExplorer.Storage;
using FeatureExplorer.Web.Components.Parts;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace FeatureExplorer.Web.Training;

/// <summary>The live part of a monitor as HTML: drawn once for all who watch a run, and at most twice a second.</summary>
public sealed class RunLiveHtml(RunMonitor monitor, DataFolder folder, IServiceProvider services, ILoggerFactory logs)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.5);

    private readonly ConcurrentDictionary<long, Drawing> _drawings = new();

    /// <summary>A drawing of a run.</summary>
    /// <param name="Version">Changes with its content.</param>
    /// <param name="Status">Of the run.</param>
    /// <param name="Html">The markup.</param>
    public sealed record Drawn(long Version, RunStatus Status, string Html);

    /// <summary>The latest drawing, made anew if it is older than the interval and something has changed; null when there is no such run.</summary>
    public async Task<Drawn?> Get(long id)
    {
        if (_drawings.Count > 64)
        {
            _drawings.Clear();
        }

        var drawing = _drawings.GetOrAdd(id, _ => new Drawing());
        await drawing.Gate.WaitAsync();
        try
        {
            if (drawing.Latest is null || Stopwatch.GetElapsedTime(drawing.Made) >= Interval)
            {
                await Draw(id, drawing);
            }

            return drawing.Latest;
        }
        finally
        {
            drawing.Gate.Release();
        }
    }

    /// <summary>The machine's limits for a run's curves; none while its speed is not known.</summary>
    public static IReadOnlyDictionary<string, double> Floors(RunConfiguration? configuration, DataFolder folder) =>
        configuration is not null && MachineSpeed.Measured(folder) is { } speed ? RunEstimate.Of(configuration, speed).Floors : new Dictionary<string, double>();

    private async Task Draw(long id, Drawing drawing)
    {
        drawing.Made = Stopwatch.GetTimestamp();
        var snapshot = monitor.Snapshot(id);
        if (snapshot is null || (drawing.Latest is { } old && old.Version == snapshot.Version && old.Status == snapshot.Run.Status))
        {
            drawing.Latest = snapshot is null ? null : drawing.Latest;
            return;
        }

        await using var renderer = new HtmlRenderer(services, logs);
        var parameters = ParameterView.FromDictionary(new Dictionary<string, object?>
        {
            [nameof(RunLive.Snapshot)] = snapshot,
            [nameof(RunLive.Floors)] = Floors(RunQueue.Configuration(snapshot.Run), folder),
        });
        var html = await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<RunLive>(parameters)).ToHtmlString());
        drawing.Latest = new Drawn(snapshot.Version, snapshot.Run.Status, html);
    }

    private sealed class Drawing
    {
        public SemaphoreSlim Gate { get; } = new(1);

        public long Made { get; set; }

        public Drawn? Latest { get; set; }
    }
}
