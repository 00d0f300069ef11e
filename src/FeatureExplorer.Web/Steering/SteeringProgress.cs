namespace FeatureExplorer.Web.Steering;

/// <summary>Samples while they are drawn, as text.</summary>
/// <param name="Base">From the model as it is.</param>
/// <param name="Steered">With the pins.</param>
public sealed record SteeringProgress(IReadOnlyList<string> Base, IReadOnlyList<string> Steered);
