namespace FeatureExplorer.Training.Synthetic;

/// <summary>Finds the λ at which a recipe has a wanted L0, which falls as λ grows: by factors until it lies between two values, then by halving on a log scale.</summary>
internal static class LambdaSearch
{
    private const int MostTrials = 10;
    private const double CloseEnough = 0.05;
    private const float Stride = 4;

    /// <param name="start">Where to begin.</param>
    /// <param name="wanted">The L0 to come near.</param>
    /// <param name="l0">Trains with a λ and measures; NaN where that diverges.</param>
    /// <returns>The λ that came nearest.</returns>
    public static float Find(float start, double wanted, Func<float, double> l0)
    {
        var (best, distance) = (start, double.PositiveInfinity);
        var (low, high) = (0f, float.PositiveInfinity);
        var lambda = start;
        for (var trial = 0; trial < MostTrials && distance > CloseEnough; trial++)
        {
            var measured = l0(lambda);
            if (Math.Abs(Math.Log(measured / wanted)) is var far && far < distance)
            {
                (best, distance) = (lambda, far);
            }

            (low, high) = measured > wanted ? (lambda, high) : (low, lambda);
            lambda = float.IsInfinity(high) ? low * Stride : low == 0 ? high / Stride : MathF.Sqrt(low * high);
        }

        return best;
    }
}
