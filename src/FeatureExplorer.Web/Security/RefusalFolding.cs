namespace FeatureExplorer.Web.Security;

/// <summary>
/// Keeps refusals from filling the audit log: of one kind, so many of one address and so many in all get a line of their own in an interval; the others are
/// counted, and their number gets a line when it ends.
/// </summary>
public sealed class RefusalFolding(TimeProvider time)
{
    /// <summary>Lines of one address and kind in an interval.</summary>
    public const int PerVisitor = 100;

    /// <summary>Lines of one kind in an interval.</summary>
    public const int PerKind = 1000;

    // Those that are counted for each address; the others together.
    private const int MostVisitors = 1000;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string What, string? Address), Tally> _tallies = [];
    private readonly Dictionary<string, int> _kinds = [];
    private DateTimeOffset _begun = time.GetUtcNow();

    /// <summary>Counts a refusal.</summary>
    /// <param name="what">Its kind.</param>
    /// <param name="address">The visitor, as <see cref="RateLimits"/> counts it.</param>
    /// <returns>True when it gets a line of its own.</returns>
    public bool Count(string what, string address)
    {
        lock (_gate)
        {
            if (!_tallies.TryGetValue((what, address), out var tally))
            {
                var key = (what, _tallies.Count < MostVisitors ? address : null);
                if (!_tallies.TryGetValue(key, out tally))
                {
                    _tallies[key] = tally = new Tally();
                }
            }

            var all = _kinds.GetValueOrDefault(what);
            if (tally.Lines >= PerVisitor || all >= PerKind)
            {
                tally.Folded++;
                return false;
            }

            tally.Lines++;
            _kinds[what] = all + 1;
            return true;
        }
    }

    /// <summary>What was only counted, at the end of an interval; nothing before.</summary>
    /// <param name="now">Also before: the server stops.</param>
    public IReadOnlyList<(string What, string? Address, int Folded)> Take(bool now = false)
    {
        lock (_gate)
        {
            if (!now && time.GetUtcNow() - _begun < Interval)
            {
                return [];
            }

            var folded = _tallies.Where(t => t.Value.Folded > 0).Select(t => (t.Key.What, t.Key.Address, t.Value.Folded)).ToList();
            _tallies.Clear();
            _kinds.Clear();
            _begun = time.GetUtcNow();
            return folded;
        }
    }

    private sealed class Tally
    {
        public int Lines { get; set; }

        public int Folded { get; set; }
    }
}
