namespace FeatureExplorer.Analysis.Map;

/// <summary>
/// The fuzzy simplicial set of UMAP (McInnes, Healy and Melville 2018, section 3.1): a symmetric graph in compressed rows. The weight of an edge from a point to a
/// neighbour at distance d is exp(−max(0, d − ρ) / σ), ρ the distance to the nearest neighbour that is not at 0, σ such that the weights of a point, itself included
/// among its neighbours, add up to log₂ k; the two directions a and b unite as a + b − ab.
/// </summary>
/// <param name="Starts">[n + 1], where the edges of a point start.</param>
/// <param name="Targets">Other end of each edge, ascending within a point.</param>
/// <param name="Weights">In (0, 1].</param>
public sealed record FuzzyGraph(int[] Starts, int[] Targets, float[] Weights)
{
    private const int Bisections = 64;
    private const double Tolerance = 1e-5;
    private const double LeastScale = 1e-3;

    /// <summary>Number of points.</summary>
    public int Points => Starts.Length - 1;

    /// <summary>The graph of a table of neighbours.</summary>
    public static FuzzyGraph Of(NeighbourTable table, int points)
    {
        ArgumentNullException.ThrowIfNull(table);
        var (k, directed) = (table.Neighbours, new float[table.Index.Length]);
        var mean = table.Distance.Length > 0 ? table.Distance.Average(static d => (double)d) : 0;
        for (var i = 0; k > 0 && i < points; i++)
        {
            Memberships(table.Distance.AsSpan(i * k, k), mean, directed.AsSpan(i * k, k));
        }

        var rows = new List<(int Target, float Weight)>[points];
        for (var i = 0; i < points; i++)
        {
            rows[i] = [];
        }

        for (var i = 0; i < points; i++)
        {
            for (var e = i * k; e < (i + 1) * k; e++)
            {
                var j = table.Index[e];
                var back = Array.IndexOf(table.Index, i, j * k, k);
                var other = back < 0 ? 0 : directed[back];
                var weight = directed[e] + other - (directed[e] * other);
                rows[i].Add((j, weight));
                if (back < 0)
                {
                    rows[j].Add((i, weight));
                }
            }
        }

        var starts = new int[points + 1];
        for (var i = 0; i < points; i++)
        {
            starts[i + 1] = starts[i] + rows[i].Count;
        }

        var edges = rows.SelectMany(static row => row.OrderBy(static edge => edge.Target)).ToList();
        return new FuzzyGraph(starts, [.. edges.Select(static e => e.Target)], [.. edges.Select(static e => e.Weight)]);
    }

    private static void Memberships(ReadOnlySpan<float> distances, double meanOfAll, Span<float> weights)
    {
        double rho = 0, mean = 0;
        foreach (var distance in distances)
        {
            rho = rho == 0 ? distance : rho;
            // The point itself, at 0, is one of its k neighbours.
            mean += distance / (distances.Length + 1.0);
        }

        var target = Math.Log2(distances.Length + 1);
        double low = 0, high = double.PositiveInfinity, sigma = 1;
        for (var step = 0; step < Bisections; step++)
        {
            var sum = 0.0;
            foreach (var distance in distances)
            {
                sum += distance > rho ? Math.Exp(-(distance - rho) / sigma) : 1;
            }

            if (Math.Abs(sum - target) < Tolerance)
            {
                break;
            }

            (low, high) = sum > target ? (low, sigma) : (sigma, high);
            sigma = double.IsFinite(high) ? (low + high) / 2 : sigma * 2;
        }

        sigma = Math.Max(sigma, LeastScale * (rho > 0 ? mean : meanOfAll));
        for (var i = 0; i < distances.Length; i++)
        {
            weights[i] = distances[i] <= rho || sigma == 0 ? 1 : (float)Math.Exp(-(distances[i] - rho) / sigma);
        }
    }
}
