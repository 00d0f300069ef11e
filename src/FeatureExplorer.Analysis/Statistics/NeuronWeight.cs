namespace FeatureExplorer.Analysis.Statistics;

/// <summary>A neuron's share of a feature's decoder vector.</summary>
/// <param name="Neuron">Index of the neuron.</param>
/// <param name="Weight">Signed weight in the unit-norm decoder vector.</param>
/// <param name="ShareOfL1">|Weight| divided by the sum of all absolute weights of the vector.</param>
public sealed record NeuronWeight(int Neuron, float Weight, float ShareOfL1);
