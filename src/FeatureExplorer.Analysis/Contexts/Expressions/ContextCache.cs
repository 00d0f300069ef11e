namespace FeatureExplorer.Analysis.Contexts.Expressions;

/// <summary>
/// Keeps the contexts that were evaluated last, up to a number of bytes. Two visitors who ask for the same one at the same time wait for
/// one evaluation. Safe for several threads.
/// </summary>
/// <param name="capacity">Most bytes of sets kept.</param>
public sealed class ContextCache(long capacity)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _recent = [];

    /// <summary>Bytes of the sets kept now.</summary>
    public long Bytes { get; private set; }

    /// <summary>The set of a key, evaluated now if it is not kept. A failed evaluation is not kept.</summary>
    public TokenSet Get(string key, Func<TokenSet> evaluate)
    {
        ArgumentNullException.ThrowIfNull(evaluate);
        Lazy<TokenSet> set;
        lock (_gate)
        {
            set = Touch(key, evaluate).Set;
        }

        try
        {
            var value = set.Value;
            Account(key, set, value);
            return value;
        }
        catch
        {
            lock (_gate)
            {
                if (_entries.TryGetValue(key, out var node) && node.Value.Set == set)
                {
                    Drop(node);
                }
            }

            throw;
        }
    }

    private Entry Touch(string key, Func<TokenSet> evaluate)
    {
        if (_entries.TryGetValue(key, out var node))
        {
            _recent.Remove(node);
            _recent.AddFirst(node);
            return node.Value;
        }

        var entry = new Entry(key, new Lazy<TokenSet>(evaluate));
        _entries[key] = _recent.AddFirst(entry);
        return entry;
    }

    private void Account(string key, Lazy<TokenSet> set, TokenSet value)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var node) && node.Value.Set == set && node.Value.Bytes == 0)
            {
                node.Value = node.Value with { Bytes = value.Bytes };
                Bytes += value.Bytes;
            }

            while (Bytes > capacity && _recent.Last is { } oldest && oldest != _recent.First)
            {
                Drop(oldest);
            }
        }
    }

    private void Drop(LinkedListNode<Entry> node)
    {
        Bytes -= node.Value.Bytes;
        _entries.Remove(node.Value.Key);
        _recent.Remove(node);
    }

    private sealed record Entry(string Key, Lazy<TokenSet> Set)
    {
        public long Bytes { get; init; }
    }
}
