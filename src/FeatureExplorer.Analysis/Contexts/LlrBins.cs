namespace FeatureExplorer.Analysis.Contexts;

/// <summary>The bins of log-likelihood ratio that colour a histogram: from "much less likely in the context" to "much more likely".</summary>
public static class LlrBins
{
    /// <summary>Inner edges in nats; bin 0 lies below the first, the last bin at or above the last. Zero is an edge.</summary>
    public static IReadOnlyList<float> Edges { get; } = [-8f, -4f, -1f, 0f, 1f, 4f, 8f];

    /// <summary>Number of bins.</summary>
    public static int Count => Edges.Count + 1;

    /// <summary>The bin of a log-likelihood ratio in nats.</summary>
    public static int Of(float llr)
    {
        var bin = 0;
        while (bin < Edges.Count && llr >= Edges[bin])
        {
            bin++;
        }

        return bin;
    }
}
