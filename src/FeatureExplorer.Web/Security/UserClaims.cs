using System.Security.Claims;
using FeatureExplorer.Storage;
using FeatureExplorer.Storage.Accounts;

namespace FeatureExplorer.Web.Security;

/// <summary>What a signed-in visitor's session says. It is as old as the session: services that act ask <see cref="Permissions"/>.</summary>
public static class UserClaims
{
    /// <summary>Type of the claim that holds the role.</summary>
    public const string Role = ClaimTypes.Role;

    /// <summary>Type of the claim that ties a session to the account's state.</summary>
    public const string Stamp = "stamp";

    /// <summary>Type of the claim that holds the id of the session.</summary>
    public const string Session = "session";

    /// <summary>True when the visitor is signed in with this role or a higher one.</summary>
    public static bool Has(this ClaimsPrincipal user, Role role) =>
        user.Identity?.IsAuthenticated == true && EnumWords.Parse<Role>(user.FindFirstValue(Role)) is { } held && held >= role;

    /// <summary>Name of the account, or null for a visitor without one.</summary>
    public static string? AccountName(this ClaimsPrincipal user) => user.Identity?.IsAuthenticated == true ? user.Identity.Name : null;

    /// <summary>Id of the account, or null for a visitor without one.</summary>
    public static string? AccountId(this ClaimsPrincipal user) =>
        user.Identity?.IsAuthenticated == true ? user.FindFirstValue(ClaimTypes.NameIdentifier) : null;
}
