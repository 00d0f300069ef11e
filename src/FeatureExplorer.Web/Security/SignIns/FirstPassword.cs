using System.Security.Cryptography;
using FeatureExplorer.Storage.Accounts;
using Microsoft.AspNetCore.Identity;

namespace FeatureExplorer.Web.Security.SignIns;

/// <summary>Passwords that the program makes: they are shown once, and their owner has to choose another at the first sign-in.</summary>
public static class FirstPassword
{
    // Without letters and digits that look alike; 16 of them are 79 bits.
    private const string Letters = "abcdefghjkmnpqrstuvwxyz23456789";
    private const int Length = 16;

    /// <summary>A new one.</summary>
    public static string Make() => RandomNumberGenerator.GetString(Letters, Length);

    /// <summary>Gives it to an account; its sessions end, and wrong passwords are counted anew.</summary>
    public static Task<IdentityResult> Give(UserManager<Account> accounts, Account account, string password)
    {
        ArgumentNullException.ThrowIfNull(accounts);
        ArgumentNullException.ThrowIfNull(account);
        account.MustChangePassword = true;
        account.PasswordHash = accounts.PasswordHasher.HashPassword(account, password);
        return accounts.UpdateSecurityStampAsync(account);
    }
}
