using FeatureExplorer.Web.Components.Forms;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Components.Endpoints;

namespace FeatureExplorer.Web.Security.Forms;

/// <summary>
/// Refuses what is sent to a page and is no form, with status 415 and before its token is asked for. Endpoints say themselves what they take, so that
/// the framework's routing refuses the rest. A form that a page does not take is answered with a sentence.
/// </summary>
public static class FormPosts
{
    private static readonly Refusal NoSuchForm = new(
        "Not understood", "This page has no form of the name that was sent (_handler), or a field holds a character that no text has. Go back, load the page again, and send its form.");

    public static IApplicationBuilder UseFormPosts(this IApplicationBuilder app) => app.Use(static async (context, next) =>
    {
        var request = context.Request;
        var toPage = HttpMethods.IsPost(request.Method) && context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is not null;
        if (toPage && !request.HasFormContentType)
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        await next(context);
        if (toPage && context.Response is { StatusCode: StatusCodes.Status400BadRequest, HasStarted: false })
        {
            Tell(context);
        }
    });

    // The framework's answer is empty, and has a type, so that no page of ours would take its place.
    private static void Tell(HttpContext context)
    {
        context.Response.ContentType = null;
        if (!Refusal.IsTold(context) && context.Features.Get<IAntiforgeryValidationFeature>() is not { IsValid: false })
        {
            Refusal.Tell(context, NoSuchForm);
        }
    }
}
