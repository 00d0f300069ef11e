using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Web.Components.Tables;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace FeatureExplorer.Web.Runs;

/// <summary>The live part of a monitor as HTML.</summary>
public sealed class RunLiveHtml(DataFolder folder, IServiceProvider services, ILoggerFactory logs)
{
    /// <summary>The machine's limits for a run's curves; none while its speed is not known.</summary>
    public static IReadOnlyDictionary<string, double> Floors(RunConfiguration? configuration, DataFolder folder) =>
        configuration is not null && MachineSpeed.Measured(folder) is { } speed ? RunEstimate.Of(configuration, speed).Floors : new Dictionary<string, double>();

    /// <summary>Draws a run as it was at a moment.</summary>
    /// <returns>The markup.</returns>
    public async Task<string> Draw(RunSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        await using var renderer = new HtmlRenderer(services, logs);
        var parameters = ParameterView.FromDictionary(new Dictionary<string, object?>
        {
            [nameof(RunLive.Snapshot)] = snapshot,
            [nameof(RunLive.Floors)] = Floors(RunConfigurationJson.Of(snapshot.Run), folder),
        });
        return await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<RunLive>(parameters)).ToHtmlString());
    }
}
