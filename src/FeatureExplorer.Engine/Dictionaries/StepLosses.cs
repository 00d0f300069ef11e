namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>The named losses of one batch: means over its rows. Their sum is what training lowers.</summary>
/// <param name="MeanSquaredError"><c>mse</c>: mean over the n inputs of (x − x̂)².</param>
/// <param name="L1"><c>l1</c>: λ · Σ f.</param>
/// <param name="Active">Number of active features, all rows together.</param>
/// <param name="Dense">Whether the dense path computed it.</param>
public readonly record struct StepLosses(double MeanSquaredError, double L1, long Active, bool Dense)
{
    /// <summary>The whole loss.</summary>
    public double Total => MeanSquaredError + L1;
}
