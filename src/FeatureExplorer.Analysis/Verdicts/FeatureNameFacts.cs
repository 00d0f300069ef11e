using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Analysis.Verdicts;

/// <summary>What a feature's generated name follows from: the part of its report that every list has at hand, so that a feature has one name everywhere.</summary>
/// <param name="State">Live, ultralow or dead.</param>
/// <param name="Context">Title of its best context, or null when none was found.</param>
/// <param name="Pearson">Correlation with that context; 0 without one.</param>
/// <param name="FiresOn">Text of the centre tokens of its top examples, strongest first, without repeats; at most <see cref="MostTokens"/>.</param>
/// <param name="Promotes">Text of the tokens with the largest logit weights, largest first.</param>
public sealed record FeatureNameFacts(FeatureState State, string? Context, double Pearson, IReadOnlyList<string> FiresOn, IReadOnlyList<string> Promotes)
{
    /// <summary>Number of different tokens from which there may be more than are known here.</summary>
    public const int MostTokens = 8;
}
