using System.Text;
using FeatureExplorer.Analysis.Contexts.Expressions;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Components.Charts;
using FeatureExplorer.Web.Computing;
using FeatureExplorer.Web.Drawing;
using FeatureExplorer.Web.Endpoints.Answers;
using FeatureExplorer.Web.Endpoints.Json;
using FeatureExplorer.Web.Features;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>A feature's histogram as an image, to put into other documents, and the picture for links to it.</summary>
public static class ImageEndpoints
{
    public static void MapImages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/{model}/{name}/{index:int}/histogram.svg", Histogram).Computes();
        routes.MapGet("/{model}/{name}/{index:int}/preview.png", Preview).Computes();
    }

    [TextParameter("context", ContextExpression.LongestText)]
    [WordsParameter("x", "linear", "log")]
    [WordsParameter("y", "linear", "log")]
    private static async Task<IResult> Histogram(
        HttpContext http, FeatureReader reader, Explorations explorations, ILoggerFactory logs, string model, string name, int index, string? context, string? x,
        string? y)
    {
        if (reader.Find(model, name, index, HistogramView.Parse(context, x, y))?.Drawn(explorations, http.RequestAborted) is not { } feature)
        {
            return AbsentAnswer.Feature(model, name, index);
        }

        return feature.Bars is { } bars
            ? JsonAnswer.Bytes(http, await Draw(http.RequestServices, logs, bars, feature.Label), "image/svg+xml; charset=utf-8")
            : JsonAnswer.NotFound("No histogram", $"Feature {model}/{name}/{index} is dead: it fires on no held-out token.");
    }

    private static IResult Preview(HttpContext http, FeatureReader reader, Explorations explorations, string model, string name, int index) =>
        reader.Find(model, name, index)?.Drawn(explorations, http.RequestAborted) is { } feature
            ? JsonAnswer.Bytes(
                http, PreviewPicture.Draw(feature.Dictionary, feature.Report, feature.Bars, feature.Colours is null ? null : feature.Context!.Title), "image/png")
            : AbsentAnswer.Feature(model, name, index);

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
