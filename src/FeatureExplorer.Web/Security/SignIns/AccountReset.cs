using FeatureExplorer.Storage.Accounts;
using Microsoft.AspNetCore.Identity;

namespace FeatureExplorer.Web.Security.SignIns;

/// <summary>
/// What who owns the machine can do when nobody gets in any more: a new password, an account that is enabled again, no lock. It works beside a running server,
/// which reads accounts anew with every request.
/// </summary>
public sealed class AccountReset(UserManager<Account> accounts, AuditStore audit, TimeProvider time)
{
    /// <summary>Gives an account a first password and lets it in again.</summary>
    public async Task<AccountResult> Reset(string name)
    {
        if (await accounts.FindByNameAsync(AccountName.Normal(name)) is not { } account)
        {
            return new AccountResult($"There is no account \"{name}\".");
        }

        var password = FirstPassword.Make();
        account.Disabled = false;
        var changed = await FirstPassword.Give(accounts, account, password);
        if (!changed.Succeeded)
        {
            return new AccountResult(SignInService.Words(changed));
        }

        audit.Add(new AuditEntry(time.GetUtcNow().UtcDateTime, null, "account.password", account.UserName!, AuditOutcome.Done, Detail: "on the machine itself"));
        return new AccountResult(Password: password);
    }
}
