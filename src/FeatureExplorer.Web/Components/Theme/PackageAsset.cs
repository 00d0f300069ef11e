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

    /// <summary>All of plotly.js, with WebGL; only a chart of very many points loads it.</summary>
    public static string PlotlyWebGl => $"/_content/Plotly.Blazor/plotly-3.7.0.min.js?v={PlotlyVersion}";

    /// <summary>
    /// Name of the style element for geographic maps that all of plotly.js makes when it loads, against the policy, unless there is an element of this name. No chart here needs it.
    /// </summary>
    public const string PlotlyWebGlStyle = "ce8d464691048653ffe3a57c6c18ab566e8366f186677868cf724621a857b4fe";

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
