using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Components.Forms;
using FeatureExplorer.Web.Components.Tables;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Diagnostics;

namespace FeatureExplorer.Web.Security;

/// <summary>Errors are answered as JSON, not with a page, where a program asks (<see cref="Programs"/>); so are wrong addresses of pictures, frames and files.</summary>
public sealed class ApiFailures : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (!Programs.Ask(httpContext.Request, Asked(httpContext)) && (exception is not AddressException || IsPage(httpContext)))
        {
            return false;
        }

        var status = Failures.Status(exception);
        httpContext.Response.StatusCode = status;
        var (title, detail) = status switch
        {
            _ when exception is AddressException => ("Not understood", exception.Message),
            _ when exception is BadHttpRequestException && Refusal.Of(status) is { } refusal => (refusal.Title, refusal.Text),
            StatusCodes.Status409Conflict => ("Not possible now", exception.Message),
            StatusCodes.Status403Forbidden => ("Not allowed", exception.Message),
            StatusCodes.Status503ServiceUnavailable when Failures.Damage(exception) is { } damage => ("A file is damaged", damage.Message),
            StatusCodes.Status503ServiceUnavailable => ("The database is busy", "Somebody else is writing to it. Nothing was changed; try again in some seconds."),
            StatusCodes.Status507InsufficientStorage => ("The disk is full", "The server's disk has no room left."),
            _ => ("Something went wrong", "The server met an error that it did not expect; its log has the details."),
        };
        await Results.Problem(title: title, detail: detail, statusCode: status).ExecuteAsync(httpContext);
        return true;
    }

    /// <summary>Tells of a status that nothing has written an answer to, whatever kind of answer was asked for: RFC 9457.</summary>
    public static Task TellStatus(StatusCodeContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var status = context.HttpContext.Response.StatusCode;
        var (title, detail) = status switch
        {
            StatusCodes.Status404NotFound => ("Not found", Missing.Of(context.HttpContext)?.What ?? "There is nothing at this address."),
            // What a form has to do is of no use to a program that sends none.
            StatusCodes.Status400BadRequest or StatusCodes.Status415UnsupportedMediaType when context.HttpContext.Request.Path.StartsWithSegments(Urls.Api) => (null, null),
            _ => Refusal.Of(context.HttpContext, status) is { } refusal ? (refusal.Title, refusal.Text) : ((string?)null, (string?)null),
        };
        return Results.Problem(title: title, detail: detail, statusCode: status).ExecuteAsync(context.HttpContext);
    }

    // The framework has put the error page's address in the place of the one that was asked for.
    private static PathString Asked(HttpContext context) => context.Features.Get<IExceptionHandlerPathFeature>()?.Path is { } path ? new PathString(path) : context.Request.Path;

    private static bool IsPage(HttpContext context) =>
        context.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.Metadata.GetMetadata<ComponentTypeMetadata>() is not null;
}
