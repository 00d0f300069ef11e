namespace FeatureExplorer.Analysis.Map;

/// <summary>
/// The curve 1 / (1 + a d^(2b)) that stands for membership in the embedding: the least-squares fit, at 300 distances from 0 to 3, of 1 up to the least distance and
/// exp(−(d − least distance)) beyond (UMAP with spread 1).
/// </summary>
/// <param name="A">Scale.</param>
/// <param name="B">Exponent.</param>
public readonly record struct UmapCurve(double A, double B)
{
    private const int Points = 300;
    private const double Farthest = 3;
    private const int Steps = 200;

    /// <summary>The curve for a least distance, in [0, 3), by Levenberg and Marquardt's method.</summary>
    public static UmapCurve Fit(double leastDistance)
    {
        var (curve, damping) = (new UmapCurve(1, 1), 1e-3);
        var error = curve.Error(leastDistance);
        for (var step = 0; step < Steps && damping < 1e12; step++)
        {
            double aa = 0, ab = 0, bb = 0, ga = 0, gb = 0;
            for (var i = 1; i < Points; i++)
            {
                var x = Farthest * i / (Points - 1);
                var power = Math.Pow(x, 2 * curve.B);
                var value = 1 / (1 + (curve.A * power));
                var (da, db) = (-power * value * value, -2 * curve.A * power * Math.Log(x) * value * value);
                var residual = Target(x, leastDistance) - value;
                (aa, ab, bb, ga, gb) = (aa + (da * da), ab + (da * db), bb + (db * db), ga + (da * residual), gb + (db * residual));
            }

            var (p, q) = (aa * (1 + damping), bb * (1 + damping));
            var determinant = (p * q) - (ab * ab);
            var next = new UmapCurve(curve.A + (((q * ga) - (ab * gb)) / determinant), curve.B + (((p * gb) - (ab * ga)) / determinant));
            var better = next is { A: > 0, B: > 0 } && next.Error(leastDistance) < error;
            (curve, error, damping) = better ? (next, next.Error(leastDistance), damping / 3) : (curve, error, damping * 4);
        }

        return curve;
    }

    /// <summary>Sum of squared differences from what it fits.</summary>
    public double Error(double leastDistance)
    {
        var sum = 0.0;
        for (var i = 0; i < Points; i++)
        {
            var x = Farthest * i / (Points - 1);
            var difference = (1 / (1 + (A * Math.Pow(x, 2 * B)))) - Target(x, leastDistance);
            sum += difference * difference;
        }

        return sum;
    }

    private static double Target(double x, double leastDistance) => x <= leastDistance ? 1 : Math.Exp(-(x - leastDistance));
}
