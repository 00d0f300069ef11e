using FeatureExplorer.Storage.Accounts;
using Microsoft.AspNetCore.Identity;

namespace FeatureExplorer.Web.Security;

/// <summary>Identity asks this before it signs anybody in: a disabled account stays out.</summary>
public sealed class EnabledAccounts : IUserConfirmation<Account>
{
    public Task<bool> IsConfirmedAsync(UserManager<Account> manager, Account user) => Task.FromResult(!user.Disabled);
}
