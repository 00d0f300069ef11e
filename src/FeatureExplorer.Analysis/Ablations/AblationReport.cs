namespace FeatureExplorer.Analysis.Ablations;

/// <summary>
/// What removing a feature does in its top examples: x − f · d at the site in the place of x, so that the dictionary's error stays, and the
/// rest of the model computed anew (paper, feature ablations).
/// </summary>
/// <param name="Feature">Index of the feature.</param>
/// <param name="Measured">Number of top examples measured.</param>
/// <param name="Effect">Mean over them of the change of loss on the token after the centre, nats; above 0 the feature helped.</param>
/// <param name="Helped">Share of them in which it is above 0.</param>
/// <param name="Control">The mean change with f · d′ removed in the same places instead, d′ the directions of random features of like density; null without such features.</param>
/// <param name="Examples">The single tokens.</param>
public sealed record AblationReport(
    int Feature, int Measured, double Effect, double Helped, double? Control, IReadOnlyList<AblatedExample> Examples)
{
    /// <summary>The single tokens of an example, or null when it was not measured.</summary>
    public IReadOnlyList<AblatedToken>? Of(Statistics.Example example)
    {
        ArgumentNullException.ThrowIfNull(example);
        return Examples.FirstOrDefault(measured => measured.Position == example.Position)?.Tokens;
    }

    /// <summary>Random features that serve as control.</summary>
    public const int Peers = 4;

    /// <summary>Tokens named on either side.</summary>
    public const int Named = Engine.Backends.Edits.StreamEffect.Listed;
}
