using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Web;
using FeatureExplorer.Web.Security;
using FeatureExplorer.Web.Security.Forms;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;

namespace FeatureExplorer.Tests.Web.Security;

/// <summary>Every endpoint that the server has, tried by everyone who may not use it.</summary>
public sealed partial class EndpointAccessTests : IClassFixture<EndpointAccessTests.Site>
{
    /// <summary>What everybody may read. A new page or address of the API belongs here, or it declares a policy.</summary>
    private static readonly HashSet<string> OpenReading =
    [
        "/",
        "/about",
        "/{Model}",
        "/api/v1/{model}",
        "/{Model}/{Name}",
        "/{Model}/{Name}/{Index:int}",
        "/{model}/{name}/random",
        "/{model}/{name}/{index:int}/histogram.svg",
        "/api/v1/",
        "/api/v1/{model}/{name}",
        "/api/v1/{model}/{name}/{index:int}",
        "/api/v1/{**path}",
        "/contexts",
        "/contexts/new",
        "/{Model}/{Name}/context",
        "/api/v1/contexts",
        "/api/v1/{model}/{name}/context",
        "/api/v1/{model}/{name}/{index:int}/context",
        "/api/v1/{model}/{name}/{index:int}/examples",
        "/api/v1/{model}/{name}/{index:int}/origins",
        "/compare",
        "/api/v1/compare",
        "/api/v1/{model}/{name}/{index:int}/relations",
        "/api/v1/{model}/{name}/{index:int}/ablation",
        "/api/v1/{model}/{name}/{index:int}/evidence",
        "/api/v1/{model}/{name}/universality",
        "/{model}/{name}/{index:int}/preview.png",
        "/{model}/{name}/{index:int}/examples.csv",
        "/{model}/{name}/export/{format}",
        "/{Model}/{Name}/report",
        "/{Model}/{Name}/{Index:int}/ablation",
        "/embed/{model}/{name}/{index:int}",
        "/api/v1/{model}/{name}/report",
        "/api/v1/{model}/{name}/report.csv",
        "/search",
        "/{Model}/{Name}/text",
        "/api/v1/search",
        "/api/v1/{model}/{name}/text",
        "/runs",
        "/runs/{Id:long}",
        "/charts/pareto",
        "/charts/runs/{id:long}/{figure}",
        "/charts/runs/compare/{figure}",
        "/runs/compare",
        "/pareto",
        "/api/v1/{model}/splitting",
        "/api/v1/{model}/sites",
        "/api/v1/{model}/{name}/unread",
        "/api/v1/{model}/{name}/automata",
        "/api/v1/{model}/{name}/map",
        "/api/v1/{model}/{name}/{index:int}/transitions",
        "/api/v1/{model}/{name}/decompose",
        "/api/v1/{model}/{name}/logits",
        "/api/v1/{model}/{name}/{index:int}/logits",
        "/charts/{model}/{name}/{index:int}/formation",
        "/{Model}/{Name}/automata",
        "/{Model}/{Name}/map",
        "/charts/{model}/{name}/map",
        "/{Model}/{Name}/decompose",
        "/{Model}/{Name}/{Index:int}/logits",
        "/{Model}/{Name}/logits",
        "/{Model}/splitting",
        "/{Model}/sites",
        "/{Model}/{Name}/unread",
        "/{Model}/{Name}/{Index:int}/transitions",
        "/synthetic",
        "/synthetic/{Name}",
        "/api/v1/synthetic/",
        "/api/v1/synthetic/{name}",
        "/charts/pareto",
        "/{Model}/{Name}/{Index:int}/explore",
        "/{Model}/{Name}/{Index:int}/steer",
        "/api/v1/{model}/{name}/{index:int}/steer",
        "/charts/{model}/{name}/{index:int}/steer",
        "/{Model}/{Name}/spectrum",
        "/charts/compare/weights",
        "/charts/compare/activations",
        "/charts/{model}/{name}/{index:int}/histogram",
        "/charts/{model}/{name}/spectrum",
        "/corpora",
        "/corpora/{Name}",
        "/api/v1/runs/",
        "/api/v1/runs/{id:long}",
        "/api/v1/runs/{id:long}/metrics",
        "/api/v1/runs/{id:long}/events",
        "/api/v1/corpora",
        "/api/v1/openapi.json",
        "/charts/corpora/{name}",
        "/charts/corpora/{name}",
    ];

    /// <summary>What is open even where reading needs an account, and takes forms from strangers.</summary>
    private static readonly HashSet<string> OpenToAll =
        ["/login", "/setup", "/error", "/not-found", "/theme", "/theme.css", "/healthz/live", "/healthz/ready"];

    private readonly Site _site;

    public EndpointAccessTests(Site site) => _site = site;

    [Fact]
    public void Endpoint_Each_DeclaresAPolicyOrIsKnownToBeOpen()
    {
        var unknown = Endpoints().Where(e => PolicyOf(e) is null && !IsOpenToAll(e) && !OpenReading.Contains(Pattern(e)) && !IsOwnTest(e)).Select(Pattern);
        Assert.True(!unknown.Any(), $"Open to everyone, and not on the list: {string.Join(" ", unknown)}. Declare a policy, or add to {nameof(OpenReading)}.");
        var anonymous = Endpoints().Where(e => IsOpenToAll(e) && !IsFile(e)).Select(Pattern).Distinct();
        Assert.Equal(OpenToAll.Order(), anonymous.Order());
    }

    [Fact]
    public async Task Endpoint_WithoutTheRole_IsRefused()
    {
        var roles = new Role?[] { null, Role.Viewer, Role.Annotator };
        var tried = 0;
        foreach (var role in roles)
        {
            using var visitor = role is { } held ? await _site.Accounts.Visitor(held) : _site.Accounts.Visitor();
            var token = await visitor.Token();
            foreach (var endpoint in Endpoints().Where(e => !IsOpenToAll(e)))
            {
                foreach (var method in Methods(endpoint).Where(m => !Allows(endpoint, m, role)))
                {
                    var status = await Try(visitor, method, endpoint, token);
                    Assert.True(
                        status is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized or HttpStatusCode.Redirect,
                        $"{method} {Pattern(endpoint)} as {role?.ToString() ?? "nobody"}: {status}");
                    tried++;
                }
            }
        }

        // Pages take GET and POST: what is above holds only if there was something to try.
        Assert.InRange(tried, 30, 10_000);
    }

    [Fact]
    public async Task Endpoint_WithoutTheRole_TellsAProgramInJson()
    {
        var tried = 0;
        foreach (var role in (Role?[])[null, Role.Viewer])
        {
            using var visitor = role is { } held ? await _site.Accounts.Visitor(held) : _site.Accounts.Visitor();
            var token = await visitor.Token();
            visitor.Client.DefaultRequestHeaders.Accept.ParseAdd("application/json");
            foreach (var endpoint in Endpoints().Where(e => !IsOpenToAll(e) && !IsOwnTest(e)))
            {
                foreach (var method in Methods(endpoint).Where(m => m is "GET" or "POST" && !Allows(endpoint, m, role)))
                {
                    using var request = new HttpRequestMessage(new HttpMethod(method), Url(endpoint));
                    request.Headers.Add(WriteProtection.Header, token);
                    using var answer = await visitor.Client.SendAsync(request);
                    var what = $"{method} {Pattern(endpoint)} as {role?.ToString() ?? "nobody"}: {(int)answer.StatusCode}";
                    Assert.True(answer.StatusCode == (role is null ? HttpStatusCode.Unauthorized : HttpStatusCode.Forbidden), what);
                    Assert.True(answer.Content.Headers.ContentType?.MediaType == "application/problem+json", what);
                    Assert.Contains("account", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
                    tried++;
                }
            }
        }

        Assert.InRange(tried, 30, 10_000);
    }

    [Fact]
    public async Task Reading_WhereSigningInIsRequired_IsRefusedToNobody()
    {
        using var closed = await AccountSite.Start(AccountSite.Patient with { Access = new() { RequireSignIn = true } });
        using var visitor = closed.Visitor();
        foreach (var endpoint in Endpoints().Where(e => !IsOpenToAll(e) && !IsOwnTest(e)))
        {
            var status = await visitor.Status(Url(endpoint));
            var expected = Pattern(endpoint).StartsWith(Urls.Api, StringComparison.Ordinal) ? HttpStatusCode.Unauthorized : HttpStatusCode.Redirect;
            // An address that only takes forms says so, and nothing else.
            Assert.True(status == expected || (status == HttpStatusCode.MethodNotAllowed && !Methods(endpoint).Contains("GET")), $"{Pattern(endpoint)}: {status}");
        }

        Assert.Equal(HttpStatusCode.OK, await visitor.Status("/login"));
        Assert.Equal(HttpStatusCode.OK, await visitor.Status("/app.css"));
        Assert.Equal(HttpStatusCode.OK, await visitor.Status("/healthz/ready"));
        using var viewer = await closed.Visitor(Role.Viewer);
        Assert.Equal(HttpStatusCode.OK, await viewer.Status("/"));
        await closed.DisposeAsync();
    }

    [Theory]
    [InlineData("/test/forgotten", Role.Annotator, false)]
    [InlineData("/test/forgotten", Role.Admin, true)]
    [InlineData("/test/notes", Role.Viewer, false)]
    [InlineData("/test/notes", Role.Annotator, true)]
    [InlineData("/test/policy", Role.Viewer, false)]
    [InlineData("/test/policy", Role.Admin, true)]
    public async Task Write_NeedsTheDeclaredRoleOrAnAdministrator(string url, Role role, bool allowed)
    {
        using var visitor = await _site.Accounts.Visitor(role);
        using var answer = await Json(visitor, url, await visitor.Token("/account"));
        Assert.Equal(allowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Theory]
    [InlineData(null, null, true, HttpStatusCode.OK)]
    [InlineData("Sec-Fetch-Site", "same-origin", true, HttpStatusCode.OK)]
    [InlineData("Sec-Fetch-Site", "cross-site", true, HttpStatusCode.BadRequest)]
    [InlineData("Sec-Fetch-Site", "same-site", true, HttpStatusCode.BadRequest)]
    [InlineData("Origin", "https://evil.example", true, HttpStatusCode.BadRequest)]
    [InlineData("Origin", "null", true, HttpStatusCode.BadRequest)]
    [InlineData(null, null, false, HttpStatusCode.BadRequest)]
    public async Task Write_FromAnotherSiteOrWithoutToken_IsRefused(string? header, string? value, bool withToken, HttpStatusCode expected)
    {
        using var visitor = await _site.Accounts.Visitor(Role.Admin);
        var token = await visitor.Token("/account");
        if (header is not null)
        {
            visitor.Client.DefaultRequestHeaders.Add(header, value);
        }

        using var answer = await Json(visitor, "/test/forgotten", withToken ? token : null);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task Write_WithTheTokenOfAnotherVisitor_IsRefused()
    {
        using var stranger = _site.Accounts.Visitor();
        using var visitor = await _site.Accounts.Visitor(Role.Admin);
        using var answer = await Json(visitor, "/test/forgotten", await stranger.Token());
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Form_FromAnotherSite_IsRefused()
    {
        using var visitor = await _site.Accounts.Visitor(Role.Admin);
        visitor.Client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "cross-site");
        const string Chosen = "chosen by mallory";
        using var answer = await visitor.Post("/account", "change-password", ("Current", AccountSite.Password), ("NewPassword", Chosen), ("Again", Chosen));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        using var again = _site.Accounts.Visitor();
        using var signedIn = await again.SignIn(visitor.Name, AccountSite.Password);
        Assert.Equal(HttpStatusCode.Redirect, signedIn.StatusCode);
    }

    private IEnumerable<RouteEndpoint> Endpoints() =>
        _site.Accounts.Service<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(e => !IsFrameworkFile(e));

    private static string Pattern(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText!.TrimStart('/');

    private static bool IsOpenToAll(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;

    private static bool IsFile(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<StaticAssetDescriptor>() is not null;

    // The framework's own script, files while the program is developed, and the connection of interactive pages, whose actions are checked by the services that they call.
    private static bool IsFrameworkFile(RouteEndpoint endpoint) =>
        Pattern(endpoint) == "/{**path:file}" || Pattern(endpoint).StartsWith("/_framework", StringComparison.Ordinal) || Pattern(endpoint).StartsWith(Policies.Connection, StringComparison.Ordinal);

    private static bool IsOwnTest(RouteEndpoint endpoint) => Pattern(endpoint).StartsWith("/test/", StringComparison.Ordinal);

    private static Role? PolicyOf(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IAuthorizeData>()?.Policy is { } policy ? Enum.Parse<Role>(policy) : null;

    private static bool Allows(RouteEndpoint endpoint, string method, Role? role)
    {
        var needed = PolicyOf(endpoint) ?? (method is "GET" or "HEAD" ? null : endpoint.Metadata.GetMetadata<WriteRoleAttribute>()?.Role ?? Role.Admin);
        return needed is null || (role is { } held && held >= needed);
    }

    private static IEnumerable<string> Methods(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is { Count: > 0 } methods ? methods : ["GET", "POST", "PUT", "PATCH", "DELETE"];

    private static string Url(RouteEndpoint endpoint) => Parameter().Replace(Pattern(endpoint), "1");

    private static async Task<HttpStatusCode> Try(Visitor visitor, string method, RouteEndpoint endpoint, string token)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), Url(endpoint));
        if (method is not ("GET" or "HEAD"))
        {
            request.Headers.Add(WriteProtection.Header, token);
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        }

        using var answer = await visitor.Client.SendAsync(request);
        var location = answer.Headers.Location?.OriginalString ?? string.Empty;
        return answer.StatusCode == HttpStatusCode.Redirect && !location.Contains(Urls.Login, StringComparison.Ordinal) ? HttpStatusCode.OK : answer.StatusCode;
    }

    private static async Task<HttpResponseMessage> Json(Visitor visitor, string url, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        if (token is not null)
        {
            request.Headers.Add(WriteProtection.Header, token);
        }

        return await visitor.Client.SendAsync(request);
    }

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();

    /// <summary>A server with three more endpoints: one that declares nothing, one whose writing is declared, one with a policy.</summary>
    public sealed class Site : IAsyncLifetime, IDisposable
    {
        public AccountSite Accounts { get; } = new(AccountSite.Patient, app =>
        {
            app.MapPost("/test/forgotten", () => "done");
            app.MapPost("/test/notes", () => "done").WithMetadata(new WriteRoleAttribute(Role.Annotator));
            app.MapPost("/test/policy", () => "done").RequireAuthorization(Policies.Annotator);
        });

        public Task InitializeAsync() => Accounts.InitializeAsync();

        public Task DisposeAsync() => Accounts.DisposeAsync();

        public void Dispose() => Accounts.Dispose();
    }
}
