using FeatureExplorer.Storage.Accounts;
using Microsoft.AspNetCore.Authorization;

namespace FeatureExplorer.Web.Security;

/// <summary>
/// Who may use an endpoint. An endpoint that says nothing can be read by everyone (by accounts only, when signing in is required) and
/// written to by administrators only: to forget a policy shuts a door instead of leaving it open.
/// </summary>
public static class Policies
{
    /// <summary>Any account.</summary>
    public const string Viewer = nameof(Role.Viewer);

    /// <summary>Annotators and administrators.</summary>
    public const string Annotator = nameof(Role.Annotator);

    /// <summary>Administrators.</summary>
    public const string Admin = nameof(Role.Admin);

    /// <summary>Where a page's own requests over its connection go; what they do is checked by the services that they call.</summary>
    public const string Connection = "/_blazor";

    /// <summary>Adds the policies.</summary>
    /// <param name="requireSignIn">Reading needs an account, too.</param>
    public static void Add(AuthorizationOptions options, bool requireSignIn)
    {
        foreach (var role in Enum.GetValues<Role>())
        {
            options.AddPolicy(role.ToString(), policy => policy.RequireAuthenticatedUser().RequireAssertion(context => context.User.Has(role)));
        }

        options.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAssertion(context => Allows(context, requireSignIn)).Build();
    }

    private static bool Allows(AuthorizationHandlerContext context, bool requireSignIn)
    {
        if (context.Resource is not HttpContext http)
        {
            return false;
        }

        if (IsReading(http.Request))
        {
            return !requireSignIn || context.User.Has(Role.Viewer);
        }

        return context.User.Has(http.GetEndpoint()?.Metadata.GetMetadata<WriteRoleAttribute>()?.Role ?? Role.Admin);
    }

    private static bool IsReading(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || request.Path.StartsWithSegments(Connection);
}
