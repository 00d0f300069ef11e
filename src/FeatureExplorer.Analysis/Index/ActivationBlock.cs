using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Analysis.Index;

/// <summary>
/// The activations of a range of an index's features on a block of tokens, read from the file: for whoever goes through all of it, block by block.
/// </summary>
internal sealed class ActivationBlock
{
    private readonly ActivationIndex _index;
    private readonly int _first;

    // The next entry of each feature, and where its entries of this block lie.
    private readonly int[] _next;
    private readonly int[] _starts;
    private readonly int[] _counts;
    private int[] _tokens = [];
    private Half[] _values = [];
    private long _end;

    /// <param name="index">Not owned.</param>
    /// <param name="first">First feature of the range.</param>
    /// <param name="count">Features of the range.</param>
    public ActivationBlock(ActivationIndex index, int first, int count)
    {
        (_index, _first) = (index, first);
        _next = new int[count];
        _starts = new int[count + 1];
        _counts = new int[count];
    }

    /// <summary>Loads the tokens [first, first + count).</summary>
    /// <exception cref="ArgumentException">They neither begin at 0 nor follow those of the last call.</exception>
    public void Load(long first, int count)
    {
        if (first == 0)
        {
            Array.Clear(_next);
        }
        else if (first != _end)
        {
            throw new ArgumentException($"Tokens from {first} on do not follow those before {_end}.", nameof(first));
        }

        _end = first + count;
        for (var at = 0; at < _counts.Length; at++)
        {
            _starts[at + 1] = checked(_starts[at] + _index.MostEntries(_first + at, _next[at], first, _end));
        }

        if (_tokens.Length < _starts[^1])
        {
            _tokens = new int[_starts[^1] + (_starts[^1] / 4)];
            _values = new Half[_tokens.Length];
        }

        WorkerPool.For(_counts.Length, (at, _) =>
        {
            var room = _starts[at].._starts[at + 1];
            _counts[at] = _index.ReadEntries(_first + at, _next[at], first, _end, _tokens.AsSpan(room), _values.AsSpan(room));
            _next[at] += _counts[at];
        });
    }

    /// <summary>Tokens of the block on which a feature fires, counted from the block's first, ascending.</summary>
    public ReadOnlySpan<int> Tokens(int feature) => _tokens.AsSpan(_starts[feature - _first], _counts[feature - _first]);

    /// <summary>The feature's activations there.</summary>
    public ReadOnlySpan<Half> Values(int feature) => _values.AsSpan(_starts[feature - _first], _counts[feature - _first]);
}
