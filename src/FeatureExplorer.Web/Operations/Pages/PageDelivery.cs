using System.Collections.Concurrent;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Web.Components;
using FeatureExplorer.Web.Computing;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.Net.Http.Headers;

namespace FeatureExplorer.Web.Operations.Pages;

/// <summary>
/// Draws a few pages at a time, each whole, and sends them afterwards. Drawing keeps a processor busy: two hundred pages at once hold the memory of two
/// hundred, and the collector's work makes all of them slower than one after the other. A visitor with a slow line holds up nobody, because the page is
/// complete before it is sent. What is the same for every visitor gets an entity tag and no cookie, goes compressed, and is kept for a while where
/// <see cref="SharedPageAttribute"/> allows.
/// </summary>
public sealed class PageDelivery(RequestDelegate next, PageCache cache, ComputingPlaces computing) : IDisposable
{
    private const int FirstCapacity = 1 << 16;

    private readonly SemaphoreSlim _places = new(2 * Environment.ProcessorCount);
    private readonly ConcurrentBag<MemoryStream> _buffers = [];

    // In every form of ours, and in nothing else: such a page is for one visitor.
    private static ReadOnlySpan<byte> FormToken => "__RequestVerificationToken"u8;

    public async Task InvokeAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!IsPage(context))
        {
            await next(context);
            return;
        }

        var shares = context.User.Identity?.IsAuthenticated != true && context.GetEndpoint()?.Metadata.GetMetadata<SharedPageAttribute>() is not null;
        var version = shares ? cache.Version() : 0;
        if (shares && cache.Find(context.Request, version) is { } kept)
        {
            await Send(context, kept);
            return;
        }

        var (page, own) = await Draw(context, shares, version);
        if (page is not null)
        {
            await Send(context, page);
        }
        else if (own.Length > 0)
        {
            await Write(context, own);
        }
    }

    public void Dispose() => _places.Dispose();

    // Pages that hold a connection carry its state, and pages that send a part first send the rest later: both have to do without.
    private static bool IsPage(HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        && context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is { } page
        && !Documents.IsInteractive(page.Type)
        && !Attribute.IsDefined(page.Type, typeof(StreamRenderingAttribute));

    /// <summary>Draws a page when there is a place. One that computes has a place of its own kind: plain pages never wait for it.</summary>
    private async Task<(CachedPage? Page, byte[] Own)> Draw(HttpContext context, bool shares, long version)
    {
        if (ComputesAttribute.Applies(context))
        {
            (CachedPage? Page, byte[] Own) drawn = (null, []);
            await computing.Run(context, async () =>
            {
                ComputedAnswers.Admit(context);
                using var own = new MemoryStream();
                drawn = await Draw(context, own, shares, version, static () => Task.CompletedTask);
            });
            return drawn;
        }

        await _places.WaitAsync(context.RequestAborted);
        // Pages are so long that a new buffer for each would be cleared by the collector's slowest round alone.
        var buffer = _buffers.TryTake(out var used) ? used : new MemoryStream(FirstCapacity);
        try
        {
            return await Draw(context, buffer, shares, version, WorkerPool.BetweenTasks);
        }
        finally
        {
            _buffers.Add(buffer);
            _places.Release();
        }
    }

    /// <summary>Draws a page, unless somebody else has drawn it by now. What is not the same for all comes as it is.</summary>
    /// <param name="context">The request.</param>
    /// <param name="buffer">Where to.</param>
    /// <param name="shares">Whether it is the same for every visitor.</param>
    /// <param name="version">The content's version before.</param>
    /// <param name="thread">Goes to the thread that draws.</param>
    private async Task<(CachedPage? Page, byte[] Own)> Draw(HttpContext context, MemoryStream buffer, bool shares, long version, Func<Task> thread)
    {
        if (shares && cache.Find(context.Request, version) is { } kept)
        {
            return (kept, []);
        }

        var body = context.Response.Body;
        buffer.SetLength(0);
        context.Response.Body = buffer;
        try
        {
            // While something trains, a worker of the training draws the page: a thread of its own would hold up all of them.
            await thread();
            await next(context);
            return Finish(context, buffer, shares, version);
        }
        finally
        {
            context.Response.Body = body;
        }
    }

    private (CachedPage? Page, byte[] Own) Finish(HttpContext context, MemoryStream drawn, bool shares, long version)
    {
        var response = context.Response;
        var bytes = drawn.GetBuffer().AsSpan(0, (int)drawn.Length);
        if (bytes.IsEmpty || response.StatusCode != StatusCodes.Status200OK || context.User.Identity?.IsAuthenticated == true || bytes.IndexOf(FormToken) >= 0)
        {
            return (null, bytes.ToArray());
        }

        var page = CachedPage.Of(bytes, response.ContentType ?? "text/html; charset=utf-8", version);
        if (shares)
        {
            cache.Keep(context, page);
        }

        return (page, []);
    }

    /// <summary>Sends what is the same for all. Nobody's secret is in it, so that its compressed length tells nobody anything.</summary>
    private static async Task Send(HttpContext context, CachedPage page)
    {
        var response = context.Response;
        var tag = new EntityTagHeaderValue(page.Tag, isWeak: true);
        MakeShared(response, tag);
        if (context.Request.GetTypedHeaders().IfNoneMatch is { Count: > 0 } known && known.Any(k => k.Compare(tag, useStrongComparison: false)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            response.ContentType = null;
            return;
        }

        response.ContentType = page.ContentType;
        if (TakesGzip(context.Request))
        {
            response.Headers.ContentEncoding = "gzip";
            await Write(context, page.Body);
            return;
        }

        response.ContentLength = page.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await page.Unpack(response.Body, context.RequestAborted);
        }
    }

    private static bool TakesGzip(HttpRequest request) =>
        request.GetTypedHeaders().AcceptEncoding.Any(static e => (e.Value == "gzip" || e.Value == "*") && e.Quality is null or > 0);

    private static async Task Write(HttpContext context, byte[] bytes)
    {
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
    }

    // The framework prepares every page for a form: a cookie, and nothing kept anywhere, so that the browser's back button has to load it again.
    private static void MakeShared(HttpResponse response, EntityTagHeaderValue tag)
    {
        response.Headers.Remove(HeaderNames.SetCookie);
        response.Headers.Remove(HeaderNames.Pragma);
        response.Headers.CacheControl = "private, no-cache";
        response.Headers.Vary = new[] { HeaderNames.Cookie, HeaderNames.AcceptEncoding };
        response.GetTypedHeaders().ETag = tag;
    }
}
