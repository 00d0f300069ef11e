using FeatureExplorer.Engine.Dictionaries.Training;

namespace FeatureExplorer.Training.Synthetic;

/// <summary>A dictionary of a test.</summary>
/// <param name="Options">How it is trained.</param>
/// <param name="SeeksLambda">Whether λ is only where the search for the truth's L0 begins.</param>
public sealed record SyntheticDictionary(DictionaryOptions Options, bool SeeksLambda);
