using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Training.Imports;

/// <summary>A dictionary of another tool, before anything is computed with it.</summary>
/// <param name="Inputs">n.</param>
/// <param name="Features">m.</param>
/// <param name="Site">Where it reads, <c>resid.pre.0</c>.</param>
/// <param name="Activation">How f is computed: "relu", "jumprelu", "topk", "gated", "matching_pursuit".</param>
/// <param name="K">Most active features of a token; null where their number is not fixed.</param>
/// <param name="Origin">Its files, what they say, and what was assumed or changed.</param>
public sealed record DictionaryFound(int Inputs, int Features, string Site, string Activation, int? K, DictionaryOrigin Origin);
