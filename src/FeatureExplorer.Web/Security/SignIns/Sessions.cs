using System.Collections.Concurrent;
using System.Security.Claims;
using System.Security.Cryptography;
using FeatureExplorer.Storage;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Web.Operations;

namespace FeatureExplorer.Web.Security.SignIns;

/// <summary>
/// The sessions that have not ended, on the server: a cookie by itself is worth nothing. While the disk is full, sessions begin and end in memory; what could not
/// be written is written as soon as there is room.
/// </summary>
public sealed class Sessions(SessionStore store, AccountStore accounts, ExplorerOptions settings, TimeProvider time)
{
    private const int IdBytes = 16;
    private const int FallbackSeconds = 1;

    private readonly ConcurrentDictionary<string, SessionInfo> _unwritten = new();
    private readonly ConcurrentDictionary<string, byte> _ended = new();

    private TimeSpan LongestAge => TimeSpan.FromHours(settings.Access.SessionMaxHours);

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>Begins a session.</summary>
    /// <returns>The claim that its cookie has to hold.</returns>
    public Claim Begin(string accountId)
    {
        var session = new SessionInfo(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes)), accountId, Now);
        try
        {
            store.Add(session);
        }
        catch (Exception exception) when (DiskFull.Caused(exception))
        {
            _unwritten[session.Id] = session;
        }

        return new Claim(UserClaims.Session, session.Id);
    }

    /// <summary>Ends a visitor's session.</summary>
    public void End(ClaimsPrincipal user)
    {
        if (Id(user) is not { } id)
        {
            return;
        }

        _ended[id] = 0;
        _unwritten.TryRemove(id, out _);
        using var patience = DatabasePatience.Limit(FallbackSeconds);
        TryRemove(id);
    }

    /// <summary>Ends all sessions of an account whose stamp has changed: none of them counts any more.</summary>
    public void EndAll(string accountId)
    {
        foreach (var session in _unwritten.Values.Where(s => s.AccountId == accountId))
        {
            _unwritten.TryRemove(session.Id, out _);
        }

        store.RemoveAll(accountId);
    }

    /// <summary>The account behind a session, as it is now; null for a visitor without one and for a session that has ended.</summary>
    public AccountInfo? Current(ClaimsPrincipal? user) =>
        user is not null && Id(user) is { } id && !_ended.ContainsKey(id) && Find(id) is var (session, account)
        && session.AccountId == user.AccountId() && !account.Disabled && account.Stamp == user.FindFirstValue(UserClaims.Stamp)
        && EnumWords.Parse<Role>(user.FindFirstValue(UserClaims.Role)) == account.EffectiveRole && Now - session.Begun < LongestAge
            ? account
            : null;

    /// <summary>Writes what could not be written before.</summary>
    internal void Write()
    {
        foreach (var session in _unwritten.Values)
        {
            try
            {
                if (accounts.Find(session.AccountId) is not null)
                {
                    store.Add(session);
                }
            }
            catch (Exception exception) when (CannotWrite(exception))
            {
                return;
            }

            if (!_unwritten.TryRemove(session.Id, out _))
            {
                _ended[session.Id] = 0; // ended meanwhile
            }
        }

        foreach (var id in _ended.Keys)
        {
            if (!TryRemove(id))
            {
                return;
            }
        }
    }

    /// <summary>Removes the sessions that are too old.</summary>
    internal void RemoveOld() => store.RemoveBefore(Now - LongestAge);

    private static string? Id(ClaimsPrincipal user) => user.Identity?.IsAuthenticated == true ? user.FindFirstValue(UserClaims.Session) : null;

    private static bool CannotWrite(Exception exception) => DiskFull.Caused(exception) || DatabaseBusy.Caused(exception);

    private (SessionInfo Session, AccountInfo Account)? Find(string id) =>
        !_unwritten.TryGetValue(id, out var session) ? store.Find(id)
        : accounts.Find(session.AccountId) is { } account ? (session, account)
        : null;

    private bool TryRemove(string id)
    {
        try
        {
            store.Remove(id);
            _ended.TryRemove(id, out _);
            return true;
        }
        catch (Exception exception) when (CannotWrite(exception))
        {
            return false;
        }
    }
}
