using Microsoft.AspNetCore.Http.Features;

namespace FeatureExplorer.Web.Operations;

/// <summary>
/// Answers HEAD everywhere as GET is answered, without the body: programs that watch a server or check links send it, and endpoints declare GET alone.
/// </summary>
public static class HeadRequests
{
    public static IApplicationBuilder UseHeadRequests(this IApplicationBuilder app) => app.Use(static (context, next) =>
        HttpMethods.IsHead(context.Request.Method) ? WithoutBody(context, next) : next(context));

    private static async Task WithoutBody(HttpContext context, RequestDelegate next)
    {
        var sent = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var aborted = context.RequestAborted;
        var dropped = new DroppedBody(sent, stop.Cancel);
        context.Features.Set<IHttpResponseBodyFeature>(dropped);
        context.RequestAborted = stop.Token;
        context.Request.Method = HttpMethods.Get;
        try
        {
            await next(context);
            await dropped.Writer.FlushAsync(CancellationToken.None);
        }
        finally
        {
            context.Request.Method = HttpMethods.Head;
            context.RequestAborted = aborted;
            context.Features.Set(sent);
        }

        // Of an answer to GET that has no body, the server itself says so.
        if (!context.Response.HasStarted && dropped.Length == 0 && !dropped.IsEndless && context.Response.StatusCode is not (StatusCodes.Status204NoContent or StatusCodes.Status304NotModified))
        {
            context.Response.ContentLength ??= 0;
        }
    }
}
