namespace FeatureExplorer.Web.Components.Plots;

/// <summary>Exponential smoothing: each value keeps a share of the smoothed value before it, the first is as it was.</summary>
public static class Smoothing
{
    /// <summary>s₀ = v₀; sᵢ = share · sᵢ₋₁ + (1 − share) · vᵢ.</summary>
    /// <param name="values">In their order; finite.</param>
    /// <param name="share">From 0, which changes nothing, to below 1.</param>
    public static double[] Exponential(IReadOnlyList<double> values, double share)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfNegative(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(share, 1);
        var smoothed = new double[values.Count];
        for (var i = 0; i < smoothed.Length; i++)
        {
            smoothed[i] = i == 0 ? values[0] : (share * smoothed[i - 1]) + ((1 - share) * values[i]);
        }

        return smoothed;
    }
}
