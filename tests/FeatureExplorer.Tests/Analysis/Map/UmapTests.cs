using FeatureExplorer.Analysis.Map;

namespace FeatureExplorer.Tests.Analysis.Map;

public sealed class UmapTests
{
    private const int Neighbours = Umap.Neighbours - 1;

    [Theory]
    [InlineData(0.1, 1.577, 0.895)]
    [InlineData(0.01, 1.896, 0.801)]
    public void Fit_OfALeastDistance_IsThePublishedCurve(double distance, double a, double b)
    {
        var curve = UmapCurve.Fit(distance);
        Assert.Equal(a, curve.A, 2e-3);
        Assert.Equal(b, curve.B, 1e-3);
        foreach (var (da, db) in ((double, double)[])[(0.01, 0), (-0.01, 0), (0, 0.01), (0, -0.01), (0.01, 0.005), (-0.01, -0.005)])
        {
            Assert.True(new UmapCurve(curve.A + da, curve.B + db).Error(distance) > curve.Error(distance));
        }
    }

    [Fact]
    public void ByCosine_RandomAndEqualDirections_IsTheOrderOfAllPairs()
    {
        var rows = PlantedPoints.Clusters(7, 9, 13, 0.7f);
        rows[20] = rows[3];
        rows[40] = rows[3];
        using var buffer = PlantedPoints.Buffer(rows);

        var table = NeighbourTable.ByCosine(buffer, rows.Length, 13, 6, null, default);

        Assert.Equal(rows.Length, table.Points);
        for (var i = 0; i < rows.Length; i++)
        {
            var expected = PlantedPoints.Ranked(rows.Length, i, j => ReferenceEquals(rows[i], rows[j]) ? 0 : 1 - PlantedPoints.Cosine(rows[i], rows[j])).Take(6).ToList();
            Assert.Equal(expected, table.Index[(i * 6)..((i + 1) * 6)]);
            Assert.All(expected.Index(), e => Assert.Equal(1 - PlantedPoints.Cosine(rows[i], rows[e.Item]), table.Distance[(i * 6) + e.Index], 2e-6));
        }

        Assert.Equal([20, 40], table.Index[18..20]);
        Assert.Equal([0f, 0f], table.Distance[18..20]);
    }

    [Fact]
    public void Graph_OfNeighbours_HasTheWeightsOfAPlainSolution()
    {
        var rows = PlantedPoints.Clusters(4, 10, 8, 0.8f);
        using var buffer = PlantedPoints.Buffer(rows);
        var table = NeighbourTable.ByCosine(buffer, rows.Length, 8, 9, null, default);
        var directed = new double[rows.Length, rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            var distances = table.Distance[(i * 9)..((i + 1) * 9)];
            double Sum(double sigma) => distances.Sum(d => Math.Exp(-(d - distances[0]) / sigma));
            var sigma = Enumerable.Range(0, 200_000).Select(static s => Math.Exp(-12 + (s * 1e-4))).MinBy(s => Math.Abs(Sum(s) - Math.Log2(10)));
            for (var e = 0; e < 9; e++)
            {
                directed[i, table.Index[(i * 9) + e]] = Math.Exp(-(distances[e] - distances[0]) / sigma);
            }
        }

        var graph = FuzzyGraph.Of(table, rows.Length);

        for (var i = 0; i < rows.Length; i++)
        {
            var row = new double[rows.Length];
            for (var e = graph.Starts[i]; e < graph.Starts[i + 1]; e++)
            {
                row[graph.Targets[e]] = graph.Weights[e];
            }

            for (var j = 0; j < rows.Length; j++)
            {
                Assert.Equal(directed[i, j] + directed[j, i] - (directed[i, j] * directed[j, i]), row[j], 2e-3);
            }
        }
    }

    [Fact]
    public void Embed_PlantedClusters_KeepsNeighbourhoods()
    {
        var rows = PlantedPoints.Clusters(10, 30, 32, 0.3f);
        var embedding = Embed(rows, 2);
        var (trust, overlap) = PlantedPoints.Kept(rows, embedding, 2, Neighbours);
        Assert.InRange(trust, 0.95, 1);
        Assert.InRange(overlap, 0.6, 1);
    }

    [Fact]
    public void Embed_Ring_KeepsNeighboursAlongIt()
    {
        var rows = PlantedPoints.Ring(300);
        var (trust, overlap) = PlantedPoints.Kept(rows, Embed(rows, 2), 2, Neighbours);
        Assert.InRange(trust, 0.98, 1);
        Assert.InRange(overlap, 0.8, 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(6)]
    public void Embed_FewerPointsThanNeighbours_HasAPlaceForEach(int count)
    {
        var embedding = Embed([.. PlantedPoints.Clusters(2, 3, 5, 0.5f).Take(count)], 2);
        Assert.Equal(2 * count, embedding.Length);
        Assert.All(embedding, static x => Assert.True(float.IsFinite(x)));
    }

    [Fact]
    public void Embed_EqualDirections_StaysFinite()
    {
        var row = PlantedPoints.Clusters(1, 1, 6, 0)[0];
        Assert.All(Embed([.. Enumerable.Repeat(row, 40)], 2), static x => Assert.True(float.IsFinite(x)));
    }

    private static float[] Embed(float[][] rows, int dimensions)
    {
        using var buffer = PlantedPoints.Buffer(rows);
        var table = NeighbourTable.ByCosine(buffer, rows.Length, rows.Length == 0 ? 1 : rows[0].Length, Neighbours, null, default);
        return Umap.Embed(FuzzyGraph.Of(table, rows.Length), dimensions, FeatureMapper.PlaneDistance, 1, default);
    }
}
