using System.Security.Claims;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Web.Security.SignIns;
using Microsoft.AspNetCore.Identity;

namespace FeatureExplorer.Web.Security;

/// <summary>Signing in and out, the first administrator, and one's own password.</summary>
public sealed partial class SignInService(
    SignInManager<Account> signIn, UserManager<Account> accounts, AccountStore store, Sessions sessions, SignInAttempts attempts, PasswordCheck passwords,
    SetupToken setup, AuditLog audit, IHttpContextAccessor http, TimeProvider time, ILogger<SignInService> logger)
{
    /// <summary>The same words whatever was wrong: a stranger learns no names.</summary>
    public const string Refused =
        "The name and the password do not belong together, or the account is disabled or locked for some minutes after too many attempts.";

    private const string Crowded = "Very many addresses try this name at the moment. Wait some seconds and try again.";

    // One set-up at a time, so that a token makes one administrator.
    private static readonly SemaphoreSlim Setup = new(1);

    private string Visitor => RateLimits.Visitor(http.HttpContext?.Connection.RemoteIpAddress);

    private CancellationToken Gone => http.HttpContext?.RequestAborted ?? CancellationToken.None;

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
            await Begin(account);
            return new AccountResult();
        }
        finally
        {
            Setup.Release();
        }
    }

    /// <summary>Signs in. Too many wrong passwords in a row lock the account for a while, for the address that they came from.</summary>
    public async Task<AccountResult> SignIn(string? name, string? password)
    {
        var normal = AccountName.Normal(name);
        using var attempt = await attempts.Enter(Visitor, Key(normal), Gone);
        var account = normal.Length == 0 ? null : await accounts.FindByNameAsync(normal);
        var state = await attempt.Take(account?.SecurityStamp, Gone);
        if (state == AttemptState.Crowded)
        {
            return Refuse(account, "too many addresses at once", Crowded);
        }

        // The same work in every case: the time tells no more than the words.
        var result = await passwords.Compare(state == AttemptState.Allowed ? account : null, password ?? string.Empty, Gone);
        if (account is null || account.Disabled || result == PasswordVerificationResult.Failed)
        {
            return Refuse(account, state == AttemptState.Locked ? "locked" : account?.Disabled == true ? "disabled" : "wrong password", Refused);
        }

        attempt.Succeeded();
        await Rehash(account, password!, result);
        await Begin(account);
        audit.Record(account.UserName, "sign-in", account.UserName!, AuditOutcome.Done);
        return new AccountResult(MustChangePassword: account.MustChangePassword);
    }

    /// <summary>Ends the visitor's session, here and in the browser.</summary>
    public async Task SignOut(ClaimsPrincipal user)
    {
        sessions.End(user);
        await signIn.SignOutAsync();
        audit.Record(user, "sign-out", user.AccountName() ?? string.Empty);
    }

    /// <summary>Changes the visitor's own password and ends all other sessions of the account.</summary>
    public async Task<AccountResult> ChangePassword(ClaimsPrincipal user, string? current, string? next)
    {
        if (sessions.Current(user) is not { } visitor)
        {
            throw new AccessDeniedException("Sign in to change your password.");
        }

        using var attempt = await attempts.Enter(Visitor, Key(visitor.Name), Gone);
        if (await accounts.FindByIdAsync(visitor.Id) is not { Disabled: false } account)
        {
            throw new AccessDeniedException("Sign in to change your password.");
        }

        if (await attempt.Take(account.SecurityStamp, Gone) != AttemptState.Allowed)
        {
            audit.Record(user, "password.change", account.UserName!, AuditOutcome.Refused, "locked");
            return new AccountResult("Too many wrong passwords: try again in some minutes.");
        }

        if (await passwords.Compare(account, current ?? string.Empty, Gone) == PasswordVerificationResult.Failed)
        {
            audit.Record(user, "password.change", account.UserName!, AuditOutcome.Refused, "wrong password");
            return new AccountResult("The current password is not right.");
        }

        attempt.Succeeded();
        return current == next ? new AccountResult("The new password is the current one.") : await Change(user, account, current!, next ?? string.Empty);
    }

    /// <summary>Identity's complaints in one line.</summary>
    internal static string Words(IdentityResult result) => string.Join(" ", result.Errors.Select(e => e.Description));

    // Names that are too long for an account are one name.
    private string Key(string name) => AccountName.Problem(name) is null ? accounts.NormalizeName(name)! : string.Empty;

    // What was typed where no account has that name may be a password: it is not written down.
    private AccountResult Refuse(Account? account, string reason, string words)
    {
        audit.Record((string?)null, "sign-in", account?.UserName ?? "unknown name", AuditOutcome.Refused, reason);
        return new AccountResult(words);
    }

    private Task Begin(Account account) => signIn.SignInWithClaimsAsync(account, isPersistent: false, [sessions.Begin(account.Id)]);

    // Hashes of an earlier version may be weaker. Where it cannot be saved, the next sign-in tries again.
    private async Task Rehash(Account account, string password, PasswordVerificationResult result)
    {
        if (result != PasswordVerificationResult.SuccessRehashNeeded)
        {
            return;
        }

        try
        {
            account.PasswordHash = accounts.PasswordHasher.HashPassword(account, password);
            await accounts.UpdateAsync(account);
        }
        catch (Exception exception) when (DiskFull.Caused(exception))
        {
            LogNoRehash(logger, exception.Message);
        }
    }

    private async Task<AccountResult> Change(ClaimsPrincipal user, Account account, string current, string next)
    {
        account.MustChangePassword = false;
        var changed = await accounts.ChangePasswordAsync(account, current, next);
        if (!changed.Succeeded)
        {
            return new AccountResult(Words(changed));
        }

        sessions.EndAll(account.Id);
        audit.Record(user, "password.change", account.UserName!);
        await Begin(account);
        return new AccountResult();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The hash of a password is not renewed: {Reason}")]
    private static partial void LogNoRehash(ILogger logger, string reason);
}
