using System.IO.Compression;
using FeatureExplorer.Web.Components.Theme;
using FeatureExplorer.Web.Security;

namespace FeatureExplorer.Tests.Web.Components;

/// <summary>The two kinds of page: what each loads, and what it tells the browser.</summary>
[Collection(SampleSiteTests.Name)]
public sealed class DocumentsTests(SampleSite site)
{
    /// <summary>Style sheets and scripts that a page to read loads, together and compressed.</summary>
    private const int MostBytes = 120_000;

    [Theory]
    [InlineData("/")]
    [InlineData("/A/1")]
    [InlineData("/A/1/4")]
    [InlineData("/compare?left=A/1/4&right=B/1/4")]
    public async Task PageToRead_HasNoConnectionNoCookieAndLittleToLoad(string url)
    {
        using var answer = await site.Client.GetAsync(new Uri(url, UriKind.Relative));
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.Equal(SecurityHeaders.ContentSecurityPolicy, Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
        var page = await site.Page(url);
        var files = page.QuerySelectorAll("link[rel=stylesheet]").Select(static l => l.GetAttribute("href")!).Concat(page.QuerySelectorAll("script[src]").Select(static s => s.GetAttribute("src")!)).ToList();
        Assert.DoesNotContain(files, static f => f.Contains("blazor", StringComparison.Ordinal) || f.Contains("Mud", StringComparison.Ordinal));
        Assert.DoesNotContain("Blazor-Server", page.ToString()!, StringComparison.Ordinal);
        var sizes = await Task.WhenAll(files.Select(Compressed));
        Assert.InRange(sizes.Sum(), 1, MostBytes);
    }

    [Theory]
    [InlineData("/pareto")]
    [InlineData("/A/1/spectrum")]
    [InlineData("/A/1/4/explore?from=0.1")]
    [InlineData("/A/1/4/steer?strength=2")]
    [InlineData("/A/1/text?q=abc")]
    public async Task PageToActOn_IsDrawnByTheServerAndHasItsOwnPolicy(string url)
    {
        using var answer = await site.Client.GetAsync(new Uri(url, UriKind.Relative));

        Assert.Equal(SecurityHeaders.StudioPolicy, Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
        Assert.True(answer.Headers.CacheControl!.NoStore);
        var page = await site.Page(url);
        Assert.NotEmpty(page.QuerySelector("h1")!.TextContent);
        Assert.NotNull(page.QuerySelector("script[src*='blazor.web']"));
        Assert.Empty(page.QuerySelectorAll("style"));
    }

    [Fact]
    public async Task Map_DrawsWithWebGl_AndHasThePolicyForIt()
    {
        using var answer = await site.Client.GetAsync(new Uri("/A/1/map", UriKind.Relative));

        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Equal(SecurityHeaders.StudioPolicy, policy.Replace(" 'unsafe-eval'", string.Empty, StringComparison.Ordinal));
        Assert.Contains("script-src 'self' 'unsafe-eval';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-eval", SecurityHeaders.StudioPolicy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Map_ThatIsNotComputed_SaysWhatToDo() =>
        Assert.Contains("the command relate", (await site.Page("/B/1/map")).QuerySelector(".note")!.TextContent, StringComparison.Ordinal);

    [Fact]
    public async Task PageToActOn_OfWhatDoesNotExist_IsNotFound()
    {
        foreach (var url in (string[])["/X/1/spectrum", "/A/1/4000/explore", "/A/1/4000/steer", "/X/1/text", "/X/1/map"])
        {
            using var answer = await site.Client.GetAsync(new Uri(url, UriKind.Relative));
            Assert.Equal(System.Net.HttpStatusCode.NotFound, answer.StatusCode);
            Assert.Contains("There is no", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Theme_Sheet_HasBothPalettesAndIsKeptUnderItsOwnAddress()
    {
        var page = await site.Page("/about");
        var link = page.QuerySelector("link[href^='/theme.css']")!.GetAttribute("href")!;

        using var kept = await site.Client.GetAsync(new Uri(link, UriKind.Relative));
        using var plain = await site.Client.GetAsync(new Uri("/theme.css", UriKind.Relative));

        var text = await kept.Content.ReadAsStringAsync();
        Assert.Contains("immutable", kept.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.True(plain.Headers.CacheControl!.NoCache);
        foreach (var (selector, primary) in ((string, MudBlazor.Utilities.MudColor)[])[(":root {", ExplorerTheme.Theme.PaletteLight.Primary), (":root[data-theme=dark] {", ExplorerTheme.Theme.PaletteDark.Primary), (":root[data-theme=system] {", ExplorerTheme.Theme.PaletteDark.Primary)])
        {
            var block = text[text.IndexOf(selector, StringComparison.Ordinal)..];
            Assert.Contains($"--mud-palette-primary: {primary.ToString(MudBlazor.Utilities.MudColorOutputFormats.RGBA)};", block[..block.IndexOf('}', StringComparison.Ordinal)], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task PackageFile_AskedForByVersion_IsKeptByBrowsers()
    {
        using var answer = await site.Client.GetAsync(new Uri(PackageAsset.Mud("MudBlazor.min.css"), UriKind.Relative));

        Assert.True(answer.IsSuccessStatusCode);
        Assert.Contains("immutable", answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
    }

    private async Task<int> Compressed(string file)
    {
        var bytes = await site.Client.GetByteArrayAsync(new Uri(file.StartsWith('/') ? file : "/" + file, UriKind.Relative));
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return (int)packed.Length;
    }
}
