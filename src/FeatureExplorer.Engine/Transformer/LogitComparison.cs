using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer.Layers;

namespace FeatureExplorer.Engine.Transformer;

/// <summary>
/// Compares the predictions p and q of two versions of a model for the same tokens: both cross-entropies, and KL(p ‖ q) = Σ p (log p − log q) over the
/// whole vocabulary, nats. The logits of a block of 48 tokens lie transposed, [V, 48], as in <see cref="UnembeddingLoss"/>; with c and e the logits
/// less their maxima, KL = Σ exp(c)(c − e) / Σ exp(c) − log Σ exp(c) + log Σ exp(e).
/// </summary>
internal sealed unsafe class LogitComparison(UnembeddingLoss unembedding, int width, int vocabulary) : IDisposable
{
    private const int Lane = MatrixProduct.TileColumns;
    private const int ChunkRows = 128;

    private readonly ThreadScratch _scratch = new(Length(width, vocabulary));

    /// <summary>x and y: final states [tokens, width] of the model as it is and as it was edited.</summary>
    /// <param name="x">Of p.</param>
    /// <param name="y">Of q.</param>
    /// <param name="targets">[tokens].</param>
    /// <param name="tokens">Rows of x and y.</param>
    /// <param name="xLosses">Receives −log p(target), [tokens].</param>
    /// <param name="yLosses">Receives −log q(target), [tokens].</param>
    /// <param name="divergences">Receives KL(p ‖ q), [tokens].</param>
    public void Compare(float* x, float* y, int* targets, int tokens, float* xLosses, float* yLosses, float* divergences)
    {
        _scratch.Prepare();
        WorkerPool.For((tokens + Lane - 1) / Lane, (block, thread) =>
        {
            var first = block * Lane;
            var count = Math.Min(Lane, tokens - first);
            var packed = _scratch[thread];
            var statistics = packed + ((nint)Lane * width);
            var p = statistics + (5 * Lane);
            var q = p + ((nint)vocabulary * Lane);
            Logits(x + ((nint)first * width), count, packed, p, statistics);
            Logits(y + ((nint)first * width), count, packed, q, statistics + Lane);
            for (var lane = 0; lane < count; lane++)
            {
                var target = ((nint)targets[first + lane] * Lane) + lane;
                xLosses[first + lane] = statistics[lane] - p[target];
                yLosses[first + lane] = statistics[Lane + lane] - q[target];
            }

            Sums(p, q, vocabulary, statistics);
            for (var lane = 0; lane < count; lane++)
            {
                var (logX, logY) = (Math.Log(statistics[(2 * Lane) + lane]), Math.Log(statistics[(3 * Lane) + lane]));
                xLosses[first + lane] += (float)logX;
                yLosses[first + lane] += (float)logY;
                divergences[first + lane] = (float)((statistics[(4 * Lane) + lane] / (double)statistics[(2 * Lane) + lane]) - logX + logY);
            }
        });
    }

    public void Dispose() => _scratch.Dispose();

    /// <summary>logits[V, 48] of up to 48 tokens, and their maxima.</summary>
    private void Logits(float* x, int count, float* packed, float* logits, float* max)
    {
        MatrixProduct.PackB(true, x, width, 0, count, 0, width, packed);
        new Span<float>(max, Lane).Fill(float.MinValue);
        for (var row = 0; row < vocabulary; row += ChunkRows)
        {
            var rows = Math.Min(ChunkRows, vocabulary - row);
            var chunk = logits + ((nint)row * Lane);
            MatrixProduct.MultiplyPanel(unembedding.PackedRows + ((nint)row * width), packed, rows, Lane, Lane, width, chunk, Lane, false);
            unembedding.AddBias(chunk, row, rows);
            PanelColumns.Max(chunk, rows, Lane, max);
        }
    }

    /// <summary>statistics: max c, max e, then Σ exp(c), Σ exp(e) and Σ exp(c)(c − e) of each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sums(float* p, float* q, int rows, float* statistics)
    {
        for (var lane = 0; lane < Lane; lane += 8)
        {
            var maxP = Vector256.Load(statistics + lane);
            var maxQ = Vector256.Load(statistics + Lane + lane);
            var sumP = Vector256<float>.Zero;
            var sumQ = Vector256<float>.Zero;
            var cross = Vector256<float>.Zero;
            for (var row = 0; row < rows; row++)
            {
                var at = ((nint)row * Lane) + lane;
                var c = Vector256.Load(p + at) - maxP;
                var e = Vector256.Load(q + at) - maxQ;
                var exponential = VectorMath.Exp(c);
                sumP += exponential;
                sumQ += VectorMath.Exp(e);
                cross = Vector256.MultiplyAddEstimate(exponential, c - e, cross);
            }

            sumP.Store(statistics + (2 * Lane) + lane);
            sumQ.Store(statistics + (3 * Lane) + lane);
            cross.Store(statistics + (4 * Lane) + lane);
        }
    }

    private static long Length(int width, int vocabulary) => Lane * (width + 5L + (2L * vocabulary));
}
