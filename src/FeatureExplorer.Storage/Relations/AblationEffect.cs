namespace FeatureExplorer.Storage.Relations;

/// <summary>What removing a feature costs in its top examples.</summary>
/// <param name="Index">Index of the feature.</param>
/// <param name="Effect">Mean change of the next token's loss, nats; above 0 the feature helped.</param>
/// <param name="Control">The same with as much removed along the directions of random features of like density.</param>
public sealed record AblationEffect(int Index, double Effect, double? Control);
