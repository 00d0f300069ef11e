namespace FeatureExplorer.Storage.Database;

/// <summary>
/// How long a command waits while somebody else writes to the database: a training run half a minute, a visitor's request a few seconds. It holds for what is
/// called within <see cref="Limit"/>, and no longer than until the limit is disposed: work that a request started and that outlives it is patient again.
/// </summary>
public sealed class DatabasePatience : IDisposable
{
    /// <summary>Seconds without a limit.</summary>
    internal const int Longest = 30;

    private static readonly AsyncLocal<DatabasePatience?> Current = new();

    private readonly DatabasePatience? _outer;
    private readonly int _seconds;
    private volatile bool _over;

    private DatabasePatience(int seconds, DatabasePatience? outer) => (_seconds, _outer) = (seconds, outer);

    internal static int Seconds
    {
        get
        {
            for (var limit = Current.Value; limit is not null; limit = limit._outer)
            {
                if (!limit._over)
                {
                    return limit._seconds;
                }
            }

            return Longest;
        }
    }

    /// <summary>Waits no longer than this until it is disposed.</summary>
    public static DatabasePatience Limit(int seconds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(seconds, 1); // SQLite's driver takes 0 for "forever"
        return Current.Value = new DatabasePatience(seconds, Current.Value);
    }

    public void Dispose()
    {
        _over = true;
        Current.Value = _outer;
    }
}
