using System.Text;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage;
using FeatureExplorer.Web.Components.Parts;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>A feature's histogram as an image, to put into other documents.</summary>
public static class ImageEndpoints
{
    public static void MapImages(this IEndpointRouteBuilder routes) => routes.MapGet("/{model}/{name}/{index:int}/histogram.svg", Histogram);

    private static async Task<IResult> Histogram(
        HttpContext http, FeatureStore store, ExplorerData data, ILoggerFactory logs, string model, string name, int index, string? context, string? x,
        string? y)
    {
        if (store.FindDictionary(model, name) is not { } dictionary || store.FindFeature(dictionary, index) is not { } report)
        {
            return JsonAnswer.NotFound("No such feature", $"There is no feature {model}/{name}/{index}.");
        }

        if (report.State == FeatureState.Dead)
        {
            return JsonAnswer.NotFound("No histogram", $"Feature {model}/{name}/{index} is dead: it fires on no held-out token.");
        }

        var view = HistogramView.Parse(context, x, y);
        var chosen = dictionary.FindContext(view.Context) ?? dictionary.FindContext(report.BestContext?.Context);
        var colours = chosen is null ? null : data.Open(dictionary).Histogram(index, chosen.Name, HistogramBars.Plain(report, view).Edges);
        var bars = HistogramBars.Of(report, colours, view, c => [.. c.Counts.Select(counts => Array.ConvertAll(counts, n => (double)n))]);
        var label = $"Activations of {dictionary.Id}/{index}" + (colours is null ? string.Empty : $", by log-likelihood ratio of {chosen!.Title}");
        return JsonAnswer.Bytes(http, await Draw(http.RequestServices, logs, bars, label), "image/svg+xml; charset=utf-8");
    }

    private static async Task<byte[]> Draw(IServiceProvider services, ILoggerFactory logs, StackedBars bars, string label)
    {
        await using var renderer = new HtmlRenderer(services, logs);
        var parameters = ParameterView.FromDictionary(new Dictionary<string, object?>
        {
            [nameof(StackedHistogram.Bars)] = bars,
            [nameof(StackedHistogram.Label)] = label,
            [nameof(StackedHistogram.XName)] = "activation",
            [nameof(StackedHistogram.Unit)] = "activations",
            [nameof(StackedHistogram.Standalone)] = true,
        });
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var root = await renderer.RenderComponentAsync<StackedHistogram>(parameters);
            return Encoding.UTF8.GetBytes(root.ToHtmlString());
        });
    }
}
