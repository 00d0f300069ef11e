using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Analysis.Map;

/// <summary>The nearest neighbours of every point by cosine distance 1 − cos, exact: every pair is compared.</summary>
/// <param name="Neighbours">Neighbours of each point, itself not counted.</param>
/// <param name="Index">[n × Neighbours], nearest first; of equal distances the lower index.</param>
/// <param name="Distance">[n × Neighbours].</param>
public sealed record NeighbourTable(int Neighbours, int[] Index, float[] Distance)
{
    // Distances below are rounding errors of two equal directions.
    private const float Same = 1e-6f;
    private const long BlockFloats = 1L << 25;
    private const int MostRows = 1024;

    /// <summary>Number of points.</summary>
    public int Points => Neighbours == 0 ? 0 : Index.Length / Neighbours;

    /// <summary>The table of some directions.</summary>
    /// <param name="directions">[n, inputs], each of length 1.</param>
    /// <param name="count">n.</param>
    /// <param name="inputs">Length of a row.</param>
    /// <param name="neighbours">Neighbours of each; at most n − 1 are there.</param>
    /// <param name="progress">Share of the points that are done.</param>
    /// <param name="cancellation">Stops it.</param>
    public static unsafe NeighbourTable ByCosine(FloatBuffer directions, int count, int inputs, int neighbours, IProgress<double>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(directions);
        ArgumentOutOfRangeException.ThrowIfLessThan(directions.Length, (long)count * inputs, nameof(directions));
        var kept = Math.Min(neighbours, Math.Max(0, count - 1));
        var (index, distance) = (new int[count * kept], new float[count * kept]);
        if (kept == 0)
        {
            return new NeighbourTable(0, index, distance);
        }

        var block = (int)Math.Clamp(BlockFloats / count, 16, MostRows);
        using var cosines = new FloatBuffer((long)block * count);
        for (var first = 0; first < count; first += block)
        {
            cancellation.ThrowIfCancellationRequested();
            var (start, rows) = (first, Math.Min(block, count - first));
            MatrixProduct.Multiply(false, true, rows, count, inputs, directions.Pointer + ((nint)start * inputs), inputs, directions.Pointer, inputs, cosines.Pointer, count);
            WorkerPool.For(rows, (row, _) =>
            {
                var point = start + row;
                Nearest(cosines.Span((long)row * count, count), point, index.AsSpan(point * kept, kept), distance.AsSpan(point * kept, kept));
            });
            progress?.Report((double)(first + rows) / count);
        }

        return new NeighbourTable(kept, index, distance);
    }

    private static void Nearest(ReadOnlySpan<float> cosines, int self, Span<int> index, Span<float> distance)
    {
        distance.Fill(float.PositiveInfinity);
        var (limit, found) = (float.PositiveInfinity, 0);
        for (var other = 0; other < cosines.Length; other++)
        {
            var away = 1 - cosines[other];
            if (away >= limit || other == self)
            {
                continue;
            }

            away = away < Same ? 0 : away;
            if (away >= limit)
            {
                continue;
            }

            var at = Math.Min(found, index.Length - 1);
            found = at + 1;
            for (; at > 0 && distance[at - 1] > away; at--)
            {
                (index[at], distance[at]) = (index[at - 1], distance[at - 1]);
            }

            (index[at], distance[at]) = (other, away);
            limit = distance[^1];
        }
    }
}
