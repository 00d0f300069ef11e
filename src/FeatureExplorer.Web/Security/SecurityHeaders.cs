namespace FeatureExplorer.Web.Security;

/// <summary>What a browser may do with our pages; set on every answer.</summary>
public static class SecurityHeaders
{
    /// <summary>
    /// Only files of our own, no inline script or style block: a token from a corpus that found its way into markup could do nothing.
    /// style-src-attr: charts and MudBlazor's components size themselves by style attributes, which hold no script. frame-ancestors: no page of ours in a frame.
    /// </summary>
    public const string ContentSecurityPolicy =
        "default-src 'self'; base-uri 'self'; object-src 'none'; form-action 'self'; frame-ancestors 'none'; script-src 'self'; "
        + "style-src 'self'; style-src-attr 'unsafe-inline'; font-src 'self'; connect-src 'self'; img-src 'self' data:";

    /// <summary>The same for pages that hold a connection. blob: a chart becomes a picture before it is saved as PNG.</summary>
    public const string StudioPolicy = ContentSecurityPolicy + " blob:";

    /// <summary>The same for pages that draw with WebGL: plotly.js compiles its drawing commands from text of its own. Files of our own still are the only scripts.</summary>
    public static readonly string WebGlPolicy = StudioPolicy.Replace("script-src 'self'", "script-src 'self' 'unsafe-eval'", StringComparison.Ordinal);

    /// <summary>The same for the frames that are made for other pages: any page may show them, and they may do even less.</summary>
    public const string FramePolicy =
        "default-src 'none'; base-uri 'none'; object-src 'none'; form-action 'none'; frame-ancestors *; script-src 'none'; "
        + "style-src 'self'; img-src 'self'; font-src 'self'";

    /// <summary>Adds the headers before anything is written, and again to an answer about an error, which begins anew.</summary>
    /// <param name="app">The server.</param>
    /// <param name="requiresSignIn">Whether reading needs an account: then no answer may be kept by what many share, such as a proxy.</param>
    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app, bool requiresSignIn) => app.Use((context, next) =>
    {
        Add(context.Response.Headers);
        context.Response.OnStarting(static response =>
        {
            Add(((HttpResponse)response).Headers);
            return Task.CompletedTask;
        }, context.Response);
        if (requiresSignIn)
        {
            context.Response.OnStarting(KeepPrivate, context.Response);
        }

        return next(context);
    });

    /// <summary>Where the endpoint is a page that holds a connection, its own policy; to be used after routing.</summary>
    public static IApplicationBuilder UseStudioPolicy(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<StudioPage>() is not null)
        {
            context.Response.Headers.ContentSecurityPolicy = context.GetEndpoint()!.Metadata.GetMetadata<DrawsWithWebGlAttribute>() is null ? StudioPolicy : WebGlPolicy;
        }

        return next(context);
    });

    private static void Add(IHeaderDictionary headers)
    {
        headers.TryAdd("Content-Security-Policy", ContentSecurityPolicy);
        headers.TryAdd("X-Content-Type-Options", "nosniff");
        headers.TryAdd("Referrer-Policy", "strict-origin-when-cross-origin");
        headers.TryAdd("Cross-Origin-Opener-Policy", "same-origin");
        headers.TryAdd("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
    }

    private static Task KeepPrivate(object state)
    {
        var headers = ((HttpResponse)state).GetTypedHeaders();
        if (headers.CacheControl is { Public: true } shared)
        {
            (shared.Public, shared.Private) = (false, true);
            headers.CacheControl = shared;
        }

        return Task.CompletedTask;
    }
}
