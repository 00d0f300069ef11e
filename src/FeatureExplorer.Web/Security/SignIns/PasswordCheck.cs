using FeatureExplorer.Storage.Accounts;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace FeatureExplorer.Web.Security.SignIns;

/// <summary>
/// Compares passwords. Where there is nothing to compare with, it does the same work, so that the time tells nobody which names exist. Few are compared at
/// once, because a comparison is meant to keep a processor busy.
/// </summary>
public sealed class PasswordCheck : IDisposable
{
    private readonly PasswordHasher<Account> _hasher;
    private readonly string _dummy;
    private int _compared;
    private readonly SemaphoreSlim _places = new(Math.Max(1, Environment.ProcessorCount / 2));

    public PasswordCheck(IOptions<PasswordHasherOptions> options)
    {
        _hasher = new PasswordHasher<Account>(options);
        _dummy = _hasher.HashPassword(new Account(), Guid.NewGuid().ToString());
    }

    /// <summary>Hashes that were computed so far.</summary>
    internal int Compared => _compared;

    /// <summary>Compares a password with an account's.</summary>
    /// <param name="account">The account, or null to be told that it is wrong as late as otherwise.</param>
    /// <param name="password">What was typed.</param>
    /// <param name="cancellation">The visitor has gone.</param>
    public async Task<PasswordVerificationResult> Compare(Account? account, string password, CancellationToken cancellation)
    {
        await _places.WaitAsync(cancellation);
        try
        {
            Interlocked.Increment(ref _compared);
            var result = _hasher.VerifyHashedPassword(account ?? new Account(), account?.PasswordHash ?? _dummy, password);
            return account?.PasswordHash is null ? PasswordVerificationResult.Failed : result;
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose() => _places.Dispose();
}
