namespace FeatureExplorer.Storage.Dictionaries;

/// <summary>The dictionary whose weights the training of another started from.</summary>
/// <param name="Dictionary">Its name at that time: "G/1".</param>
/// <param name="Weights">SHA-256 of its weights.</param>
public sealed record ContinuedFrom(string Dictionary, string Weights);
