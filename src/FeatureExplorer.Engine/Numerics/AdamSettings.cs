namespace FeatureExplorer.Engine.Numerics;

/// <summary>Settings of one Adam step (Kingma and Ba 2014), with decoupled weight decay (Loshchilov and Hutter 2017).</summary>
/// <param name="LearningRate">η.</param>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to √v̂.</param>
/// <param name="WeightDecay">Parameters are first multiplied by 1 − η · WeightDecay.</param>
public readonly record struct AdamSettings(
    float LearningRate, float Beta1 = 0.9f, float Beta2 = 0.999f, float Epsilon = 1e-8f, float WeightDecay = 0);
