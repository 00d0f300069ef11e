using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Analysis.Map;

/// <summary>
/// HDBSCAN (Campello, Moulavi and Sander 2013; McInnes and Healy 2017): clusters of different densities, and points that belong to none. The core distance of a point is
/// the distance to its s-th neighbour, s the smallest size of a cluster; the mutual reachability of two points is the largest of their core distances and their
/// distance. The minimum spanning tree of it (Prim) gives the hierarchy, of which <see cref="CondensedTree"/> chooses the clusters.
/// </summary>
public static class Hdbscan
{
    /// <summary>Of a point that belongs to no cluster.</summary>
    public const int None = -1;

    // Below it a task costs more than it saves.
    private const int PointsPerTask = 4096;

    /// <summary>The cluster of each point, or <see cref="None"/>.</summary>
    /// <param name="points">Coordinates [n × dimensions].</param>
    /// <param name="dimensions">Of a point.</param>
    /// <param name="smallest">Points of the smallest cluster, at least 2.</param>
    /// <param name="progress">Share of the tree that is there.</param>
    /// <param name="cancellation">Stops it.</param>
    public static int[] Cluster(float[] points, int dimensions, int smallest, IProgress<double>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(smallest, 2);
        var n = points.Length / dimensions;
        if (n <= smallest)
        {
            // A hierarchy of so few points has no second cluster, and everything together is none.
            return [.. Enumerable.Repeat(None, n)];
        }

        var core = CoreDistances(points, n, dimensions, smallest, cancellation);
        var tree = SpanningTree(points, n, dimensions, core, progress, cancellation);
        return CondensedTree.Of(tree, n, smallest).Clusters();
    }

    /// <summary>Distance of each point to its s-th neighbour.</summary>
    internal static float[] CoreDistances(float[] points, int n, int dimensions, int s, CancellationToken cancellation)
    {
        var core = new float[n];
        WorkerPool.For(n, (i, _) =>
        {
            cancellation.ThrowIfCancellationRequested();
            Span<float> nearest = stackalloc float[Math.Min(s, n - 1)];
            nearest.Fill(float.PositiveInfinity);
            for (var j = 0; j < n; j++)
            {
                var square = Square(points, i, j, dimensions);
                if (j == i || square >= nearest[^1])
                {
                    continue;
                }

                var at = nearest.Length - 1;
                for (; at > 0 && nearest[at - 1] > square; at--)
                {
                    nearest[at] = nearest[at - 1];
                }

                nearest[at] = square;
            }

            core[i] = MathF.Sqrt(nearest[^1]);
        });
        return core;
    }

    /// <summary>The edges of a minimum spanning tree by mutual reachability, shortest first.</summary>
    internal static (int From, int To, float Distance)[] SpanningTree(
        float[] points, int n, int dimensions, float[] core, IProgress<double>? progress, CancellationToken cancellation)
    {
        var (away, from, edges) = (new float[n], new int[n], new (int From, int To, float Distance)[n - 1]);
        Array.Fill(away, float.PositiveInfinity);
        var tasks = (n + PointsPerTask - 1) / PointsPerTask;
        var best = new int[tasks];
        var current = 0;
        for (var e = 0; e < edges.Length; e++)
        {
            cancellation.ThrowIfCancellationRequested();
            // In the tree: not to be reached any more.
            away[current] = float.NaN;
            var added = current;
            if (tasks == 1)
            {
                best[0] = Relax(points, dimensions, core, away, from, added, 0, n);
            }
            else
            {
                WorkerPool.For(tasks, (task, _) => best[task] = Relax(points, dimensions, core, away, from, added, task * PointsPerTask, Math.Min(n, (task + 1) * PointsPerTask)));
            }

            // Of equal distances the lowest index, whatever the tasks.
            current = best.Where(static i => i >= 0).MinBy(i => away[i]);
            edges[e] = (from[current], current, away[current]);
            if (e % PointsPerTask == 0)
            {
                progress?.Report((double)e / edges.Length);
            }
        }

        return [.. edges.OrderBy(static edge => edge.Distance)];
    }

    /// <summary>Offers a point that joined the tree to others as the way to reach them.</summary>
    /// <returns>The nearest of them outside the tree, or −1.</returns>
    private static int Relax(float[] points, int dimensions, float[] core, float[] away, int[] from, int added, int first, int end)
    {
        var (nearest, least) = (-1, float.PositiveInfinity);
        for (var i = first; i < end; i++)
        {
            if (float.IsNaN(away[i]))
            {
                continue;
            }

            // Neither of two points is reached from the other at less than its own core distance.
            if (away[i] > Math.Max(core[i], core[added]))
            {
                var reach = Math.Max(Math.Max(core[i], core[added]), MathF.Sqrt(Square(points, i, added, dimensions)));
                if (reach < away[i])
                {
                    (away[i], from[i]) = (reach, added);
                }
            }

            if (away[i] < least || nearest < 0)
            {
                (nearest, least) = (i, away[i]);
            }
        }

        return nearest;
    }

    private static float Square(float[] points, int one, int other, int dimensions)
    {
        var a = points.AsSpan(one * dimensions, dimensions);
        var b = points.AsSpan(other * dimensions, dimensions);
        var sum = 0f;
        for (var d = 0; d < a.Length; d++)
        {
            sum += (a[d] - b[d]) * (a[d] - b[d]);
        }

        return sum;
    }
}
