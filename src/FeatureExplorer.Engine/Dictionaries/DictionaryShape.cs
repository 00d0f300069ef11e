using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>What the configuration of a saved dictionary says, without its weights.</summary>
/// <param name="Inputs">n.</param>
/// <param name="Features">m.</param>
/// <param name="Activation">How pre-activations become f.</param>
/// <param name="K">Most active features of a vector; 0 where their number is not fixed.</param>
/// <param name="Site">Where it reads; null where its files do not say.</param>
public sealed record DictionaryShape(int Inputs, int Features, DictionaryActivation Activation, int K, Site? Site);
