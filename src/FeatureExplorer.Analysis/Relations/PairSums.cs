using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Analysis.Relations;

/// <summary>
/// Σfg and the number of tokens on which both fire, for a range of units of one index and all units of another: each activation f meets
/// the row of g at its token. Zeros contribute nothing, so the sums over the activations are those over all tokens. Every sum runs over
/// the tokens in order on one thread: the same bits for any number of threads.
/// </summary>
internal sealed unsafe class PairSums : IDisposable
{
    private const int UnitsPerTask = 16;

    // Native, so that a hundred megabytes and more go back when a pair of dictionaries is done, and not when the collector comes round to them.
    private readonly FloatBuffer _memory;
    private readonly double* _products;
    private readonly int* _together;
    private readonly int _stride;

    /// <param name="maxUnits">Most units of a range.</param>
    /// <param name="rows">The other side's activations by token.</param>
    public PairSums(int maxUnits, TokenRows rows)
    {
        _stride = rows.Stride;
        var pairs = (long)maxUnits * _stride;
        _memory = new FloatBuffer(pairs * (sizeof(double) + sizeof(int)) / sizeof(float));
        _products = (double*)_memory.Pointer;
        _together = (int*)(_products + pairs);
    }

    /// <summary>Memory that one unit of a range takes, bytes.</summary>
    public static int BytesPerUnit(int others) => (others + 8) * (sizeof(double) + sizeof(int));

    /// <summary>[others] Σfg of a unit of the range.</summary>
    public ReadOnlySpan<double> Products(int unit) => new(_products + ((nint)unit * _stride), _stride);

    /// <summary>[others] number of tokens on which both fire.</summary>
    public ReadOnlySpan<int> Together(int unit) => new(_together + ((nint)unit * _stride), _stride);

    public void Dispose() => _memory.Dispose();

    /// <summary>Sums over all tokens.</summary>
    /// <param name="index">This side.</param>
    /// <param name="first">First unit of the range.</param>
    /// <param name="count">Units of the range.</param>
    /// <param name="rows">The other side.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Looked at before every block of tokens.</param>
    public void Run(ActivationIndex index, int first, int count, TokenRows rows, IProgress<double>? progress, CancellationToken cancellation)
    {
        NativeMemory.Clear(_memory.Pointer, (nuint)_memory.Length * sizeof(float));
        var block = new ActivationBlock(index, first, count);
        for (long start = 0; start < index.Tokens; start += rows.BlockTokens)
        {
            cancellation.ThrowIfCancellationRequested();
            var end = Math.Min(index.Tokens, start + rows.BlockTokens);
            rows.Load(start, (int)(end - start));
            block.Load(start, (int)(end - start));
            WorkerPool.For((count + UnitsPerTask - 1) / UnitsPerTask, (task, _) =>
            {
                for (var unit = task * UnitsPerTask; unit < Math.Min(count, (task + 1) * UnitsPerTask); unit++)
                {
                    Add(block, first + unit, unit, rows);
                }
            });
            progress?.Report((double)end / index.Tokens);
        }
    }

    private void Add(ActivationBlock block, int feature, int unit, TokenRows rows)
    {
        var tokens = block.Tokens(feature);
        var values = block.Values(feature);
        var products = _products + ((nint)unit * _stride);
        var together = _together + ((nint)unit * _stride);
        for (var at = 0; at < values.Length; at++)
        {
            var token = tokens[at];
            if (rows.IsDense)
            {
                AddDense((float)values[at], rows.Dense(token), products, together);
            }
            else
            {
                AddSparse((float)values[at], rows, token, products, together);
            }
        }
    }

    private void AddDense(float value, float* row, double* products, int* together)
    {
        var f = Vector256.Create((double)value);
        for (var other = 0; other < _stride; other += Vector256<float>.Count)
        {
            var g = Vector256.Load(row + other);
            var (low, high) = Vector256.Widen(g);
            (Vector256.Load(products + other) + (f * low)).Store(products + other);
            (Vector256.Load(products + other + 4) + (f * high)).Store(products + other + 4);
            // The comparison gives −1 where g fires.
            (Vector256.Load(together + other) - Vector256.GreaterThan(g, Vector256<float>.Zero).AsInt32()).Store(together + other);
        }
    }

    private static void AddSparse(float value, TokenRows rows, int token, double* products, int* together)
    {
        var units = rows.UnitsAt(token);
        var values = rows.ValuesAt(token);
        var f = (double)value;
        for (var k = 0; k < units.Length; k++)
        {
            products[units[k]] += f * values[k];
            together[units[k]]++;
        }
    }
}
