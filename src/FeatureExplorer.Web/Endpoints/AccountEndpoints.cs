using FeatureExplorer.Web.Security;
using FeatureExplorer.Web.Security.Fetching;
using Microsoft.AspNetCore.Mvc;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>Signing out: a form on every page, so that it needs an address of its own.</summary>
public static class AccountEndpoints
{
    public static void MapAccounts(this IEndpointRouteBuilder routes) =>
        routes.MapPost(Urls.Logout, SignOut).RequireAuthorization(Policies.Viewer);

    // The field is what makes the framework demand the form's antiforgery token.
    private static async Task<IResult> SignOut(HttpContext context, SignInService signIns, [FromForm] string? returnUrl)
    {
        await signIns.SignOut(context.User);
        return Results.LocalRedirect(LocalPath.Of(returnUrl));
    }
}
