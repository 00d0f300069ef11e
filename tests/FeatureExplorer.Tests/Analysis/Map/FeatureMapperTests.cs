using FeatureExplorer.Analysis.Map;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Tests.Analysis.Map;

public sealed class FeatureMapperTests
{
    private const int Clusters = 12;

    [Fact]
    public void Map_PlantedClusters_FindsThemAndListsThemTogether()
    {
        using var dictionary = Of(PlantedPoints.Clusters(Clusters, 20, 48, 0.35f));
        var points = FeatureMapper.Map([(dictionary, static _ => true)], null, default);

        Assert.Equal(Enumerable.Range(0, dictionary.Features), points.Select(static p => p.Feature));
        Assert.InRange(PlantedPoints.AdjustedRand([.. points.Select(static p => p.Feature % Clusters)], [.. points.Select(static p => p.Cluster)]), 0.9, 1);
        Assert.Equal(Enumerable.Range(0, points.Count), points.Select(static p => p.Order).Order());
        var listed = points.OrderBy(static p => p.Order).Select(static p => p.Cluster).ToList();
        var first = listed.Where(static c => c != Hdbscan.None).Distinct().ToList();
        Assert.Equal(Enumerable.Range(0, first.Count), first);
        Assert.All(first, c => Assert.Equal(listed.Count(l => l == c), listed.LastIndexOf(c) - listed.IndexOf(c) + 1));
    }

    [Fact]
    public void Map_AgainAndOnOneThread_IsTheSame()
    {
        using var dictionary = Of(PlantedPoints.Clusters(Clusters, 12, 24, 0.5f));
        var expected = FeatureMapper.Map([(dictionary, static _ => true)], null, default);
        Assert.Equal(expected, FeatureMapper.Map([(dictionary, static _ => true)], null, default));
        // Within a job everything runs on the thread of the caller.
        WorkerPool.For(1, (_, _) => Assert.Equal(expected, FeatureMapper.Map([(dictionary, static _ => true)], null, default)));
    }

    [Fact]
    public void Map_TwoDictionaries_PutsTheSameDirectionsTogether()
    {
        var rows = PlantedPoints.Clusters(Clusters, 20, 48, 0.35f);
        using var large = Of(rows);
        using var small = Of([.. rows.Take(Clusters * 2)]);
        var points = FeatureMapper.Map([(large, static _ => true), (small, static _ => true)], null, default);

        Assert.Equal(rows.Length + (Clusters * 2), points.Count);
        Assert.InRange(PlantedPoints.AdjustedRand([.. points.Select(static p => p.Feature % Clusters)], [.. points.Select(static p => p.Cluster)]), 0.9, 1);
    }

    [Fact]
    public void Map_DeadFeaturesAndEmptyDirections_AreLeftOut()
    {
        var rows = PlantedPoints.Clusters(4, 10, 16, 0.3f);
        rows[7] = new float[16];
        using var dictionary = Of(rows);
        var points = FeatureMapper.Map([(dictionary, static feature => feature % 5 != 0)], null, default);
        Assert.Equal(Enumerable.Range(0, 40).Where(static f => f % 5 != 0 && f != 7), points.Select(static p => p.Feature));
        Assert.Empty(FeatureMapper.Map([(dictionary, static _ => false)], null, default));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(40)]
    public void Map_EqualDirections_HaveFinitePlaces(int count)
    {
        using var dictionary = Of([.. Enumerable.Repeat(PlantedPoints.Clusters(1, 1, 8, 0)[0], count)]);
        var points = FeatureMapper.Map([(dictionary, static _ => true)], null, default);
        Assert.Equal(count, points.Count);
        Assert.All(points, static p => Assert.True(float.IsFinite(p.X) && float.IsFinite(p.Y)));
        Assert.Equal(Enumerable.Range(0, count), points.Select(static p => p.Order).Order());
    }

    [Fact]
    public void MapBenchmark_PlantedClusters_FindsThem()
    {
        var result = MapBenchmark.Run(120, 6, 16);
        Assert.Equal((120, 6, 16), (result.Features, result.Planted, result.Inputs));
        Assert.InRange(result.Found, 4, 12);
        Assert.InRange(result.Together, 0.8, 1);
    }

    private static SparseAutoencoder Of(float[][] rows)
    {
        var dictionary = new SparseAutoencoder(rows[0].Length, rows.Length);
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i].CopyTo(dictionary.DecoderRow(i));
        }

        return dictionary;
    }
}
