using FeatureExplorer.Web.Components.Forms;
using Microsoft.AspNetCore.Antiforgery;

namespace FeatureExplorer.Web.Security.Forms;

/// <summary>Reads a form before its token is looked for in it: one that cannot be read is refused for what it is, and not for a token that seems to be missing.</summary>
public static class FormReading
{
    internal static readonly Refusal Unreadable = new(
        "Not understood", "What was sent ends early, is not a well-formed form, or has more or longer fields than a form of this page. Nothing was changed. Load the page again, and send its form once more.");

    public static IApplicationBuilder UseFormReading(this IApplicationBuilder app) => app.Use(static async (context, next) =>
    {
        if (TakesForm(context) && !await CanBeRead(context))
        {
            Refusal.Tell(context, Unreadable);
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        await next(context);
    });

    // Where its token has been looked for already, an error page is drawn in the place of the answer.
    private static bool TakesForm(HttpContext context) =>
        context.Features.Get<IAntiforgeryValidationFeature>() is null && context.GetEndpoint()?.Metadata.GetMetadata<IAntiforgeryMetadata>() is { RequiresValidation: true } && context.Request.HasFormContentType
        && (HttpMethods.IsPost(context.Request.Method) || HttpMethods.IsPut(context.Request.Method) || HttpMethods.IsPatch(context.Request.Method));

    // What has been read is kept for those who need its fields. A body that is too large is another matter: SizeLimits tells of it.
    private static async Task<bool> CanBeRead(HttpContext context)
    {
        try
        {
            await context.Request.ReadFormAsync(context.RequestAborted);
            return true;
        }
        catch (BadHttpRequestException large) when (large.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw;
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException && !Failures.IsFullDisk(exception))
        {
            return false;
        }
    }
}
