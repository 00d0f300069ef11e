namespace FeatureExplorer.Analysis.Exploration;

/// <summary>A group of tokens and a feature's activations in it.</summary>
/// <param name="Name">The group: a domain, or a range of positions; null for documents without a domain.</param>
/// <param name="Count">Number of activations.</param>
/// <param name="Mass">Sum of activations.</param>
/// <param name="Of">Number of tokens in the group.</param>
public sealed record GroupShare(string? Name, long Count, double Mass, long Of)
{
    /// <summary>Share of the group's tokens on which the feature fires.</summary>
    public double Density => Of > 0 ? (double)Count / Of : 0;
}
