namespace FeatureExplorer.Analysis.Relations;

/// <summary>A token on which at least one of two units fires.</summary>
/// <param name="Position">Position in the held-out stream.</param>
/// <param name="Left">Activation of the one, 0 where it does not fire.</param>
/// <param name="Right">Activation of the other.</param>
/// <param name="Bin">Bin of the context's log-likelihood ratio (<see cref="Contexts.LlrBins"/>).</param>
public readonly record struct ComparedToken(long Position, float Left, float Right, int Bin);
