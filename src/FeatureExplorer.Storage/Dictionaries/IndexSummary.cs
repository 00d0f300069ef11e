namespace FeatureExplorer.Storage.Dictionaries;

/// <summary>Size and cost of a dictionary's activation index.</summary>
/// <param name="Tokens">Held-out tokens it covers.</param>
/// <param name="Activations">Nonzero activations it holds: all of them.</param>
/// <param name="BytesPerActivation">Size of the file divided by <paramref name="Activations"/>.</param>
/// <param name="Seconds">Time to build it.</param>
public sealed record IndexSummary(long Tokens, long Activations, double BytesPerActivation, double Seconds);
