using FeatureExplorer.Analysis.Map;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Tests.Analysis.Map;

public sealed class HdbscanTests
{
    [Fact]
    public void Cluster_TwoGroupsAndALonePointOnALine_FindsThem() =>
        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 1, Hdbscan.None], Numbered(Hdbscan.Cluster([0, 1, 2, 3, 20, 21, 22, 23, 90], 1, 3, null, default)));

    [Fact]
    public void Cluster_PlantedOfDifferentDensitiesWithNoise_AgreesWithThem()
    {
        var (points, planted) = Planted();
        var found = Hdbscan.Cluster(points, 3, 5, null, default);
        int[] inside = [.. Enumerable.Range(0, planted.Length).Where(i => planted[i] >= 0)];
        Assert.InRange(PlantedPoints.AdjustedRand([.. inside.Select(i => planted[i])], [.. inside.Select(i => found[i])]), 0.9, 1);
        Assert.InRange(found.Where((_, i) => planted[i] < 0).Count(static c => c == Hdbscan.None), 0.6 * planted.Count(static c => c < 0), planted.Length);
    }

    [Fact]
    public void SpanningTree_OfPoints_IsAsShortAsKruskals()
    {
        var (points, planted) = Planted();
        var n = planted.Length;
        var core = Hdbscan.CoreDistances(points, n, 3, 4, default);
        for (var i = 0; i < n; i++)
        {
            Assert.Equal(PlantedPoints.Distance(points, 3, i, PlantedPoints.Ranked(n, i, j => PlantedPoints.Distance(points, 3, i, j))[3]), core[i], 1e-4);
        }

        var tree = Hdbscan.SpanningTree(points, n, 3, core, null, default);
        var expected = Kruskal(n, (i, j) => Math.Max(PlantedPoints.Distance(points, 3, i, j), Math.Max(core[i], core[j])));
        Assert.Equal(expected.Count, tree.Length);
        Assert.All(expected.Zip(tree), static pair => Assert.Equal(pair.First, pair.Second.Distance, 1e-4));
    }

    [Fact]
    public void SpanningTree_MorePointsThanOneTask_ConnectsAll()
    {
        // A chain: every edge is one long, whatever the parts that it is searched in.
        float[] points = [.. Enumerable.Range(0, 5000).Select(static i => (float)((i * 7919) % 5000))];
        var tree = Hdbscan.SpanningTree(points, points.Length, 1, new float[points.Length], null, default);
        Assert.All(tree, static edge => Assert.Equal(1, edge.Distance));
        Assert.Equal(points.Length, tree.SelectMany(static e => (int[])[e.From, e.To]).Distinct().Count());
    }

    [Fact]
    public void Cluster_PointsAtTwoPlaces_AreTwoClusters()
    {
        float[] points = [.. Enumerable.Range(0, 12).Select(static i => i % 2 == 0 ? 0f : 1f)];
        Assert.Equal(Enumerable.Range(0, 12).Select(static i => i % 2), Numbered(Hdbscan.Cluster(points, 1, 3, null, default)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Cluster_FewPoints_AreNone(int count) =>
        Assert.Equal(Enumerable.Repeat(Hdbscan.None, count), Hdbscan.Cluster([.. Enumerable.Range(0, count).Select(static i => (float)i * i)], 1, 3, null, default));

    /// <summary>The clusters numbered as they come.</summary>
    private static IEnumerable<int> Numbered(int[] clusters)
    {
        var order = clusters.Where(static c => c != Hdbscan.None).Distinct().ToList();
        return clusters.Select(c => c == Hdbscan.None ? c : order.IndexOf(c));
    }

    /// <summary>Five clusters of 40, each twice as wide as the one before, and 40 points anywhere.</summary>
    private static (float[] Points, int[] Planted) Planted()
    {
        var random = new CounterRandom(3);
        int[] planted = [.. Enumerable.Range(0, 240).Select(static i => i < 200 ? i % 5 : -1)];
        return ([.. planted.SelectMany((c, i) => Enumerable.Range(0, 3).Select(d =>
        {
            var counter = (ulong)((i * 3) + d);
            return c < 0 ? 60 * (random.Uniform(counter) - 0.5f) : (12 * (((c * (d + 1)) % 5) - 2)) + (0.1f * (1 << c) * random.Normal(counter));
        }))], planted);
    }

    private static List<double> Kruskal(int n, Func<int, int, double> distance)
    {
        int[] part = [.. Enumerable.Range(0, n)];
        var edges = new List<double>();
        foreach (var (i, j) in Enumerable.Range(0, n).SelectMany(i => Enumerable.Range(0, i).Select(j => (i, j))).OrderBy(pair => distance(pair.i, pair.j)))
        {
            if (part[i] != part[j])
            {
                var (from, to) = (part[i], part[j]);
                part = Array.ConvertAll(part, p => p == from ? to : p);
                edges.Add(distance(i, j));
            }
        }

        return edges;
    }
}
