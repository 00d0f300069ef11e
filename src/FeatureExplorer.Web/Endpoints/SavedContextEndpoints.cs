using FeatureExplorer.Web.Features;
using FeatureExplorer.Web.Security;
using Microsoft.AspNetCore.Mvc;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>Where the form that removes a saved context goes.</summary>
public static class SavedContextEndpoints
{
    public static void MapSavedContexts(this IEndpointRouteBuilder routes) =>
        routes.MapPost(Urls.ContextsPath + "/{name}/remove", Remove).RequireAuthorization(Policies.Annotator);

    // The field is what makes the framework demand the form's antiforgery token. Where somebody else was faster, the page shows what is left.
    private static IResult Remove(HttpContext http, SavedContextService contexts, string name, [FromForm(Name = "action")] string? button)
    {
        contexts.Remove(http.User, name);
        return Results.LocalRedirect(Urls.ContextsPath);
    }
}
