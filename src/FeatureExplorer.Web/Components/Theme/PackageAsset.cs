using MudBlazor;
using Plotly.Blazor;

namespace FeatureExplorer.Web.Components.Theme;

/// <summary>
/// Addresses of the files that packages bring. Assets["..."] would give them an address without a compressed file; under the plain one there is one, and the
/// version in the query lets a browser keep them for good.
/// </summary>
public static class PackageAsset
{
    private static readonly string MudVersion = typeof(MudTheme).Assembly.GetName().Version!.ToString(3);
    private static readonly string PlotlyVersion = typeof(ChartDefinition).Assembly.GetName().Version!.ToString(3);

    /// <summary>A file of MudBlazor.</summary>
    public static string Mud(string file) => $"/_content/MudBlazor/{file}?v={MudVersion}";

    /// <summary>plotly.js with lines, bars and pies; scripts load it when a chart is first used.</summary>
    public static string Plotly => $"/_content/Plotly.Blazor/plotly-basic-3.7.0.min.js?v={PlotlyVersion}";

    /// <summary>Lets browsers keep what is asked for by version.</summary>
    public static IApplicationBuilder UsePackageCaching(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        if (context.Request.Path.StartsWithSegments("/_content") && context.Request.QueryString.HasValue)
        {
            context.Response.OnStarting(static response =>
            {
                ((HttpResponse)response).Headers.CacheControl = "public, max-age=31536000, immutable";
                return Task.CompletedTask;
            }, context.Response);
        }

        return next(context);
    });
}
