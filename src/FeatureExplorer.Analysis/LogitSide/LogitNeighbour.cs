namespace FeatureExplorer.Analysis.LogitSide;

/// <summary>A feature of the same dictionary that is near to one by at least one measure, with all four.</summary>
/// <param name="Feature">Index of the other feature.</param>
/// <param name="Activation">Correlation of the activations.</param>
/// <param name="Direction">Cosine of the decoder vectors.</param>
/// <param name="Logits">Correlation of the logit weights.</param>
/// <param name="Attribution">Correlation of the attributions (<see cref="AttributionSimilarity"/>).</param>
public sealed record LogitNeighbour(int Feature, float Activation, float Direction, float Logits, double Attribution)
{
    /// <summary>Largest measure − smallest: where it is large, the measures disagree, which the paper calls interference between features.</summary>
    public double Disagreement => Math.Max(Math.Max(Activation, Direction), Math.Max(Logits, Attribution)) - Math.Min(Math.Min(Activation, Direction), Math.Min(Logits, Attribution));
}
