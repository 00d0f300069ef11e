using FeatureExplorer.Web.Operations;

namespace FeatureExplorer.Web.Security.SignIns;

/// <summary>
/// Counts wrong passwords, before they are compared. An account is locked for the address that got too many wrong, and for no other, so that nobody can lock its
/// owner out from afar. Many addresses together only slow an account down: beyond a far larger number they take turns, and addresses from which the right password
/// came before need not wait. Names without an account are counted like all others. The counts are kept in memory: a full disk or a busy database stops neither
/// them nor an administrator. A new password starts them anew.
/// </summary>
public sealed class SignInAttempts(ExplorerOptions settings, TimeProvider time)
{
    /// <summary>The bound of an account over all addresses, as a multiple of that of one.</summary>
    internal const int OverallFactor = 20;

    private const int MostEntries = 50_000;

    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Visitor, string Name), AttemptCount> _visitors = [];
    private readonly Dictionary<string, AttemptCount> _names = [];

    private TimeSpan Span => TimeSpan.FromMinutes(settings.Access.LockoutMinutes);

    private int Most => settings.Access.LockoutAttempts;

    /// <summary>Waits until no other attempt of this address on this account is under way: those that come at once are counted one after the other.</summary>
    /// <param name="visitor">The address, as <see cref="RateLimits"/> counts it.</param>
    /// <param name="name">The name in the form in which names are compared.</param>
    /// <param name="cancellation">The visitor has gone.</param>
    public async Task<SignInAttempt> Enter(string visitor, string name, CancellationToken cancellation)
    {
        AttemptCount count;
        lock (_gate)
        {
            count = Count(_visitors, (visitor, name));
            count.Users++;
        }

        try
        {
            await count.Gate.WaitAsync(cancellation);
        }
        catch
        {
            Leave(count);
            throw;
        }

        return new SignInAttempt(this, count, name);
    }

    /// <summary>Until when an account is locked for somebody, or null.</summary>
    public DateTimeOffset? LockedUntil(string name, string? stamp)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var ends = _visitors.Where(v => v.Key.Name == name && v.Value.Stamp == stamp && v.Value.LockedUntil > now).Select(v => v.Value.LockedUntil).ToList();
            return ends.Count == 0 ? null : ends.Max();
        }
    }

    /// <summary>Counts an attempt, which is about to be compared; whoever compared the right password takes it back.</summary>
    /// <param name="count">That of the address and the account.</param>
    /// <param name="name">The account's name.</param>
    /// <param name="stamp">The account's stamp, which changes with its password.</param>
    internal (AttemptState State, TimeSpan Wait) Take(AttemptCount count, string name, string? stamp)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            count.Refresh(now, Span, stamp);
            if (count.LockedUntil > now)
            {
                return (AttemptState.Locked, TimeSpan.Zero);
            }

            var wait = count.Known ? TimeSpan.Zero : WaitOverall(name, stamp, now);
            if (wait > LongestWait)
            {
                return (AttemptState.Crowded, TimeSpan.Zero);
            }

            if (++count.Wrong >= Most)
            {
                count.LockedUntil = now + Span;
            }

            return (AttemptState.Allowed, wait);
        }
    }

    internal void Succeeded(AttemptCount count, string name)
    {
        lock (_gate)
        {
            (count.Wrong, count.LockedUntil, count.Known) = (0, null, true);
            if (_names.TryGetValue(name, out var all) && all.Wrong > 0)
            {
                all.Wrong--;
            }
        }
    }

    internal void Leave(AttemptCount count)
    {
        lock (_gate)
        {
            count.Users--;
        }
    }

    // The bound over all addresses: beyond it, attempts come one a second.
    private TimeSpan WaitOverall(string name, string? stamp, DateTimeOffset now)
    {
        var all = Count(_names, name);
        all.Refresh(now, Span, stamp);
        if (all.Wrong < Most * OverallFactor)
        {
            all.Wrong++;
            return TimeSpan.Zero;
        }

        var turn = all.NextTurn > now ? all.NextTurn : now;
        if (turn - now <= LongestWait)
        {
            all.NextTurn = turn + Turn;
        }

        return turn - now;
    }

    private AttemptCount Count<TKey>(Dictionary<TKey, AttemptCount> counts, TKey key)
        where TKey : notnull
    {
        if (!counts.TryGetValue(key, out var count))
        {
            if (counts.Count >= MostEntries)
            {
                Shrink(counts);
            }

            counts[key] = count = new AttemptCount();
        }

        count.Last = time.GetUtcNow();
        return count;
    }

    // Those that tell nothing any more, and where that is not enough the oldest, known addresses last.
    private static void Shrink<TKey>(Dictionary<TKey, AttemptCount> counts)
        where TKey : notnull
    {
        foreach (var key in counts.Where(c => c.Value.Users == 0).OrderBy(c => c.Value.Known).ThenBy(c => c.Value.Last).Take(MostEntries / 4).Select(c => c.Key).ToList())
        {
            counts.Remove(key);
        }
    }
}
