using FeatureExplorer.Analysis.Contexts.Expressions;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Components;
using FeatureExplorer.Web.Computing;
using FeatureExplorer.Web.Features;
using FeatureExplorer.Web.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>
/// Features as frames for other pages: the only answers that may be framed, and nothing on them can be clicked to any effect here.
/// An endpoint of its own, since the framework forbids frames for pages.
/// </summary>
public static class EmbedEndpoints
{
    public static void MapEmbeds(this IEndpointRouteBuilder routes) => routes.MapGet(Urls.Embeds + "/{model}/{name}/{index:int}", Frame).Computes();

    [TextParameter("context", ContextExpression.LongestText)]
    [WordsParameter("x", "linear", "log")]
    [WordsParameter("y", "linear", "log")]
    [WordListParameter("parts", "histogram", "examples", "logits")]
    [WordsParameter("theme", "system", "light", "dark")]
    private static RazorComponentResult<EmbedDocument> Frame(
        HttpContext http, FeatureReader reader, Explorations explorations, string model, string name, int index, string? context, string? x, string? y, string? parts,
        string? theme)
    {
        http.Response.Headers.ContentSecurityPolicy = SecurityHeaders.FramePolicy;
        http.Response.Headers.CacheControl = "public, max-age=0, must-revalidate";
        var feature = reader.Find(model, name, index, HistogramView.Parse(context, x, y))?.Drawn(explorations, http.RequestAborted);
        return new RazorComponentResult<EmbedDocument>(new Dictionary<string, object?>
        {
            [nameof(EmbedDocument.Feature)] = feature,
            [nameof(EmbedDocument.Name)] = feature?.Name,
            [nameof(EmbedDocument.Id)] = $"{model}/{name}/{index}",
            [nameof(EmbedDocument.Parts)] = EmbedParts.Parse(parts),
            [nameof(EmbedDocument.Theme)] = theme is "light" or "dark" ? theme : null,
        })
        {
            StatusCode = feature is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK,
        };
    }
}
