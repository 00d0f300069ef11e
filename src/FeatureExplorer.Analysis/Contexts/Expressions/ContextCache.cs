namespace FeatureExplorer.Analysis.Contexts.Expressions;

/// <summary>
/// Keeps the contexts that were evaluated last, up to a number of bytes. Visitors who ask for the same one at the same time wait for
/// one evaluation. Safe for several threads.
/// </summary>
/// <param name="capacity">Most bytes of sets kept.</param>
public sealed class ContextCache(long capacity)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _recent = [];
    private readonly SharedWork<TokenSet> _evaluations = new();

    /// <summary>Bytes of the sets kept now.</summary>
    public long Bytes { get; private set; }

    /// <summary>The set of a key, evaluated now if it is not kept. A failed evaluation is not kept.</summary>
    /// <param name="key">Equal for the same context of the same tokens.</param>
    /// <param name="evaluate">Evaluates it; the token is cancelled when nobody waits for it any more.</param>
    /// <param name="cancellation">The one who asks has left.</param>
    public TokenSet Get(string key, Func<CancellationToken, TokenSet> evaluate, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(evaluate);
        return Find(key) ?? _evaluations.Get(key, unwanted => Find(key) ?? Keep(key, evaluate(unwanted)), cancellation);
    }

    private TokenSet? Find(string key)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out var node))
            {
                return null;
            }

            _recent.Remove(node);
            _recent.AddFirst(node);
            return node.Value.Set;
        }
    }

    private TokenSet Keep(string key, TokenSet set)
    {
        lock (_gate)
        {
            _entries[key] = _recent.AddFirst(new Entry(key, set));
            Bytes += set.Bytes;
            while (Bytes > capacity && _recent.Last is { } oldest && oldest != _recent.First)
            {
                Bytes -= oldest.Value.Set.Bytes;
                _entries.Remove(oldest.Value.Key);
                _recent.Remove(oldest);
            }
        }

        return set;
    }

    private sealed record Entry(string Key, TokenSet Set);
}
