namespace FeatureExplorer.Analysis.Statistics;

/// <summary>Summarises a feature's logit weights over the tokens that occur in the training split (never-used tokens have arbitrary weights).</summary>
/// <remarks>One instance per thread.</remarks>
internal sealed class LogitSummarizer
{
    public const int Shown = 10;

    private readonly int[] _tokens;
    private readonly ulong[] _keys;
    private readonly float[] _weights;

    /// <param name="occurs">[V] which tokens occur in the training split.</param>
    public LogitSummarizer(bool[] occurs)
    {
        _tokens = [.. Enumerable.Range(0, occurs.Length).Where(token => occurs[token])];
        _keys = new ulong[_tokens.Length];
        _weights = new float[_tokens.Length];
    }

    /// <param name="weights">[V] logit weights of one feature, their median at zero.</param>
    public LogitWeightSummary Summarize(ReadOnlySpan<float> weights)
    {
        Sort(weights);
        var shown = Math.Min(Shown, _weights.Length);
        return new LogitWeightSummary(
            [.. Enumerable.Range(1, shown).Select(rank => At(_weights.Length - rank))], [.. Enumerable.Range(0, shown).Select(At)], CountAll());
    }

    /// <summary>Ascending by weight, equal weights by token: order-preserving bits of the weight above the token's number.</summary>
    private void Sort(ReadOnlySpan<float> weights)
    {
        for (var i = 0; i < _tokens.Length; i++)
        {
            var bits = BitConverter.SingleToUInt32Bits(weights[_tokens[i]]);
            var ordered = (bits & 0x80000000) != 0 ? ~bits : bits | 0x80000000;
            _keys[i] = ((ulong)ordered << 32) | (uint)_tokens[i];
        }

        Array.Sort(_keys);
        for (var i = 0; i < _keys.Length; i++)
        {
            _weights[i] = weights[TokenOf(_keys[i])];
        }
    }

    private TokenWeight At(int rank) => new(TokenOf(_keys[rank]), _weights[rank]);

    private static int TokenOf(ulong key) => (int)(uint)key;

    private Histogram CountAll()
    {
        var max = _weights[^1];
        // The smallest weight belongs into the first bin, which is open below; when all are equal any bins do.
        var min = _weights[0] < max ? MathF.BitDecrement(_weights[0]) : max - 1;
        var edges = LevelBins.Linear(min, max, FeatureReport.HistogramBins);
        var counts = new long[FeatureReport.HistogramBins];
        foreach (var weight in _weights)
        {
            counts[LevelBins.Of(weight, edges)]++;
        }

        return new Histogram(edges, counts);
    }
}
