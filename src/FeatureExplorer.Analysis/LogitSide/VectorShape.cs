namespace FeatureExplorer.Analysis.LogitSide;

/// <summary>How concentrated a vector of weights is.</summary>
/// <param name="Density">Share of the entries with at least a tenth of the largest absolute entry.</param>
/// <param name="Kurtosis">Σ(w − mean)⁴ · N / (Σ(w − mean)²)²: 3 for a normal distribution, larger where few entries have most of it.</param>
/// <param name="Half">Smallest number of entries that have half of Σ w².</param>
/// <param name="Entries">N.</param>
public readonly record struct VectorShape(double Density, double Kurtosis, int Half, int Entries)
{
    private const double Tenth = 0.1;

    /// <summary>Share of the entries that <see cref="Half"/> are.</summary>
    public double HalfShare => Entries > 0 ? (double)Half / Entries : 0;

    /// <summary>The shape of some weights; of no weights, or of zeros, all is 0.</summary>
    public static VectorShape Of(IReadOnlyCollection<float> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        double[] squares = [.. weights.Select(static w => (double)w * w).OrderDescending()];
        var total = squares.Sum();
        if (total == 0)
        {
            return new VectorShape(0, 0, 0, squares.Length);
        }

        var (half, sum) = (0, 0.0);
        while (sum < total / 2)
        {
            sum += squares[half++];
        }

        var mean = weights.Average(static w => (double)w);
        var (second, fourth) = (weights.Sum(w => Math.Pow(w - mean, 2)), weights.Sum(w => Math.Pow(w - mean, 4)));
        return new VectorShape(
            (double)squares.Count(square => square >= Tenth * Tenth * squares[0]) / squares.Length, second > 0 ? fourth * squares.Length / (second * second) : 0, half, squares.Length);
    }

    /// <summary>Median of each figure.</summary>
    public static VectorShape Median(IReadOnlyCollection<VectorShape> shapes)
    {
        ArgumentNullException.ThrowIfNull(shapes);
        double Middle(Func<VectorShape, double> figure) => Relations.Universality.Quantile([.. shapes.Select(figure).Order()], 0.5);
        return new VectorShape(Middle(static s => s.Density), Middle(static s => s.Kurtosis), (int)Math.Round(Middle(static s => s.Half)), (int)Middle(static s => s.Entries));
    }
}
