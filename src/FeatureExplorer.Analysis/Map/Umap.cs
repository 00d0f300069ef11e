using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Analysis.Map;

/// <summary>
/// UMAP (McInnes, Healy and Melville 2018): an embedding whose neighbourhoods are those of a <see cref="FuzzyGraph"/>, by stochastic gradient descent with negative
/// samples, in the order of the edges. One thread embeds, so the result depends on the seed alone.
/// </summary>
public static class Umap
{
    /// <summary>Neighbours of a point, itself included, as in the paper (section 3).</summary>
    public const int Neighbours = 15;

    private const int NegativeSamples = 5;
    private const int ManyPoints = 10_000;
    private const int Epochs = 500;
    private const int EpochsOfMany = 200;
    private const float LargestStep = 4;
    private const float NearZero = 0.001f;

    /// <summary>Coordinates [n × dimensions].</summary>
    /// <param name="graph">The points.</param>
    /// <param name="dimensions">Of the embedding.</param>
    /// <param name="leastDistance">How close together points may lie.</param>
    /// <param name="seed">Decides the start and the samples.</param>
    /// <param name="cancellation">Stops it.</param>
    public static float[] Embed(FuzzyGraph graph, int dimensions, double leastDistance, ulong seed, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        var random = new CounterRandom(seed).Stream("umap");
        var layout = SpectralLayout.Of(graph, dimensions, random.Stream("layout"), cancellation);
        Optimise(graph, layout, dimensions, UmapCurve.Fit(leastDistance), random.Stream("negative"), cancellation);
        return layout;
    }

    private static void Optimise(FuzzyGraph graph, float[] layout, int dimensions, UmapCurve curve, CounterRandom random, CancellationToken cancellation)
    {
        var epochs = graph.Points > ManyPoints ? EpochsOfMany : Epochs;
        var largest = graph.Weights.Length > 0 ? graph.Weights.Max() : 0;
        var (heads, tails, every) = Edges(graph, largest, epochs);
        var (next, nextNegative) = ((float[])every.Clone(), every.Select(static e => e / NegativeSamples).ToArray());
        var (a, b, points) = ((float)curve.A, (float)curve.B, (ulong)graph.Points);
        var drawn = 0UL;
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            cancellation.ThrowIfCancellationRequested();
            var rate = 1 - ((float)epoch / epochs);
            for (var e = 0; e < heads.Length; e++)
            {
                if (next[e] > epoch)
                {
                    continue;
                }

                var head = layout.AsSpan(heads[e] * dimensions, dimensions);
                Attract(head, layout.AsSpan(tails[e] * dimensions, dimensions), a, b, rate);
                next[e] += every[e];
                var pause = every[e] / NegativeSamples;
                for (var left = (int)((epoch - nextNegative[e]) / pause); left > 0; left--)
                {
                    var other = (int)random.Bounded(drawn++, points);
                    nextNegative[e] += pause;
                    if (other != heads[e])
                    {
                        Repel(head, layout.AsSpan(other * dimensions, dimensions), a, b, rate);
                    }
                }
            }
        }
    }

    /// <summary>Edges that are used at least once, and how many epochs lie between two uses: as many as the largest weight is times theirs.</summary>
    private static (int[] Heads, int[] Tails, float[] Every) Edges(FuzzyGraph graph, float largest, int epochs)
    {
        var (heads, tails, every) = (new List<int>(), new List<int>(), new List<float>());
        for (var i = 0; i < graph.Points; i++)
        {
            for (var e = graph.Starts[i]; e < graph.Starts[i + 1]; e++)
            {
                if (graph.Weights[e] >= largest / epochs)
                {
                    heads.Add(i);
                    tails.Add(graph.Targets[e]);
                    every.Add(largest / graph.Weights[e]);
                }
            }
        }

        return ([.. heads], [.. tails], [.. every]);
    }

    private static void Attract(Span<float> head, Span<float> tail, float a, float b, float rate)
    {
        var square = Square(head, tail);
        if (square <= 0)
        {
            return;
        }

        var power = MathF.Pow(square, b);
        var pull = -2 * a * b * power / square / ((a * power) + 1);
        for (var d = 0; d < head.Length; d++)
        {
            var step = Math.Clamp(pull * (head[d] - tail[d]), -LargestStep, LargestStep) * rate;
            head[d] += step;
            tail[d] -= step;
        }
    }

    private static void Repel(Span<float> head, ReadOnlySpan<float> other, float a, float b, float rate)
    {
        var square = Square(head, other);
        if (square <= 0)
        {
            return;
        }

        var push = 2 * b / ((NearZero + square) * ((a * MathF.Pow(square, b)) + 1));
        for (var d = 0; d < head.Length; d++)
        {
            head[d] += Math.Clamp(push * (head[d] - other[d]), -LargestStep, LargestStep) * rate;
        }
    }

    private static float Square(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
    {
        var sum = 0f;
        for (var d = 0; d < one.Length; d++)
        {
            sum += (one[d] - other[d]) * (one[d] - other[d]);
        }

        return sum;
    }
}
