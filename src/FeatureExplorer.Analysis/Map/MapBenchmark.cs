using System.Diagnostics;
using System.Numerics.Tensors;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Analysis.Map;

/// <summary>How long a map takes: all of <see cref="FeatureMapper"/> on directions in planted clusters.</summary>
public static class MapBenchmark
{
    private const float Spread = 0.5f;

    /// <param name="Features">Directions.</param>
    /// <param name="Inputs">Length of each.</param>
    /// <param name="Planted">Clusters that are there.</param>
    /// <param name="Threads">Threads used.</param>
    /// <param name="Seconds">Neighbours, embeddings, clusters and order together.</param>
    /// <param name="Found">Clusters found.</param>
    /// <param name="Together">Share of the directions whose cluster holds, for the most part, directions of their own planted one.</param>
    /// <param name="PeakMemoryBytes">Most memory that the process has held.</param>
    public sealed record Result(int Features, int Inputs, int Planted, int Threads, double Seconds, int Found, double Together, long PeakMemoryBytes);

    /// <summary>Maps once.</summary>
    /// <param name="features">Directions, at least twice the clusters.</param>
    /// <param name="clusters">Planted clusters, at least 1; direction i belongs to cluster i % clusters.</param>
    /// <param name="inputs">Length of a direction.</param>
    /// <param name="progress">Share that is done.</param>
    /// <param name="cancellation">Stops it.</param>
    public static Result Run(int features, int clusters, int inputs = 512, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clusters, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 2 * clusters);
        using var dictionary = Planted(features, clusters, inputs);
        var start = Stopwatch.GetTimestamp();
        var points = FeatureMapper.Map([(dictionary, static _ => true)], progress, cancellation);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new Result(
            features, inputs, clusters, WorkerPool.Threads, seconds, points.Where(static p => p.Cluster != Hdbscan.None).DistinctBy(static p => p.Cluster).Count(), Together(points, clusters),
            Process.GetCurrentProcess().PeakWorkingSet64);
    }

    private static double Together(IReadOnlyList<MapPoint> points, int clusters) =>
        points.Where(static p => p.Cluster != Hdbscan.None).GroupBy(static p => p.Cluster)
            .Sum(found => found.GroupBy(p => p.Feature % clusters).Max(static own => own.Count())) / (double)points.Count;

    private static SparseAutoencoder Planted(int features, int clusters, int inputs)
    {
        var (random, dictionary) = (new CounterRandom(1), new SparseAutoencoder(inputs, features));
        var (centres, noise) = (random.Stream("centres"), random.Stream("noise"));
        WorkerPool.For(features, (feature, _) =>
        {
            var row = dictionary.DecoderRow(feature);
            for (var d = 0; d < inputs; d++)
            {
                row[d] = centres.Normal((ulong)(((feature % clusters) * (long)inputs) + d)) + (Spread * noise.Normal((ulong)((feature * (long)inputs) + d)));
            }

            TensorPrimitives.Divide(row, TensorPrimitives.Norm(row), row);
        });
        return dictionary;
    }
}
