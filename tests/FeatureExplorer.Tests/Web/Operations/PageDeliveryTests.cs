using System.Net;
using System.Net.Http.Headers;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Tests.Web.Security;

namespace FeatureExplorer.Tests.Web.Operations;

[Collection(SampleSiteTests.Name)]
public sealed class PageDeliveryTests(SampleSite site)
{
    [Theory]
    [InlineData("/")]
    [InlineData("/A/1/4?context=cyrillic")]
    public async Task Page_ForReading_SetsNoCookieAndIsNotSentTwice(string url)
    {
        using var first = await site.Client.GetAsync(new Uri(url, UriKind.Relative));
        Assert.False(first.Headers.Contains("Set-Cookie"));
        Assert.False(first.Headers.CacheControl!.NoStore);
        Assert.True(first.Headers.CacheControl.NoCache);
        Assert.Equal(["Cookie"], first.Headers.Vary);
        Assert.Equal((await first.Content.ReadAsByteArrayAsync()).Length, first.Content.Headers.ContentLength);
        using var again = await Ask(url, first.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Empty(await again.Content.ReadAsByteArrayAsync());
        using var other = await Ask(url, new EntityTagHeaderValue("\"other\""));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task Page_WithAForm_IsKeptNowhere()
    {
        using var answer = await site.Client.GetAsync(new Uri("/login", UriKind.Relative));
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Null(answer.Headers.ETag);
        Assert.StartsWith("featureexplorer-form=", answer.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_ForSomebodySignedIn_IsKeptNowhere()
    {
        using var accounts = await AccountSite.Start(AccountSite.Patient);
        using var visitor = await accounts.Visitor(Role.Viewer);
        using var answer = await visitor.Get("/about");
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Null(answer.Headers.ETag);
        await accounts.DisposeAsync();
    }

    [Fact]
    public async Task Pages_ManyAtOnce_AreAllAnswered()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(async i =>
        {
            using var answer = await site.Client.GetAsync(new Uri($"/A/1/{i % 24}", UriKind.Relative));
            return (answer.StatusCode, Text: await answer.Content.ReadAsStringAsync());
        }));
        Assert.All(answers.Select((a, i) => (a, i)), pair =>
        {
            Assert.Equal(HttpStatusCode.OK, pair.a.StatusCode);
            Assert.Contains($"<title>A/1/{pair.i % 24} ", pair.a.Text, StringComparison.Ordinal);
            Assert.EndsWith("</html>", pair.a.Text.TrimEnd(), StringComparison.Ordinal);
        });
    }

    private Task<HttpResponseMessage> Ask(string url, EntityTagHeaderValue tag)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.IfNoneMatch.Add(tag);
        return site.Client.SendAsync(request);
    }
}
