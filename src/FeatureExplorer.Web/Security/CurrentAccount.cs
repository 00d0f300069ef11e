using System.Security.Claims;
using FeatureExplorer.Storage.Accounts;

namespace FeatureExplorer.Web.Security;

/// <summary>Looks up the account behind a session, as it is now.</summary>
public static class CurrentAccount
{
    /// <summary>The account, or null for a visitor without one and for a session that has ended.</summary>
    public static AccountInfo? Current(this AccountStore accounts, ClaimsPrincipal? user) =>
        user?.AccountId() is { } id && accounts.Find(id) is { Disabled: false } account && account.Stamp == user.FindFirstValue(UserClaims.Stamp)
            ? account
            : null;
}
