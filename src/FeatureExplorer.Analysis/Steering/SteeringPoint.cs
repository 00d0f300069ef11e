namespace FeatureExplorer.Analysis.Steering;

/// <summary>What steering does at one strength.</summary>
/// <param name="Strength">Multiple of the feature's largest activation on held-out tokens.</param>
/// <param name="InContext">Share of generated tokens inside the context; null without one.</param>
/// <param name="Loss">Mean loss of the generated tokens under the model as it is, nats.</param>
public sealed record SteeringPoint(double Strength, double? InContext, double? Loss)
{
    /// <summary>The strengths of a curve.</summary>
    public static IReadOnlyList<double> Strengths { get; } = [-5, -2, -1, 0, 0.5, 1, 1.5, 2, 3, 4, 5, 7, 10, 15, 20];
}
