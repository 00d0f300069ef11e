using System.Numerics;

namespace FeatureExplorer.Analysis.Contexts.Expressions;

/// <summary>A set of positions of the held-out tokens, one bit each. Immutable once it is handed out.</summary>
public sealed class TokenSet
{
    private readonly ulong[] _words;
    private long _count = -1;

    internal TokenSet(long tokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tokens);
        Tokens = tokens;
        _words = new ulong[(tokens + 63) / 64];
    }

    /// <summary>Number of tokens of which some are in the set.</summary>
    public long Tokens { get; }

    /// <summary>Number of positions in the set.</summary>
    public long Count
    {
        get
        {
            if (_count < 0)
            {
                long count = 0;
                foreach (var word in _words)
                {
                    count += BitOperations.PopCount(word);
                }

                _count = count;
            }

            return _count;
        }
    }

    /// <summary>Share of the tokens that are in the set.</summary>
    public double Share => (double)Count / Tokens;

    /// <summary>Memory that the set takes.</summary>
    public long Bytes => _words.Length * sizeof(ulong);

    /// <summary>Bit p % 64 of word p / 64 for position p.</summary>
    internal ReadOnlySpan<ulong> Words => _words;

    public bool Contains(long position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, Tokens);
        return (_words[position >> 6] >> (int)(position & 63) & 1) != 0;
    }

    /// <summary>Number of members among positions [start, end).</summary>
    public long CountBetween(long start, long end)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(end, Tokens);
        long count = 0;
        for (var position = start; position < end;)
        {
            var stop = Math.Min(end, ((position >> 6) + 1) << 6);
            count += BitOperations.PopCount(_words[position >> 6] & Mask(position, stop));
            position = stop;
        }

        return count;
    }

    /// <summary>Position of the n-th member, from 0.</summary>
    public long Member(long number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, Count);
        for (var word = 0; ; word++)
        {
            var inWord = BitOperations.PopCount(_words[word]);
            if (number >= inWord)
            {
                number -= inWord;
                continue;
            }

            var bits = _words[word];
            for (; number > 0; number--)
            {
                bits &= bits - 1;
            }

            return (word * 64L) + BitOperations.TrailingZeroCount(bits);
        }
    }

    /// <summary>Puts positions [start, end) into the set; safe on several threads at once.</summary>
    internal void Add(long start, long end)
    {
        for (var position = start; position < end;)
        {
            var stop = Math.Min(end, ((position >> 6) + 1) << 6);
            Interlocked.Or(ref _words[position >> 6], Mask(position, stop));
            position = stop;
        }
    }

    internal static TokenSet And(TokenSet a, TokenSet b) => Combine(a, b, static (x, y) => x & y);

    internal static TokenSet Or(TokenSet a, TokenSet b) => Combine(a, b, static (x, y) => x | y);

    internal static TokenSet Not(TokenSet a)
    {
        var all = new TokenSet(a.Tokens);
        all.Add(0, a.Tokens);
        return Combine(all, a, static (x, y) => x & ~y);
    }

    /// <summary>The bits of positions [start, end) of one word.</summary>
    private static ulong Mask(long start, long end) =>
        (end - start == 64 ? ulong.MaxValue : (1UL << (int)(end - start)) - 1) << (int)(start & 63);

    private static TokenSet Combine(TokenSet a, TokenSet b, Func<ulong, ulong, ulong> combine)
    {
        var result = new TokenSet(a.Tokens);
        for (var word = 0; word < result._words.Length; word++)
        {
            result._words[word] = combine(a._words[word], b._words[word]);
        }

        return result;
    }
}
