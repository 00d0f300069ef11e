using System.Security.Claims;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Web.Security.SignIns;
using Microsoft.AspNetCore.Identity;

namespace FeatureExplorer.Web.Security.Administration;

/// <summary>The accounts with their states, for administrators.</summary>
public sealed class AccountListing(AccountStore accounts, SignInAttempts attempts, ILookupNormalizer names, Permissions permissions)
{
    /// <summary>All accounts, by name.</summary>
    /// <exception cref="AccessDeniedException">The visitor is no administrator, or the session has ended.</exception>
    public IReadOnlyList<AccountItem> All(ClaimsPrincipal user)
    {
        permissions.Demand(user, Role.Admin, "account.list");
        return [.. accounts.All().Select(account => new AccountItem(account, State(account)))];
    }

    /// <summary>Whether nobody else could manage accounts if this one no longer did.</summary>
    public bool IsLastAdministrator(AccountInfo account)
    {
        ArgumentNullException.ThrowIfNull(account);
        return account is { Role: Role.Admin, Disabled: false } && !accounts.HasAdministratorBeside(account.Id);
    }

    private AccountState State(AccountInfo account) =>
        account.Disabled ? AccountState.Disabled
        : attempts.LockedUntil(names.NormalizeName(account.Name), account.Stamp) is not null ? AccountState.Locked
        : account.MustChangePassword ? AccountState.Pending
        : AccountState.Active;
}
