using Microsoft.AspNetCore.Components.Endpoints;

namespace FeatureExplorer.Web.Security;

/// <summary>
/// Refuses what is sent to a page and is no form, with status 415 and before its token is asked for. Endpoints say themselves what they take, so that
/// the framework's routing refuses the rest.
/// </summary>
public static class FormPosts
{
    public static IApplicationBuilder UseFormPosts(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        var request = context.Request;
        if (HttpMethods.IsPost(request.Method) && !request.HasFormContentType && context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is not null)
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return Task.CompletedTask;
        }

        return next(context);
    });
}
