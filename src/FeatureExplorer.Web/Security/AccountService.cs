using System.Security.Claims;
using FeatureExplorer.Storage;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Web.Security.SignIns;
using Microsoft.AspNetCore.Identity;

namespace FeatureExplorer.Web.Security;

/// <summary>What administrators do with accounts. Every change ends the sessions of the account that it changes.</summary>
public sealed class AccountService(
    UserManager<Account> accounts, AccountStore store, Sessions sessions, Permissions permissions, AuditLog audit, TimeProvider time)
{
    // Two administrators who demote each other at the same moment would leave nobody.
    private static readonly SemaphoreSlim Changes = new(1);

    /// <summary>Adds an account with a password that has to be changed.</summary>
    public async Task<AccountResult> Create(ClaimsPrincipal user, string? name, Role role)
    {
        permissions.Demand(user, Role.Admin, "account.create");
        var normal = AccountName.Normal(name);
        if ((Problem(role) ?? AccountName.Problem(normal)) is { } problem)
        {
            return new AccountResult(problem, InName: Enum.IsDefined(role));
        }

        var account = new Account { UserName = normal, Role = role, MustChangePassword = true, Created = time.GetUtcNow().UtcDateTime };
        var password = FirstPassword.Make();
        var made = await accounts.CreateAsync(account, password);
        if (!made.Succeeded)
        {
            return new AccountResult(SignInService.Words(made), InName: made.Errors.All(static e => e.Code is nameof(IdentityErrorDescriber.DuplicateUserName) or nameof(IdentityErrorDescriber.InvalidUserName)));
        }

        audit.Record(user, "account.create", account.UserName!, detail: Urls.Word(role));
        return new AccountResult(Password: password);
    }

    /// <summary>Gives an account another role.</summary>
    public Task<AccountResult> ChangeRole(ClaimsPrincipal user, string id, Role role) => Problem(role) is { } problem
        ? Task.FromResult(new AccountResult(problem))
        : Change(user, id, "account.role", Urls.Word(role), removesAdministrator: role != Role.Admin, account =>
        {
            account.Role = role;
            return accounts.UpdateSecurityStampAsync(account);
        });

    /// <summary>Disables an account, or lets it in again.</summary>
    public Task<AccountResult> SetDisabled(ClaimsPrincipal user, string id, bool disabled) =>
        Change(user, id, disabled ? "account.disable" : "account.enable", null, removesAdministrator: disabled, account =>
        {
            account.Disabled = disabled;
            return accounts.UpdateSecurityStampAsync(account);
        });

    /// <summary>Gives an account a new password that has to be changed, and lifts a lock.</summary>
    public async Task<AccountResult> ResetPassword(ClaimsPrincipal user, string id)
    {
        var password = FirstPassword.Make();
        var result = await Change(user, id, "account.password", null, removesAdministrator: false, account => FirstPassword.Give(accounts, account, password));
        return result.Succeeded ? result with { Password = password } : result;
    }

    private static string? Problem(Role role) =>
        Enum.IsDefined(role) ? null : $"The role is \"{role}\"; it must be one of {string.Join(", ", EnumWords.All<Role>())}.";

    private async Task<AccountResult> Change(
        ClaimsPrincipal user, string id, string what, string? detail, bool removesAdministrator, Func<Account, Task<IdentityResult>> change)
    {
        permissions.Demand(user, Role.Admin, what);
        await Changes.WaitAsync();
        try
        {
            if (await accounts.FindByIdAsync(id) is not { } account)
            {
                return new AccountResult("There is no such account any more.");
            }

            if (removesAdministrator && account is { Role: Role.Admin, Disabled: false } && !store.HasAdministratorBeside(id))
            {
                audit.Record(user, what, account.UserName!, AuditOutcome.Failed, "the last administrator");
                return new AccountResult($"{account.UserName} is the last administrator: make somebody else one first.");
            }

            var changed = await change(account);
            if (!changed.Succeeded)
            {
                return new AccountResult(SignInService.Words(changed));
            }

            sessions.EndAll(account.Id);
            audit.Record(user, what, account.UserName!, detail: detail);
            return new AccountResult();
        }
        finally
        {
            Changes.Release();
        }
    }
}
