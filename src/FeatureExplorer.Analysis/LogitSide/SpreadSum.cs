namespace FeatureExplorer.Analysis.LogitSide;

/// <summary>Sums over tokens from which a variance of logits follows (<see cref="UnembeddingMetric"/>).</summary>
/// <param name="width">DModel.</param>
internal sealed class SpreadSum(int width)
{
    /// <summary>Σ vᵀ G v.</summary>
    public double Squares { get; set; }

    /// <summary>Σ v, [DModel].</summary>
    public double[] Sums { get; } = new double[width];

    public long Rows { get; set; }
}
