using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using MudBlazor;

namespace FeatureExplorer.Web.Components.Theme;

/// <summary>
/// The theme as one style sheet for static and interactive pages: the variables that MudThemeProvider writes, without its style blocks, which the content
/// security policy forbids. It is rendered once, when the first page asks for it.
/// </summary>
public sealed class ThemeCss(IServiceProvider services, ILoggerFactory logs)
{
    /// <summary>Where the sheet is served.</summary>
    public const string Path = "/theme.css";

    private readonly Lazy<Task<string>> _text = new(() => Render(services, logs));

    /// <summary>The sheet.</summary>
    public Task<string> Text => _text.Value;

    /// <summary>The address for a page's head; it changes with the sheet, so that browsers keep it for good.</summary>
    public async Task<string> Link() => $"{Path}?v={Version(await Text)}";

    /// <summary>A short hash of a sheet.</summary>
    internal static string Version(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..10];

    private static async Task<string> Render(IServiceProvider services, ILoggerFactory logs)
    {
        await using var scope = services.CreateAsyncScope();
        await using var renderer = new HtmlRenderer(scope.ServiceProvider, logs);
        return await renderer.Dispatcher.InvokeAsync(async () => Sheet(await Variables(renderer, dark: false), await Variables(renderer, dark: true)));
    }

    private static string Sheet(string[] light, string[] dark)
    {
        var changed = string.Join('\n', dark.Except(light));
        return $"""
            :root {"{"}
            {string.Join('\n', light)}
            {"}"}
            :root[data-theme=dark] {"{"}
            {changed}
            {"}"}
            @media (prefers-color-scheme: dark) {"{"}
            :root[data-theme=system] {"{"}
            {changed}
            {"}"}
            {"}"}

            """;
    }

    private static async Task<string[]> Variables(HtmlRenderer renderer, bool dark)
    {
        var parameters = new Dictionary<string, object?> { [nameof(MudThemeProvider.Theme)] = ExplorerTheme.Theme, [nameof(MudThemeProvider.IsDarkMode)] = dark };
        var html = (await renderer.RenderComponentAsync<MudThemeProvider>(ParameterView.FromDictionary(parameters))).ToHtmlString();
        var block = html[html.IndexOf("mud-theme-provider", StringComparison.Ordinal)..];
        return block[(block.IndexOf('{', StringComparison.Ordinal) + 1)..block.IndexOf('}', StringComparison.Ordinal)]
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
