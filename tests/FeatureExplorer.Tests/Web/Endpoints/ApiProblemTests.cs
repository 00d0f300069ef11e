using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Tests.Web.Security;
using FeatureExplorer.Web;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Security.Forms;
using Microsoft.AspNetCore.Routing;

namespace FeatureExplorer.Tests.Web.Endpoints;

/// <summary>Whatever goes wrong below /api/v1, the answer is a problem as RFC 9457 describes it, whatever kind of answer was asked for.</summary>
public sealed partial class ApiProblemTests(AccountSite site) : IClassFixture<AccountSite>
{
    private static readonly string[] Accepts = ["application/json", "text/html", "text/csv", "text/event-stream", "*/*"];

    [Fact]
    public async Task Endpoint_EachOfWhatIsNotThere_AnswersWithAProblem()
    {
        using var visitor = site.Visitor();
        var tried = 0;
        foreach (var endpoint in Endpoints(site))
        {
            foreach (var accept in Accepts)
            {
                tried += await Check(visitor, HttpMethod.Get, Url(endpoint), accept) ? 1 : 0;
            }
        }

        Assert.InRange(tried, 100, 10_000);
    }

    [Fact]
    public async Task Endpoint_EachParameterThatIsNotUnderstood_AnswersWithAProblem()
    {
        using var visitor = site.Visitor();
        var tried = 0;
        foreach (var endpoint in Endpoints(site))
        {
            foreach (var parameter in endpoint.Metadata.GetOrderedMetadata<AddressParameterAttribute>())
            {
                tried += await Check(visitor, HttpMethod.Get, $"{Url(endpoint)}?{parameter.Name}=%01%E2%80%AE&{parameter.Name}=2", "application/json") ? 1 : 0;
            }
        }

        Assert.InRange(tried, 20, 10_000);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(Role.Viewer)]
    [InlineData(Role.Admin)]
    public async Task Endpoint_MethodThatItDoesNotTake_AnswersWithAProblem(Role? role)
    {
        using var visitor = role is { } held ? await site.Visitor(held) : site.Visitor();
        var token = await visitor.Token(role is null ? "/login" : "/account");
        foreach (var method in new[] { HttpMethod.Post, HttpMethod.Put, HttpMethod.Delete, HttpMethod.Patch })
        {
            foreach (var url in Endpoints(site).Select(Url).Distinct().Take(12))
            {
                Assert.True(await Check(visitor, method, url, "text/html", token), $"{method} {url} was taken");
                Assert.True(await Check(visitor, method, url, "application/json"), $"{method} {url} was taken without a token");
            }
        }
    }

    [Fact]
    public async Task Endpoint_EachWhereSigningInIsRequired_AnswersWithAProblem()
    {
        await using var closed = await AccountSite.Start(AccountSite.Patient with { Access = new() { RequireSignIn = true } });
        using var visitor = closed.Visitor();
        foreach (var endpoint in Endpoints(closed))
        {
            Assert.True(await Check(visitor, HttpMethod.Get, Url(endpoint), "application/json"), Url(endpoint));
        }
    }

    /// <returns>Whether it was refused.</returns>
    private static async Task<bool> Check(Visitor visitor, HttpMethod method, string url, string accept, string? token = null)
    {
        using var request = new HttpRequestMessage(method, url);
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(accept));
        if (token is not null)
        {
            request.Headers.Add(WriteProtection.Header, token);
        }

        using var answer = await visitor.Client.SendAsync(request);
        if (answer.StatusCode == HttpStatusCode.OK)
        {
            return false;
        }

        var what = $"{method} {url} as {accept}: {(int)answer.StatusCode}";
        Assert.True((int)answer.StatusCode >= 400, what);
        Assert.True(answer.Content.Headers.ContentType?.MediaType == "application/problem+json", $"{what}, {answer.Content.Headers.ContentType}");
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.True(problem.RootElement.GetProperty("status").GetInt32() == (int)answer.StatusCode, what);
        Assert.True(problem.RootElement.GetProperty("title").GetString() is { Length: > 0 }, what);
        return true;
    }

    private static List<RouteEndpoint> Endpoints(AccountSite site) =>
        [.. site.Service<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(static endpoint => endpoint.RoutePattern.RawText!.TrimStart('/').StartsWith(Urls.Api.TrimStart('/'), StringComparison.Ordinal))];

    private static string Url(RouteEndpoint endpoint) => "/" + Parameter().Replace(endpoint.RoutePattern.RawText!.TrimStart('/'), "1");

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
