using System.Net;
using FeatureExplorer.Web.Security;

namespace FeatureExplorer.Tests.Web;

[Collection(SampleSiteTests.Name)]
public sealed class ServerTests(SampleSite site)
{
    [Theory]
    [InlineData("/")]
    [InlineData("/A/1/0")]
    [InlineData("/nothing")]
    [InlineData("/api/v1")]
    [InlineData("/app.css")]
    [InlineData("/A/1/0/histogram.svg")]
    public async Task Answer_Always_CarriesTheSecurityHeaders(string url)
    {
        using var answer = await site.Client.GetAsync(new Uri(url, UriKind.Relative));
        Assert.Contains(SecurityHeaders.ContentSecurityPolicy, answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(["strict-origin-when-cross-origin"], answer.Headers.GetValues("Referrer-Policy"));
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public void Policy_AllowsNoInlineScriptOrStyleBlock()
    {
        var directives = SecurityHeaders.ContentSecurityPolicy.Split("; ").ToDictionary(d => d.Split(' ')[0], d => d);
        Assert.Equal("script-src 'self'", directives["script-src"]);
        Assert.Equal("style-src 'self'", directives["style-src"]);
        Assert.Equal("frame-ancestors 'none'", directives["frame-ancestors"]);
    }

    [Theory]
    [InlineData("/healthz/live", "live")]
    [InlineData("/healthz/ready", "ready")]
    public async Task Health_Answers(string url, string expected)
    {
        using var answer = await site.Client.GetAsync(new Uri(url, UriKind.Relative));
        Assert.Equal(expected, await answer.Content.ReadAsStringAsync());
        Assert.True(answer.Headers.CacheControl!.NoStore);
    }

    [Theory]
    [InlineData("/A/1?page=2", "/A/1?page=2")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example", "/")]
    [InlineData("/x\r\nSet-Cookie: a=b", "/")]
    public async Task Theme_Chosen_ComesBackToThisServerOnly(string from, string back)
    {
        using var answer = await site.Client.GetAsync(new Uri("/theme?to=dark&from=" + Uri.EscapeDataString(from), UriKind.Relative));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal(back, answer.Headers.Location!.OriginalString);
        Assert.StartsWith("theme=dark;", answer.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("theme=dark", "dark")]
    [InlineData("theme=light", "light")]
    [InlineData("theme=\"><script>", "system")]
    [InlineData("other=dark", "system")]
    public async Task Theme_Cookie_DecidesTheColours(string cookie, string theme)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/about");
        request.Headers.Add("Cookie", cookie);
        using var answer = await site.Client.SendAsync(request);
        Assert.Contains($"data-theme=\"{theme}\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
