using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Tests.Analysis.Map;

/// <summary>Points whose neighbourhoods and clusters are known, and measures of how well a map keeps them, in plain loops.</summary>
internal static class PlantedPoints
{
    /// <summary>Directions of length 1 around random centres: point i belongs to cluster i % clusters.</summary>
    public static float[][] Clusters(int clusters, int each, int inputs, float noise, ulong seed = 5)
    {
        var random = new CounterRandom(seed);
        return [.. Enumerable.Range(0, clusters * each).Select(i => Unit([.. Enumerable.Range(0, inputs).Select(d =>
            random.Normal((ulong)(((i % clusters) * inputs) + d)) + (noise * random.Normal((ulong)(1_000_000 + (i * inputs) + d))))]))];
    }

    /// <summary>Directions along a closed curve in four dimensions.</summary>
    public static float[][] Ring(int count) => [.. Enumerable.Range(0, count).Select(i =>
    {
        var angle = 2 * Math.PI * i / count;
        return Unit([(float)Math.Cos(angle), (float)Math.Sin(angle), (float)(0.4 * Math.Cos(2 * angle)), (float)(0.4 * Math.Sin(3 * angle))]);
    })];

    public static FloatBuffer Buffer(float[][] rows)
    {
        var buffer = new FloatBuffer(rows.Sum(static r => (long)r.Length));
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i].CopyTo(buffer.Span((long)i * rows[i].Length, rows[i].Length));
        }

        return buffer;
    }

    /// <summary>The other points by distance, nearest first.</summary>
    public static int[] Ranked(int count, int point, Func<int, double> distance) =>
        [.. Enumerable.Range(0, count).Where(i => i != point).OrderBy(distance).ThenBy(static i => i)];

    public static double Cosine(float[] a, float[] b) => a.Zip(b, static (x, y) => (double)x * y).Sum();

    public static double Distance(float[] points, int dimensions, int a, int b) =>
        Math.Sqrt(Enumerable.Range(0, dimensions).Sum(d => Math.Pow(points[(a * dimensions) + d] - points[(b * dimensions) + d], 2)));

    /// <summary>Trustworthiness (Venna and Kaski 2001) and the mean share of the k nearest neighbours that are kept.</summary>
    public static (double Trustworthiness, double Overlap) Kept(float[][] directions, float[] embedding, int dimensions, int k)
    {
        var (n, penalty, kept) = (directions.Length, 0.0, 0);
        for (var i = 0; i < n; i++)
        {
            var before = Ranked(n, i, j => 1 - Cosine(directions[i], directions[j]));
            foreach (var near in Ranked(n, i, j => Distance(embedding, dimensions, i, j)).Take(k))
            {
                var rank = Array.IndexOf(before, near) + 1;
                penalty += Math.Max(0, rank - k);
                kept += rank <= k ? 1 : 0;
            }
        }

        return (1 - (2.0 / (n * k * ((2.0 * n) - (3 * k) - 1)) * penalty), (double)kept / (n * k));
    }

    /// <summary>The adjusted Rand index of two clusterings, each point outside of all clusters being one of its own.</summary>
    public static double AdjustedRand(IReadOnlyList<int> one, IReadOnlyList<int> other)
    {
        static double Pairs(long n) => n * (n - 1) / 2.0;
        int[] left = [.. one.Select(static (c, i) => c < 0 ? -1 - i : c)], right = [.. other.Select(static (c, i) => c < 0 ? -1 - i : c)];
        var both = left.Zip(right).CountBy(static pair => pair).Sum(static g => Pairs(g.Value));
        var (a, b) = (left.CountBy(static c => c).Sum(static g => Pairs(g.Value)), right.CountBy(static c => c).Sum(static g => Pairs(g.Value)));
        var expected = a * b / Pairs(left.Length);
        return (both - expected) / (((a + b) / 2) - expected);
    }

    private static float[] Unit(float[] vector)
    {
        var length = (float)Math.Sqrt(Cosine(vector, vector));
        return [.. vector.Select(v => v / length)];
    }
}
