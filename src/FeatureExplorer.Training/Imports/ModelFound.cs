using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Training.Imports;

/// <summary>A model of another tool, before anything is computed with it.</summary>
/// <param name="Layers">Layers.</param>
/// <param name="DModel">Width of the residual stream.</param>
/// <param name="DMlp">Neurons of a layer.</param>
/// <param name="Heads">Heads of a layer.</param>
/// <param name="Context">Tokens of a window.</param>
/// <param name="Vocabulary">Token ids.</param>
/// <param name="Sample">A sentence as the model sees it: the text of each token, the start token first where there is one.</param>
/// <param name="Origin">Its files and what was assumed.</param>
public sealed record ModelFound(int Layers, int DModel, int DMlp, int Heads, int Context, int Vocabulary, IReadOnlyList<string> Sample, ModelOrigin Origin);
