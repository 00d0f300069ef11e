using System.Net;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Training;
using FeatureExplorer.Tests.Web.Addresses;
using FeatureExplorer.Tests.Web.Security;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Web.Operations;
using Microsoft.AspNetCore.Routing;

namespace FeatureExplorer.Tests.Web.Operations;

[Collection(SampleSiteTests.Name)]
public sealed class HeadRequestsTests(SampleSite site)
{
    // What differs from one answer to the next, how a body that is not sent would have been cut up, and what the framework says of a page that it has just drawn.
    private static readonly string[] Passing = ["Date", "Set-Cookie", "Transfer-Encoding", "blazor-enhanced-nav"];

    [Theory]
    [InlineData("/healthz/ready")]
    [InlineData("/")]
    [InlineData("/A/1/4")]
    [InlineData("/api/v1")]
    [InlineData("/A/1/4/preview.png")]
    [InlineData("/A/1/4/examples.csv")]
    [InlineData("/app.css")]
    [InlineData("/nothing")]
    [InlineData("/api/v1/A/9")]
    [InlineData("/A/1?sort=bogus")]
    [InlineData("/theme?to=dark&from=/about")]
    public async Task Head_AnswersAsGetWithoutTheBody(string url) => await Same(site.Client, url);

    [Fact]
    public async Task Head_OfEveryEndpoint_AnswersAsGetWithoutTheBody()
    {
        foreach (var endpoint in MappedEndpoints.Own(site.Service<EndpointDataSource>()).Where(e => MappedEndpoints.Takes(e, "GET")))
        {
            await Same(site.Client, MappedEndpoints.Url(endpoint));
        }
    }

    [Fact]
    public async Task Head_OfAStreamThatGoesOn_EndsAtOnce()
    {
        await using var accounts = await AccountSite.Start(AccountSite.Patient with { Training = new TrainingOptions { Enabled = false } });
        accounts.Service<RunStore>().Add("demo", RunConfigurationJson.Write(SmallRun.Configuration));
        using var visitor = accounts.Visitor();
        using var answer = await visitor.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/api/v1/runs/1/events"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        Assert.Null(answer.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task Head_WithAKnownTag_IsNotModified()
    {
        using var first = await site.Client.GetAsync(new Uri("/A/1/4", UriKind.Relative));
        using var request = new HttpRequestMessage(HttpMethod.Head, "/A/1/4");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var answer = await site.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotModified, answer.StatusCode);
    }

    [Fact]
    public async Task Head_ToWhatOnlyTakesForms_ChangesNothing()
    {
        await using var accounts = await AccountSite.Start(AccountSite.Patient);
        using var visitor = await accounts.Visitor(Role.Admin);
        using var answer = await visitor.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/logout"));
        Assert.Equal(await visitor.Status("/logout"), answer.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await visitor.Status("/account"));
    }

    private static async Task Same(HttpClient client, string url)
    {
        using (await client.GetAsync(new Uri(url, UriKind.Relative)))
        {
            // Once drawn, a page is kept: what is compared comes from there.
        }

        using var get = await client.GetAsync(new Uri(url, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, url));
        Assert.True(get.StatusCode == head.StatusCode, $"{url}: {get.StatusCode}, {head.StatusCode}");
        Assert.Equal(Headers(get).Where(Comparable), Headers(head).Where(Comparable));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    // A random feature is another one each time.
    private static bool Comparable(string header) => !header.StartsWith("Location: /B/1/", StringComparison.Ordinal);

    private static List<string> Headers(HttpResponseMessage answer) =>
        [.. answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated).Where(h => !Passing.Contains(h.Key, StringComparer.OrdinalIgnoreCase))
            .Select(h => $"{h.Key}: {h.Value}").Order(StringComparer.Ordinal)];
}
