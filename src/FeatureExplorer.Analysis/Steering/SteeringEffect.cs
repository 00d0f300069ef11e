namespace FeatureExplorer.Analysis.Steering;

/// <summary>How far holding a feature at one strength moves generated text into the feature's own context.</summary>
/// <param name="Feature">Index of the feature.</param>
/// <param name="Context">Name of its best context.</param>
/// <param name="Strength">Multiple of its largest activation at which it is held.</param>
/// <param name="Base">Share of the tokens generated without steering that are inside the context.</param>
/// <param name="Steered">The same with steering.</param>
/// <param name="BaseLoss">Mean loss of the tokens generated without steering, nats.</param>
/// <param name="SteeredLoss">Mean loss of those generated with it, under the model as it is: how coherent they are.</param>
public sealed record SteeringEffect(int Feature, string Context, double Strength, double Base, double Steered, double BaseLoss, double SteeredLoss)
{
    /// <summary>Steered − base.</summary>
    public double Moved => Steered - Base;
}
