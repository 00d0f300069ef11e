namespace FeatureExplorer.Analysis.Contexts;

/// <summary>Formulas that compare a feature's activations f with membership y ∈ {0, 1} of a context over N tokens, from sparse sums.</summary>
internal static class Agreement
{
    /// <summary>(Σfy − Σf Σy / N) / √((Σf² − (Σf)²/N) (Σy − (Σy)²/N)); 0 where either is constant.</summary>
    public static double Pearson(double sum, double sumOfSquares, double sumInside, long tokensInside, long tokens)
    {
        var covariance = sumInside - (sum * tokensInside / tokens);
        var varianceOfActivation = sumOfSquares - (sum * sum / tokens);
        var varianceOfMembership = tokensInside - ((double)tokensInside * tokensInside / tokens);
        // A constant's variance is 0 up to rounding.
        return varianceOfActivation > 1e-12 * sumOfSquares && varianceOfMembership > 0
            ? covariance / Math.Sqrt(varianceOfActivation * varianceOfMembership)
            : 0;
    }
}
