using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Analysis.LogitSide;

/// <summary>How much of activations, reconstruction and features lies in the null space of W_down, which nothing reads. All are shares from 0 to 1.</summary>
/// <param name="Activations">Of the variance of the activations x.</param>
/// <param name="Reconstruction">Of the variance of the reconstructions x̂.</param>
/// <param name="Error">Of Σ‖x − x̂‖².</param>
/// <param name="ReadExplained">Explained variance of the part of x that is read.</param>
/// <param name="UnreadExplained">Explained variance of the part that nothing reads.</param>
/// <param name="RandomDirection">Of a random direction: 1 − rank / n.</param>
/// <param name="Features">Of the direction of every live feature: features by share, 40 bins from 0 to 1.</param>
/// <param name="Quantiles">The same at 10, 25, 50, 75 and 90 %.</param>
public sealed record UnreadFigures(
    double Activations, double Reconstruction, double Error, double ReadExplained, double UnreadExplained, double RandomDirection, Histogram Features, IReadOnlyList<double> Quantiles);
