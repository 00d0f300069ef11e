using System.Security.Claims;
using FeatureExplorer.Storage.Accounts;
using Microsoft.AspNetCore.Identity;

namespace FeatureExplorer.Web.Security;

/// <summary>Signing in and out, the first administrator, and one's own password.</summary>
public sealed class SignInService(
    SignInManager<Account> signIn, UserManager<Account> accounts, AccountStore store, SetupToken setup, AuditLog audit, TimeProvider time)
{
    /// <summary>The same words whatever was wrong: a stranger learns no names.</summary>
    public const string Refused =
        "The name and the password do not belong together, or the account is disabled or locked for some minutes after too many attempts.";

    // One set-up at a time, so that a token makes one administrator.
    private static readonly SemaphoreSlim Setup = new(1);

    /// <summary>Makes the first administrator and signs it in.</summary>
    public async Task<AccountResult> SetUp(string? token, string? name, string? password)
    {
        await Setup.WaitAsync();
        try
        {
            if (store.HasAdministrator() || !setup.Matches(token))
            {
                audit.Record((string?)null, "setup", "first administrator", AuditOutcome.Refused, "wrong token");
                return new AccountResult("This is not the token that the server printed at its last start. Start it again for a new one.");
            }

            var normal = AccountName.Normal(name);
            if (AccountName.Problem(normal) is { } problem)
            {
                return new AccountResult(problem);
            }

            var account = new Account { UserName = normal, Role = Role.Admin, Created = time.GetUtcNow().UtcDateTime };
            var made = await accounts.CreateAsync(account, password ?? string.Empty);
            if (!made.Succeeded)
            {
                return new AccountResult(Words(made));
            }

            setup.Remove();
            audit.Record(account.UserName, "setup", account.UserName!, AuditOutcome.Done);
            await signIn.SignInAsync(account, isPersistent: false);
            return new AccountResult();
        }
        finally
        {
            Setup.Release();
        }
    }

    /// <summary>Signs in. Too many wrong passwords in a row lock the account for a while.</summary>
    public async Task<AccountResult> SignIn(string? name, string? password)
    {
        var account = string.IsNullOrWhiteSpace(name) ? null : await accounts.FindByNameAsync(AccountName.Normal(name));
        if (account is null)
        {
            // As long as for an account that exists.
            _ = accounts.PasswordHasher.HashPassword(new Account(), password ?? string.Empty);
            audit.Record((string?)null, "sign-in", "unknown name", AuditOutcome.Refused);
            return new AccountResult(Refused);
        }

        var result = await signIn.PasswordSignInAsync(account, password ?? string.Empty, isPersistent: false, lockoutOnFailure: true);
        var outcome = result.Succeeded ? AuditOutcome.Done : AuditOutcome.Refused;
        audit.Record(result.Succeeded ? account.UserName : null, "sign-in", account.UserName!, outcome, Reason(result));
        return result.Succeeded ? new AccountResult(MustChangePassword: account.MustChangePassword) : new AccountResult(Refused);
    }

    /// <summary>Ends the visitor's session.</summary>
    public async Task SignOut(ClaimsPrincipal user)
    {
        await signIn.SignOutAsync();
        audit.Record(user, "sign-out", user.AccountName() ?? string.Empty);
    }

    /// <summary>Changes the visitor's own password and ends all other sessions of the account.</summary>
    public async Task<AccountResult> ChangePassword(ClaimsPrincipal user, string? current, string? next)
    {
        if (await accounts.GetUserAsync(user) is not { Disabled: false } account)
        {
            throw new AccessDeniedException("Sign in to change your password.");
        }

        if (await accounts.IsLockedOutAsync(account))
        {
            return new AccountResult("Too many wrong passwords: try again in some minutes.");
        }

        if (!await accounts.CheckPasswordAsync(account, current ?? string.Empty))
        {
            await accounts.AccessFailedAsync(account);
            audit.Record(user, "password.change", account.UserName!, AuditOutcome.Refused, "wrong password");
            return new AccountResult("The current password is not right.");
        }

        if (current == next)
        {
            return new AccountResult("The new password is the current one.");
        }

        account.MustChangePassword = false;
        var changed = await accounts.ChangePasswordAsync(account, current!, next ?? string.Empty);
        if (!changed.Succeeded)
        {
            return new AccountResult(Words(changed));
        }

        audit.Record(user, "password.change", account.UserName!);
        await signIn.RefreshSignInAsync(account);
        return new AccountResult();
    }

    /// <summary>Identity's complaints in one line.</summary>
    internal static string Words(IdentityResult result) => string.Join(" ", result.Errors.Select(e => e.Description));

    private static string? Reason(SignInResult result) =>
        result.Succeeded ? null : result.IsLockedOut ? "locked" : result.IsNotAllowed ? "disabled" : "wrong password";
}
