namespace FeatureExplorer.Web.Security.SignIns;

/// <summary>Wrong passwords of one address for one account, or of all addresses for it.</summary>
internal sealed class AttemptCount
{
    /// <summary>Whoever has it compares; the others wait.</summary>
    public SemaphoreSlim Gate { get; } = new(1);

    /// <summary>Attempts that hold or await <see cref="Gate"/>.</summary>
    public int Users { get; set; }

    /// <summary>Attempts that were not taken back.</summary>
    public int Wrong { get; set; }

    public DateTimeOffset? LockedUntil { get; set; }

    /// <summary>The right password came from this address before.</summary>
    public bool Known { get; set; }

    /// <summary>When the next attempt beyond the bound may be compared.</summary>
    public DateTimeOffset NextTurn { get; set; }

    public DateTimeOffset Last { get; set; }

    /// <summary>The stamp of the account that was counted for.</summary>
    public string? Stamp { get; private set; }

    private DateTimeOffset Begun { get; set; }

    /// <summary>Forgets what no longer counts: after a lock, after its length without one, and with another password.</summary>
    public void Refresh(DateTimeOffset now, TimeSpan span, string? stamp)
    {
        var over = LockedUntil is { } until ? until <= now : now - Begun >= span;
        if (over || stamp != Stamp)
        {
            (Wrong, LockedUntil, NextTurn, Begun, Stamp) = (0, null, default, now, stamp);
        }
    }
}
