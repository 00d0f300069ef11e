namespace FeatureExplorer.Engine.Numerics;

/// <summary>
/// Random numbers as a pure function of seed, stream and counter: the i-th number needs none before it, so results do not depend on
/// the number of threads, and a checkpoint stores a counter instead of a generator's state.
/// </summary>
public readonly struct CounterRandom
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private readonly ulong _key;

    /// <param name="seed">The run's seed.</param>
    /// <param name="stream">Distinguishes independent sequences of one seed.</param>
    public CounterRandom(ulong seed, ulong stream = 0)
    {
        _key = Mix(Mix(seed + Golden) ^ Mix((stream * Golden) + 0x632BE59BD9B4E019));
    }

    /// <summary>An independent sequence named by a word, such as the name of a parameter.</summary>
    public CounterRandom Stream(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var hash = _key ^ 0xCBF29CE484222325;
        foreach (var letter in name)
        {
            hash = (hash ^ letter) * 0x100000001B3;
        }

        return new CounterRandom(_key, hash);
    }

    /// <summary>64 random bits.</summary>
    public ulong UInt64(ulong counter) => Mix(Mix((counter * Golden) + _key) ^ _key);

    /// <summary>32 random bits.</summary>
    public uint UInt32(ulong counter) => (uint)(UInt64(counter) >> 32);

    /// <summary>Uniform in [0, 1), 24 bits.</summary>
    public float Uniform(ulong counter) => (UInt64(counter) >> 40) * (1f / (1 << 24));

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double UniformDouble(ulong counter) => (UInt64(counter) >> 11) * (1.0 / (1L << 53));

    /// <summary>Standard normal, by Box and Muller from one draw of 64 bits.</summary>
    public float Normal(ulong counter)
    {
        var bits = UInt64(counter);
        var radius = Math.Sqrt(-2 * Math.Log(((bits >> 32) + 1) * (1.0 / (1L << 32))));
        return (float)(radius * Math.Cos(2 * Math.PI * (bits & 0xFFFFFFFF) * (1.0 / (1L << 32))));
    }

    /// <summary>Uniform in [0, bound); the bias is below bound / 2⁶⁴.</summary>
    public ulong Bounded(ulong counter, ulong bound)
    {
        ArgumentOutOfRangeException.ThrowIfZero(bound);
        return Math.BigMul(UInt64(counter), bound, out _);
    }

    /// <summary>Puts the items in random order (Fisher and Yates), using the counters 0 … items.Length − 1.</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = (int)Bounded((ulong)i, (ulong)i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>A bijection of 64 bits in which every input bit flips half of the output bits (the finaliser of SplitMix64).</summary>
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
