namespace FeatureExplorer.Engine.Dictionaries.Training;

/// <summary>The named losses of one batch: means over its rows. <see cref="Total"/> is what training lowers.</summary>
/// <param name="MeanSquaredError"><c>mse</c>: mean over the n inputs of (x − x̂)², whatever the variant trains on.</param>
/// <param name="Reconstruction">
/// <c>reconstruction</c>: the variant's own error term: the <c>mse</c>, the sum of squares instead, or the sum over nested dictionaries.
/// </param>
/// <param name="Sparsity"><c>sparsity</c>: λ · the penalty: Σ f, Σ f ‖d‖, the number of active features or Σ of the open gates.</param>
/// <param name="Auxiliary"><c>auxiliary</c>: the weighted error of the dead features' or of the gates' own reconstruction.</param>
/// <param name="Active">Number of active features, all rows together.</param>
/// <param name="Dense">Whether the dense path computed it.</param>
public readonly record struct StepLosses(
    double MeanSquaredError, double Reconstruction, double Sparsity, double Auxiliary, long Active, bool Dense)
{
    /// <summary>The whole loss.</summary>
    public double Total => Reconstruction + Sparsity + Auxiliary;
}
