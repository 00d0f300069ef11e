using System.Security.Cryptography;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.Net.Http.Headers;

namespace FeatureExplorer.Web.Operations;

/// <summary>
/// Draws a few pages at a time, each whole, and sends them afterwards. Drawing keeps a processor busy: two hundred pages at once hold the memory of two
/// hundred, and the collector's work makes all of them slower than one after the other. A visitor with a slow line holds up nobody, because the page is
/// complete before it is sent. What is the same for every visitor gets an entity tag, and no cookie.
/// </summary>
public static class PageDelivery
{
    private const int FirstCapacity = 1 << 16;

    // In every form of ours, and in nothing else: such a page is for one visitor.
    private static ReadOnlySpan<byte> FormToken => "__RequestVerificationToken"u8;

    public static IApplicationBuilder UsePageDelivery(this IApplicationBuilder app)
    {
        var places = new SemaphoreSlim(2 * Environment.ProcessorCount);
        return app.Use(async (context, next) =>
        {
            if (!IsPage(context))
            {
                await next(context);
                return;
            }

            using var page = new MemoryStream(FirstCapacity);
            var body = context.Response.Body;
            await places.WaitAsync(context.RequestAborted);
            try
            {
                context.Response.Body = page;
                await next(context);
            }
            finally
            {
                context.Response.Body = body;
                places.Release();
            }

            await Send(context, page);
        });
    }

    // Pages that send a part first and the rest later have to do without.
    private static bool IsPage(HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        && context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is { } page
        && !Attribute.IsDefined(page.Type, typeof(StreamRenderingAttribute));

    private static async Task Send(HttpContext context, MemoryStream page)
    {
        var response = context.Response;
        if (page.Length == 0)
        {
            return;
        }

        var bytes = page.GetBuffer().AsMemory(0, (int)page.Length);
        if (response.StatusCode == StatusCodes.Status200OK && context.User.Identity?.IsAuthenticated != true && bytes.Span.IndexOf(FormToken) < 0)
        {
            var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes.Span).AsSpan(0, 16))}\"");
            MakeShared(response, tag);
            if (context.Request.GetTypedHeaders().IfNoneMatch is { Count: > 0 } known && known.Any(k => k.Compare(tag, useStrongComparison: false)))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                response.ContentType = null;
                return;
            }
        }

        response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(bytes, context.RequestAborted);
        }
    }

    // The framework prepares every page for a form: a cookie, and nothing kept anywhere, so that the browser's back button has to load it again.
    private static void MakeShared(HttpResponse response, EntityTagHeaderValue tag)
    {
        response.Headers.Remove(HeaderNames.SetCookie);
        response.Headers.Remove(HeaderNames.Pragma);
        response.Headers.CacheControl = "private, no-cache";
        response.Headers.Vary = HeaderNames.Cookie;
        response.GetTypedHeaders().ETag = tag;
    }
}
