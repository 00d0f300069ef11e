using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Diagnostics;

namespace FeatureExplorer.Web.Security.Forms;

/// <summary>
/// Refuses requests that another site made a visitor's browser send. Every request that may change something must come from a page of ours and
/// carry its antiforgery token: forms in a field, which the framework checks, and everything else in the header <see cref="Header"/>.
/// </summary>
public static class WriteProtection
{
    /// <summary>Header for requests that are no forms; its value is that of the hidden field of any form on the page.</summary>
    public const string Header = "RequestVerificationToken";

    public static IApplicationBuilder UseWriteProtection(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        if (Refusal(context) is { } reason || (reason = await MissingToken(context)) is not null)
        {
            Audit(context, reason);
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await Results.Problem(title: "Refused", detail: reason, statusCode: StatusCodes.Status400BadRequest).ExecuteAsync(context);
            return;
        }

        await next(context);
        // A body that was too long is another matter: SizeLimits tells of it. The page that tells of the refusal is no second one.
        if (context.Features.Get<IAntiforgeryValidationFeature>() is { IsValid: false, Error.InnerException: not BadHttpRequestException }
            && context.Features.Get<IStatusCodeReExecuteFeature>() is null && context.Features.Get<IExceptionHandlerFeature>() is null)
        {
            Audit(context, "The form's token is missing or out of date.");
        }
    });

    private static void Audit(HttpContext context, string reason) => context.RequestServices.GetRequiredService<AuditLog>().Refused(context, reason);

    private static string? Refusal(HttpContext context) =>
        (MayChange(context) || IsWebSocket(context.Request)) && FromElsewhere(context.Request)
            ? "The request came from a page of another site."
            : null;

    private static async Task<string?> MissingToken(HttpContext context)
    {
        if (!MayChange(context) || context.Request.Path.StartsWithSegments(Policies.Connection) || FrameworkChecks(context))
        {
            return null;
        }

        var antiforgery = context.RequestServices.GetRequiredService<IAntiforgery>();
        // Without the header, the token would be looked for in the body, which may be long: it has to be in the header.
        return context.Request.Headers.ContainsKey(Header) && await antiforgery.IsRequestValidAsync(context)
            ? null
            : $"The header {Header} is missing or out of date: load the page again.";
    }

    // What routing itself answers, because nothing takes the method or the content's type, changes nothing.
    private static bool MayChange(HttpContext context) =>
        context.GetEndpoint() is RouteEndpoint && !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method) && !HttpMethods.IsOptions(context.Request.Method);

    private static bool IsWebSocket(HttpRequest request) =>
        HttpMethods.IsConnect(request.Method) || string.Equals(request.Headers.Upgrade, "websocket", StringComparison.OrdinalIgnoreCase);

    private static bool FrameworkChecks(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<IAntiforgeryMetadata>() is { RequiresValidation: true }
        && (HttpMethods.IsPost(context.Request.Method) || HttpMethods.IsPut(context.Request.Method) || HttpMethods.IsPatch(context.Request.Method));

    // Browsers tell where a request comes from; programs that are no browsers send neither header, and no visitor's cookie.
    private static bool FromElsewhere(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0)
        {
            return site is not ("same-origin" or "none");
        }

        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0 && !(Uri.TryCreate(origin, UriKind.Absolute, out var from)
            && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }
}
