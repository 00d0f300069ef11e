using System.Numerics.Tensors;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Analysis.Map;

/// <summary>
/// The map of one dictionary or of two jointly (paper, section 3): every feature that fires, by the direction of its decoder row. UMAP by cosine distance with 15
/// neighbours makes the plane (least distance 0.05) and ten dimensions (0.1) in which HDBSCAN finds clusters of at least three; the order of the list is a UMAP to one dimension of
/// the clusters' medoids and the features outside of all.
/// </summary>
public static class FeatureMapper
{
    /// <summary>Least distance in the plane.</summary>
    public const double PlaneDistance = 0.05;

    /// <summary>Least distance in the embeddings for clusters and for the list.</summary>
    public const double ClusterDistance = 0.1;

    /// <summary>Dimensions in which clusters are looked for.</summary>
    public const int ClusterDimensions = 10;

    /// <summary>Features of the smallest cluster.</summary>
    public const int SmallestCluster = 3;

    private const ulong Seed = 1;

    /// <summary>The points, by dictionary and index.</summary>
    /// <param name="dictionaries">One or two that write the same site, each with whether a feature fires. Dead features and those without a direction are left out.</param>
    /// <param name="progress">Share that is done.</param>
    /// <param name="cancellation">Stops it.</param>
    public static IReadOnlyList<MapPoint> Map(
        IReadOnlyList<(SparseAutoencoder Dictionary, Func<int, bool> Fires)> dictionaries, IProgress<double>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(dictionaries);
        var (features, inputs) = (Features(dictionaries), dictionaries[0].Dictionary.Outputs);
        var n = features.Count;
        using var directions = new FloatBuffer((long)n * inputs);
        for (var i = 0; i < n; i++)
        {
            var row = dictionaries[features[i].Set].Dictionary.DecoderRow(features[i].Feature);
            TensorPrimitives.Divide(row, TensorPrimitives.Norm(row), directions.Span((long)i * inputs, inputs));
        }

        var graph = Graph(directions, n, inputs, progress, cancellation);
        float[] plane = [], deep = [];
        WorkerPool.For(2, (task, _) =>
        {
            if (task == 0)
            {
                deep = Umap.Embed(graph, ClusterDimensions, ClusterDistance, Seed, cancellation);
            }
            else
            {
                plane = Umap.Embed(graph, 2, PlaneDistance, Seed, cancellation);
            }
        });
        progress?.Report(0.8);
        var clusters = Hdbscan.Cluster(deep, ClusterDimensions, SmallestCluster, null, cancellation);
        progress?.Report(0.9);
        var order = Order(directions, inputs, clusters, cancellation);
        return Points(features, plane, clusters, order);
    }

    private static List<(int Set, int Feature)> Features(IReadOnlyList<(SparseAutoencoder Dictionary, Func<int, bool> Fires)> dictionaries) =>
    [
        .. from set in Enumerable.Range(0, dictionaries.Count)
           from feature in Enumerable.Range(0, dictionaries[set].Dictionary.Features)
           where dictionaries[set].Fires(feature) && TensorPrimitives.Norm(dictionaries[set].Dictionary.DecoderRow(feature)) is > 0 and < float.PositiveInfinity
           select (set, feature),
    ];

    private static FuzzyGraph Graph(FloatBuffer directions, int count, int inputs, IProgress<double>? progress, CancellationToken cancellation)
    {
        var table = NeighbourTable.ByCosine(directions, count, inputs, Umap.Neighbours - 1, progress is null ? null : new Part(progress), cancellation);
        return FuzzyGraph.Of(table, count);
    }

    /// <summary>The points in the order of the list: medoids and features outside of all clusters by their place on a line, behind each medoid its cluster, the nearest first.</summary>
    private static int[] Order(FloatBuffer directions, int inputs, int[] clusters, CancellationToken cancellation)
    {
        var members = Enumerable.Range(0, clusters.Length).Where(i => clusters[i] != Hdbscan.None).GroupBy(i => clusters[i])
            .Select(group => ByNearness(directions, inputs, [.. group])).ToDictionary(static ranked => ranked[0]);
        var heads = Enumerable.Range(0, clusters.Length).Where(i => clusters[i] == Hdbscan.None || members.ContainsKey(i)).ToList();
        using var rows = new FloatBuffer((long)heads.Count * inputs);
        foreach (var (number, head) in heads.Index())
        {
            directions.Span((long)head * inputs, inputs).CopyTo(rows.Span((long)number * inputs, inputs));
        }

        var line = Umap.Embed(Graph(rows, heads.Count, inputs, null, cancellation), 1, ClusterDistance, Seed, cancellation);
        return [.. heads.Index().OrderBy(head => line[head.Index]).SelectMany(head => members.GetValueOrDefault(head.Item, [head.Item]))];
    }

    /// <summary>The members of a cluster by cosine to its medoid, the one whose cosines to the others add up to most; the medoid comes first.</summary>
    private static int[] ByNearness(FloatBuffer directions, int inputs, int[] members)
    {
        var sum = new float[inputs];
        foreach (var member in members)
        {
            TensorPrimitives.Add(sum, directions.Span((long)member * inputs, inputs), sum);
        }

        float Cosine(int member, ReadOnlySpan<float> other) => TensorPrimitives.Dot(directions.Span((long)member * inputs, inputs), other);
        var medoid = members.MaxBy(member => Cosine(member, sum));
        return [.. members.OrderBy(member => member != medoid).ThenByDescending(member => Cosine(member, directions.Span((long)medoid * inputs, inputs)))];
    }

    private static MapPoint[] Points(List<(int Set, int Feature)> features, float[] plane, int[] clusters, int[] order)
    {
        var (place, numbers) = (new int[order.Length], new Dictionary<int, int> { [Hdbscan.None] = Hdbscan.None });
        foreach (var (number, point) in order.Index())
        {
            place[point] = number;
            numbers.TryAdd(clusters[point], numbers.Count - 1);
        }

        return [.. features.Select((feature, i) => new MapPoint(feature.Set, feature.Feature, plane[2 * i], plane[(2 * i) + 1], numbers[clusters[i]], place[i]))];
    }

    /// <summary>Finding neighbours is the first fifth.</summary>
    private sealed class Part(IProgress<double> whole) : IProgress<double>
    {
        public void Report(double value) => whole.Report(value / 5);
    }
}
