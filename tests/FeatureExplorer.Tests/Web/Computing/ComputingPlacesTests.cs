using System.Net;
using System.Text.Json;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Tests.Web.Security;
using FeatureExplorer.Web.Components;
using FeatureExplorer.Web.Computing;
using FeatureExplorer.Web.Features;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Steering;
using FeatureExplorer.Web.Texts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FeatureExplorer.Tests.Web.Computing;

/// <summary>A server with one endpoint that computes for as long as a test likes.</summary>
public sealed class ComputingPlacesTests : IAsyncLifetime, IDisposable
{
    private const string Slow = "/test/slow";

    private readonly SemaphoreSlim _entered = new(0);
    private readonly ManualResetEventSlim _gate = new();
    private readonly TaskCompletionSource _cancelled = new();
    private bool _onPool;
    private AccountSite? _site;

    private AccountSite Site => _site!;

    [Fact]
    public async Task Compute_WhileAllPlacesAreTaken_RefusesWithRetryAfterAndLeavesPlainPagesAlone()
    {
        await Start(new LimitOptions { Computations = 2, ComputationsPerVisitor = 1, ComputationQueue = 1 });
        var first = Ask("10.0.0.1");
        var second = Ask("10.0.0.2");
        await Entered(2);

        // One more of the same visitor waits in his own queue, and with it the server's is full.
        var waiting = Ask("10.0.0.1");
        await Present(3);
        using (var full = await Ask("10.0.0.3"))
        {
            await Refused(full, HttpStatusCode.ServiceUnavailable, "busy");
        }

        using var visitor = Site.Visitor();
        foreach (var plain in (string[])["/", "/B/1", "/B/1/0", "/B/1/0?y=log", "/contexts", "/compare", "/about", "/healthz/live", "/healthz/ready", "/api/v1/B/1/0"])
        {
            Assert.Equal(HttpStatusCode.OK, await visitor.Status(plain));
        }

        Assert.False(_onPool, "An answer is computed on a thread of the pool: a few of them would keep it from reading requests.");
        _gate.Set();
        foreach (var answer in await Task.WhenAll(first, second, waiting))
        {
            Assert.Equal("done", await answer.Content.ReadAsStringAsync());
            answer.Dispose();
        }
    }

    [Fact]
    public async Task Page_OfAVisitorWhoHasHisShare_SaysWhyAndWhenToComeBack()
    {
        string[] pages =
        [
            "/B/1/context?context=regex:a", "/B/1/0?context=regex:a", "/B/1/0?from=1", "/B/1/0/ablation", "/contexts?context=regex:a", "/compare?left=B/1/0&right=B/1/1",
        ];
        var taken = await Full();
        // Each refusal takes a second.
        foreach (var (url, asked) in pages.Select(url => (url, Ask("10.0.0.1", url))).ToList())
        {
            using var answer = await asked;
            Assert.Equal((url, HttpStatusCode.TooManyRequests), (url, answer.StatusCode));
            Assert.NotNull(answer.Headers.RetryAfter);
            Assert.Contains("still computing answers for your network address", (await Visitor.Parse(answer)).Body!.TextContent, StringComparison.Ordinal);
        }

        await Release(taken);
    }

    [Fact]
    public async Task Answer_ForAVisitorWhoHasHisShare_IsAProblem()
    {
        string[] addresses =
        [
            "/api/v1/contexts?context=regex:a", "/api/v1/B/1/context?context=regex:a", "/api/v1/B/1/0/context?context=regex:a", "/api/v1/B/1/0/examples", "/api/v1/B/1/0/origins", "/api/v1/B/1/0/ablation",
            "/api/v1/B/1/0/evidence", "/api/v1/B/1/text?q=a", "/api/v1/B/1/0/steer", "/charts/B/1/0/steer", "/api/v1/compare?left=B/1/0&right=B/1/1", "/B/1/0/histogram.svg", "/B/1/0/preview.png", "/embed/B/1/0",
        ];
        var taken = await Full();
        foreach (var asked in addresses.Select(url => Ask("10.0.0.1", url)).ToList())
        {
            using var answer = await asked;
            await Refused(answer, HttpStatusCode.TooManyRequests, "still computing");
        }

        await Release(taken);
    }

    [Fact]
    public async Task Compute_WhenTheVisitorLeaves_IsCancelledAndItsPlaceIsFree()
    {
        await Start(new LimitOptions { Computations = 1, ComputationQueue = 0 });
        using var leaving = new CancellationTokenSource();
        var asked = Ask("10.0.0.1", "/test/endless", leaving.Token);
        await Entered(1);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        await _cancelled.Task;
        await Present(0);
        _gate.Set();
        using var next = await Ask("10.0.0.1");
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Fact]
    public async Task Compute_LongerThanItsTime_IsCancelledAndSaysSo()
    {
        await Start(new LimitOptions { ComputationSeconds = 0.2 });
        using var answer = await Ask("10.0.0.1", "/test/endless");
        await Refused(answer, HttpStatusCode.ServiceUnavailable, "was not ready");
        Assert.True(_cancelled.Task.IsCompleted);
    }

    [Fact]
    public async Task Wait_LongerThanItsTime_IsRefused()
    {
        await Start(new LimitOptions { Computations = 1, ComputationWaitSeconds = 0.2 });
        var first = Ask("10.0.0.1");
        await Entered(1);
        using (var waited = await Ask("10.0.0.2"))
        {
            await Refused(waited, HttpStatusCode.ServiceUnavailable, "busy");
        }

        await Release(first);
    }

    /// <summary>An endpoint that asks an index or a model, and is not marked, would be a way around every bound.</summary>
    [Fact]
    public async Task Endpoint_ThatAsksAnIndexOrAModel_IsMarked()
    {
        Type[] computing = [typeof(Explorations), typeof(UnitComparer), typeof(LiveModels), typeof(EvidenceReader), typeof(SteeringService), typeof(TextService)];
        await Start(new LimitOptions());
        var asking = Site.Service<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(endpoint => Needs(endpoint).Intersect(computing).Any()).ToList();
        Assert.InRange(asking.Count, 12, 1000);
        // A page with a connection asks for a place itself, question by question.
        Assert.All(asking, endpoint => Assert.True(
            endpoint.Metadata.GetMetadata<ComputesAttribute>() is not null || (IsInteractive(endpoint) && Needs(endpoint).Contains(typeof(ComputingPlaces))),
            $"{endpoint.RoutePattern.RawText} computes, and is not marked."));
    }

    private static bool IsInteractive(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is { } page && Documents.IsInteractive(page.Type);

    [Fact]
    public async Task Answer_WhereSigningInIsRequired_IsNeverPublic()
    {
        await Start(new LimitOptions { SignInsPerMinute = 10_000 }, new AccessOptions { RequireSignIn = true });
        using var viewer = await Site.Visitor(Role.Viewer);
        foreach (var url in (string[])["/api/v1/", "/api/v1/B/1", "/api/v1/B/1/0", "/api/v1/B/1/report", "/api/v1/search?q=a", "/embed/B/1/0", "/B/1/0/histogram.svg", "/B/1/0/preview.png", "/B/1/0/examples.csv", "/B/1/0", "/"])
        {
            using var answer = await viewer.Get(url);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{url}: {answer.StatusCode}");
            Assert.True(answer.Headers.CacheControl is { Public: false } control && (control.Private || control.NoStore), $"{url}: {answer.Headers.CacheControl}");
        }
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _gate.Set();
        if (_site is not null)
        {
            await _site.DisposeAsync();
        }
    }

    public void Dispose()
    {
        _site?.Dispose();
        _gate.Dispose();
        _entered.Dispose();
    }

    private static IEnumerable<Type> Needs(RouteEndpoint endpoint) =>
    [
        .. endpoint.Metadata.GetMetadata<System.Reflection.MethodInfo>()?.GetParameters().Select(p => p.ParameterType) ?? [],
        .. endpoint.Metadata.GetMetadata<ComponentTypeMetadata>()?.Type.GetProperties(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Public)
            .Where(p => Attribute.IsDefined(p, typeof(InjectAttribute))).Select(p => p.PropertyType) ?? [],
    ];

    private async Task Start(LimitOptions limits, AccessOptions? access = null)
    {
        var settings = new ExplorerOptions { Limits = limits, Proxy = new ProxyOptions { Trusted = "127.0.0.1" }, Access = access ?? new() };
        _site = await AccountSite.Start(settings, app =>
        {
            app.MapGet(Slow, () =>
            {
                _onPool |= Thread.CurrentThread.IsThreadPoolThread;
                _entered.Release();
                _gate.Wait();
                return "done";
            }).Computes();
            app.MapGet("/test/endless", (HttpContext context) =>
            {
                _entered.Release();
                context.RequestAborted.WaitHandle.WaitOne();
                _cancelled.SetResult();
                context.RequestAborted.ThrowIfCancellationRequested();
            }).Computes();
        });
        LabelTests.Publish(_site);
    }

    /// <summary>A server on which the first visitor's only place is taken.</summary>
    private async Task<Task<HttpResponseMessage>> Full()
    {
        await Start(new LimitOptions { Computations = 32, ComputationsPerVisitor = 1, ComputationQueue = 0 });
        var taken = Ask("10.0.0.1");
        await Entered(1);
        return taken;
    }

    private async Task Release(Task<HttpResponseMessage> taken)
    {
        _gate.Set();
        using var answer = await taken;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task<HttpResponseMessage> Ask(string address, string url = Slow, CancellationToken cancellation = default)
    {
        using var visitor = Site.Visitor();
        visitor.Client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        return await visitor.Client.GetAsync(new Uri(url, UriKind.Relative), cancellation);
    }

    private async Task Entered(int times)
    {
        for (var time = 0; time < times; time++)
        {
            Assert.True(await _entered.WaitAsync(TimeSpan.FromMinutes(1)));
        }
    }

    private async Task Present(int requests)
    {
        while (Site.Service<ComputingPlaces>().Present != requests)
        {
            await Task.Delay(10);
        }
    }

    private static async Task Refused(HttpResponseMessage answer, HttpStatusCode status, string words)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Contains(words, $"{problem.GetProperty("title")} {problem.GetProperty("detail")}", StringComparison.Ordinal);
    }
}
