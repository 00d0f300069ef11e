using System.Runtime.InteropServices;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Analysis.Splitting;

/// <summary>
/// Masked cosine of the activations f and g of two features (paper, section on feature splitting): their cosine over the tokens on which one of the two fires,
/// computed for either and the larger taken: max(Σfg / √(Σf² Σ[f&gt;0]g²), Σfg / √(Σ[g&gt;0]f² Σg²)). Exact over all tokens that the indices cover, in bounded
/// memory: ranges of features whose sums fit. Each sum runs over the tokens in order on one thread: the same bits for any number of threads.
/// </summary>
public sealed unsafe class MaskedCosines : IDisposable
{
    /// <summary>Pairs below it are not kept: the paper draws an edge above about 0.4.</summary>
    public const float Least = 0.2f;

    // A cosine over a few dozen tokens of millions is mostly chance.
    private const long TokensPerFiring = 20_000;

    private const long RangeBytes = 192L << 20;
    private const int SumsOfPair = 3;
    private const int FeaturesPerTask = 8;

    private readonly ActivationIndex _small;
    private readonly ActivationIndex _large;
    private readonly TokenRows _rows;
    private readonly int _most;
    private readonly FloatBuffer _memory;
    private readonly double* _sums;
    private double[]? _largeSquares;

    private MaskedCosines(ActivationIndex small, ActivationIndex large)
    {
        (_small, _large) = (small, large);
        _rows = new TokenRows(large);
        var perFeature = (long)SumsOfPair * sizeof(double) * _rows.Stride;
        _most = (int)Math.Clamp(RangeBytes / perFeature, 1, small.Features);
        _memory = new FloatBuffer(_most * perFeature / sizeof(float));
        _sums = (double*)_memory.Pointer;
    }

    /// <summary>Features that fire more rarely are left out: on 20 tokens, and on one of 20,000.</summary>
    /// <param name="tokens">Tokens that the indices cover.</param>
    public static long LeastActivations(long tokens) => Math.Max(FeatureReport.UltralowActivations, tokens / TokensPerFiring);

    /// <summary>All pairs whose masked cosine is at least <see cref="Least"/>, of features that fire at least <see cref="LeastActivations"/> times.</summary>
    /// <param name="small">The smaller dictionary's activations.</param>
    /// <param name="large">The larger one's, on the same tokens.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Looked at before every block of tokens.</param>
    /// <returns>By feature of the smaller one, then by similarity, largest first, ties by feature.</returns>
    /// <exception cref="ArgumentException">The two indices cover different tokens.</exception>
    public static IReadOnlyList<SplittingEdge> Of(
        ActivationIndex small, ActivationIndex large, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(small);
        ArgumentNullException.ThrowIfNull(large);
        if (!UnitRelator.SameTokens(small, large))
        {
            throw new ArgumentException(
                $"{small.Path} covers {small.Tokens} tokens of corpus {small.Header.Corpus}, {large.Path} {large.Tokens} of {large.Header.Corpus}: "
                + "only activations on the same tokens can be compared.",
                nameof(large));
        }

        using var cosines = new MaskedCosines(small, large);
        var edges = new List<SplittingEdge>();
        for (var first = 0; first < small.Features; first += cosines._most)
        {
            var count = Math.Min(cosines._most, small.Features - first);
            cosines.Run(first, count, progress, cancellation);
            edges.AddRange(cosines.Edges(first, count));
        }

        return edges;
    }

    public void Dispose()
    {
        _rows.Dispose();
        _memory.Dispose();
    }

    /// <summary>The sums of one feature of the range: Σfg, Σ[g&gt;0]f² and Σ[f&gt;0]g², [3, Stride].</summary>
    private double* Sums(int row) => _sums + ((nint)row * SumsOfPair * _rows.Stride);

    private void Run(int first, int count, IProgress<double>? progress, CancellationToken cancellation)
    {
        NativeMemory.Clear(_memory.Pointer, (nuint)_memory.Length * sizeof(float));
        var block = new ActivationBlock(_small, first, count);
        for (long start = 0; start < _small.Tokens; start += _rows.BlockTokens)
        {
            cancellation.ThrowIfCancellationRequested();
            var tokens = (int)Math.Min(_rows.BlockTokens, _small.Tokens - start);
            _rows.Load(start, tokens);
            block.Load(start, tokens);
            WorkerPool.For((count + FeaturesPerTask - 1) / FeaturesPerTask, (task, _) =>
            {
                for (var row = task * FeaturesPerTask; row < Math.Min(count, (task + 1) * FeaturesPerTask); row++)
                {
                    Add(block.Tokens(first + row), block.Values(first + row), Sums(row));
                }
            });
            progress?.Report((first + (count * ((double)(start + tokens) / _small.Tokens))) / _small.Features);
        }
    }

    private void Add(ReadOnlySpan<int> tokens, ReadOnlySpan<Half> values, double* sums)
    {
        var products = sums;
        var left = products + _rows.Stride;
        var right = left + _rows.Stride;
        for (var at = 0; at < tokens.Length; at++)
        {
            var f = (double)(float)values[at];
            if (_rows.IsDense)
            {
                var row = _rows.Dense(tokens[at]);
                for (var other = 0; other < _large.Features; other++)
                {
                    // Zeros add nothing to the first and third sum.
                    double g = row[other];
                    products[other] += f * g;
                    left[other] += g > 0 ? f * f : 0;
                    right[other] += g * g;
                }

                continue;
            }

            var units = _rows.UnitsAt(tokens[at]);
            var others = _rows.ValuesAt(tokens[at]);
            for (var k = 0; k < units.Length; k++)
            {
                double g = others[k];
                products[units[k]] += f * g;
                left[units[k]] += f * f;
                right[units[k]] += g * g;
            }
        }
    }

    private IEnumerable<SplittingEdge> Edges(int first, int count)
    {
        var (mine, theirs) = (Squares(_small, first, count), _largeSquares ??= Squares(_large, 0, _large.Features));
        var found = new SplittingEdge[count][];
        WorkerPool.For(count, (row, _) => found[row] = _small.Count(first + row) < LeastActivations(_small.Tokens) ? [] : EdgesOf(first, row, mine[row], theirs));
        return found.SelectMany(static edges => edges);
    }

    private SplittingEdge[] EdgesOf(int first, int row, double square, double[] squares)
    {
        var products = Sums(row);
        var left = products + _rows.Stride;
        var right = left + _rows.Stride;
        var edges = new List<SplittingEdge>();
        for (var other = 0; other < _large.Features; other++)
        {
            if (products[other] > 0 && _large.Count(other) >= LeastActivations(_large.Tokens))
            {
                var similarity = (float)Math.Min(1, products[other] / Math.Sqrt(Math.Min(square * right[other], left[other] * squares[other])));
                if (similarity >= Least)
                {
                    edges.Add(new SplittingEdge(first + row, other, similarity));
                }
            }
        }

        return [.. edges.OrderByDescending(static edge => edge.Similarity).ThenBy(static edge => edge.To)];
    }

    private static double[] Squares(ActivationIndex index, int first, int count)
    {
        var squares = new double[count];
        var scratch = new PerThread<Scratch>(static () => new Scratch()).Prepare();
        WorkerPool.For(count, (row, thread) =>
        {
            foreach (var value in index.ReadValues(first + row, ref scratch[thread].Values))
            {
                squares[row] += (double)(float)value * (float)value;
            }
        });
        return squares;
    }

    /// <summary>A thread's memory for activations.</summary>
    private sealed class Scratch
    {
        public Half[] Values = [];
    }
}
