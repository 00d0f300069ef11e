namespace FeatureExplorer.Analysis.Contexts;

/// <summary>Probabilities of tokens, in total and by domain, from their counts in the training split.</summary>
/// <param name="total">[V] occurrences of each token.</param>
/// <param name="domains">[domains][V] the same by domain.</param>
internal sealed class UnigramModel(IReadOnlyList<long> total, IReadOnlyList<long[]> domains)
{
    // Half an occurrence for every token, so that none has probability 0.
    private const double Smoothing = 0.5;

    private readonly double _sum = total.Sum();

    /// <summary>ln p(t).</summary>
    public double LogProbability(int token) => LogShare(total[token], _sum);

    /// <summary>ln P(t | domain) / p(t) for every token.</summary>
    public float[] LogRatios(int domain)
    {
        var counts = domains[domain];
        var sum = (double)counts.Sum();
        var ratios = new float[total.Count];
        for (var token = 0; token < ratios.Length; token++)
        {
            ratios[token] = (float)(LogShare(counts[token], sum) - LogProbability(token));
        }

        return ratios;
    }

    private double LogShare(long count, double sum) => Math.Log((count + Smoothing) / (sum + (Smoothing * total.Count)));
}
