using System.Numerics.Tensors;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer;

/// <summary>
/// Unembedding and cross-entropy in one: logits = x · W_Uᵀ, loss = log Σ exp(logits) − logit of the target, nats. The logits of a batch are
/// never stored. A block of tokens has its logits transposed, [V, 48 tokens] (see <see cref="Lanes"/>): the softmax runs down the lanes,
/// the panel is the packed factor of dxᵀ = W_Uᵀ · P, and the division by the softmax's sum is put off to the small matrices x and dx.
/// The blocks form a fixed number of groups with a dW_U each, combined in order: the same bits for any number of threads.
/// </summary>
internal sealed unsafe class UnembeddingLoss : IDisposable
{
    private const int Lane = MatrixProduct.TileColumns;
    private const int PanelsPerBlock = 4;
    private const int BlockTokens = Lane * PanelsPerBlock;
    private const int Groups = 8;
    private const int SliceDepth = 256;
    private const int ChunkRows = 128;
    private readonly int _width;
    private readonly int _vocabulary;
    private readonly int _paddedWidth;
    private readonly FloatBuffer _rows;
    private readonly FloatBuffer? _columns;
    private readonly FloatBuffer? _groupGradients;
    private readonly ThreadScratch _scratch;
    private readonly double[] _groupLoss = new double[Groups];

    public UnembeddingLoss(int width, int vocabulary, bool training)
    {
        (_width, _vocabulary) = (width, vocabulary);
        _paddedWidth = (width + 7) / 8 * 8;
        var paddedVocabulary = (vocabulary + 7) / 8 * 8;
        _rows = new FloatBuffer((long)paddedVocabulary * width);
        _columns = training ? new FloatBuffer((long)vocabulary * _paddedWidth) : null;
        _groupGradients = training ? new FloatBuffer((long)Groups * vocabulary * width) : null;
        _scratch = new ThreadScratch(Workspace.Length(vocabulary, _paddedWidth, training ? PanelsPerBlock : 1));
    }

    /// <summary>To be called after every change of the weights [V, width].</summary>
    public void Pack(float* weights) => WorkerPool.For((_vocabulary + SliceDepth - 1) / SliceDepth, (slice, _) =>
    {
        var first = slice * SliceDepth;
        var count = Math.Min(SliceDepth, _vocabulary - first);
        MatrixProduct.PackA(false, weights, _width, first, count, 0, _width, _rows.Pointer + ((nint)first * _width));
        if (_columns is not null)
        {
            MatrixProduct.PackA(true, weights, _width, 0, _width, first, count, _columns.Pointer + ((nint)first * _paddedWidth));
        }
    });

    /// <summary>losses[tokens] of x[tokens, width] against the targets.</summary>
    public void Forward(float* x, ushort* targets, int tokens, float* losses)
    {
        _scratch.Prepare();
        WorkerPool.For((tokens + Lane - 1) / Lane, (panel, thread) =>
        {
            var work = new Workspace(_scratch[thread], _paddedWidth, 1);
            var first = panel * Lane;
            var count = Math.Min(Lane, tokens - first);
            Probabilities(x + ((nint)first * _width), targets + first, count, work.Logits, losses + first, work);
        });
    }

    /// <summary>The mean loss; overwrites its gradients dx[tokens, width] and dWeights[V, width].</summary>
    public double ForwardBackward(float* x, ushort* targets, int tokens, float* dx, float* dWeights)
    {
        _scratch.Prepare();
        var blocks = (tokens + BlockTokens - 1) / BlockTokens;
        var groups = Math.Min(Groups, blocks);
        var size = (nint)_vocabulary * _width;
        WorkerPool.For(groups, (group, thread) =>
        {
            var gradient = _groupGradients!.Pointer + (group * size);
            var work = new Workspace(_scratch[thread], _paddedWidth, PanelsPerBlock);
            var (start, end) = (blocks * group / groups, blocks * (group + 1) / groups);
            var loss = 0.0;
            for (var block = start; block < end; block++)
            {
                loss += Block(x, targets, tokens, block * BlockTokens, dx, gradient, accumulate: block > start, work);
            }
            _groupLoss[group] = loss;
        });
        CombineGroups(groups, size, dWeights);
        return _groupLoss.AsSpan(0, groups).ToArray().Sum() / tokens;
    }

    public void Dispose()
    {
        _rows.Dispose();
        _columns?.Dispose();
        _groupGradients?.Dispose();
        _scratch.Dispose();
    }

    /// <summary>Up to four panels of tokens: their losses, their dx, and one addition to the group's dW_U for all of them.</summary>
    private double Block(float* x, ushort* targets, int tokens, int first, float* dx, float* gradient, bool accumulate, Workspace work)
    {
        var losses = stackalloc float[Lane];
        var factor = stackalloc float[Lane];
        var panels = Math.Min(PanelsPerBlock, (tokens - first + Lane - 1) / Lane);
        var total = 0.0;
        for (var panel = 0; panel < panels; panel++)
        {
            var token = first + (panel * Lane);
            var count = Math.Min(Lane, tokens - token);
            var rows = x + ((nint)token * _width);
            var logits = work.Logits + ((nint)panel * _vocabulary * Lane);
            Probabilities(rows, targets + token, count, logits, losses, work);
            for (var lane = 0; lane < Lane; lane++)
            {
                // p − 1 at the target, times the sum by which p is still to be divided
                factor[lane] = lane < count ? 1 / (work.Sum[lane] * tokens) : 0;
                if (lane < count)
                {
                    logits[((nint)targets[token + lane] * Lane) + lane] -= work.Sum[lane];
                    total += losses[lane];
                }
            }
            InputGradient(logits, factor, count, dx + ((nint)token * _width), work);
            ScaleInputs(rows, factor, count, panel, panels, work);
        }
        WeightGradient(panels, gradient, accumulate, work);
        return total;
    }

    /// <summary>logits[V, 48] of up to 48 tokens become exp(logit − max); leaves their sums and writes the losses.</summary>
    private void Probabilities(float* x, ushort* targets, int count, float* logits, float* losses, Workspace work)
    {
        var max = stackalloc float[Lane];
        new Span<float>(max, Lane).Fill(float.MinValue);
        new Span<float>(work.Sum, Lane).Clear();
        MatrixProduct.PackB(true, x, _width, 0, count, 0, _width, work.PackedB);
        for (var row = 0; row < _vocabulary; row += ChunkRows)
        {
            var rows = Math.Min(ChunkRows, _vocabulary - row);
            var chunk = logits + ((nint)row * Lane);
            MatrixProduct.MultiplyPanel(_rows.Pointer + ((nint)row * _width), work.PackedB, rows, Lane, Lane, _width, chunk, Lane, false);
            Lanes.Max(chunk, rows, Lane, max);
        }
        for (var lane = 0; lane < count; lane++)
        {
            losses[lane] = max[lane] - logits[((nint)targets[lane] * Lane) + lane];
        }
        Lanes.Exp(logits, _vocabulary, Lane, 1, max, work.Sum);
        for (var lane = 0; lane < count; lane++)
        {
            losses[lane] += MathF.Log(work.Sum[lane]);
        }
    }

    /// <summary>dxᵀ = W_Uᵀ · P, then scaled and transposed into the rows of dx.</summary>
    private void InputGradient(float* p, float* factor, int count, float* dx, Workspace work)
    {
        for (var k = 0; k < _vocabulary; k += SliceDepth)
        {
            var depth = Math.Min(SliceDepth, _vocabulary - k);
            MatrixProduct.MultiplyPanel(
                _columns!.Pointer + ((nint)k * _paddedWidth), p + ((nint)k * Lane), _width, Lane, Lane, depth, work.Transposed, Lane, k > 0);
        }
        Lanes.Scale(work.Transposed, _width, Lane, factor);
        Lanes.Transpose(work.Transposed, Lane, _width, count, dx, _width, work.PackedB);
    }

    /// <summary>x times its factor, as packed panels [tokens of the block, 48 | 32 | 16 columns]; missing tokens are zero.</summary>
    private void ScaleInputs(float* x, float* factor, int count, int panel, int panels, Workspace work)
    {
        var target = work.Scaled;
        for (var column = 0; column < _width; column += Lane)
        {
            var columns = Math.Min(Lane, _width - column);
            var width = MatrixTile.WidthFor(columns);
            for (var lane = 0; lane < Lane; lane++)
            {
                var row = new Span<float>(target + (((panel * Lane) + lane) * width), width);
                row.Clear();
                if (lane < count)
                {
                    TensorPrimitives.Multiply(new ReadOnlySpan<float>(x + ((nint)lane * _width) + column, columns), factor[lane], row);
                }
            }
            target += panels * Lane * width;
        }
    }

    /// <summary>dW_U[V, width] (+)= P[V, tokens of the block] · (scaled x).</summary>
    private void WeightGradient(int panels, float* gradient, bool accumulate, Workspace work)
    {
        var depth = panels * Lane;
        for (var row = 0; row < _vocabulary; row += MatrixProduct.TileRows)
        {
            var rows = Math.Min(MatrixProduct.TileRows, _vocabulary - row);
            for (var panel = 0; panel < panels; panel++)
            {
                var logits = work.Logits + ((nint)((panel * _vocabulary) + row) * Lane);
                MatrixProduct.PackA(false, logits, Lane, 0, rows, 0, Lane, work.PackedA + (panel * Lane * MatrixProduct.TileRows));
            }
            var scaled = work.Scaled;
            for (var column = 0; column < _width; column += Lane)
            {
                var columns = Math.Min(Lane, _width - column);
                var width = MatrixTile.WidthFor(columns);
                MatrixProduct.MultiplyPanel(
                    work.PackedA, scaled, rows, columns, width, depth, gradient + ((nint)row * _width) + column, _width, accumulate);
                scaled += depth * width;
            }
        }
    }

    private void CombineGroups(int groups, nint size, float* dWeights)
    {
        const int Piece = 1 << 14;
        WorkerPool.For((int)((size + Piece - 1) / Piece), (piece, _) =>
        {
            var start = (nint)piece * Piece;
            var count = (int)Math.Min(Piece, size - start);
            var sum = new Span<float>(dWeights + start, count);
            new ReadOnlySpan<float>(_groupGradients!.Pointer + start, count).CopyTo(sum);
            for (var group = 1; group < groups; group++)
            {
                TensorPrimitives.Add(sum, new ReadOnlySpan<float>(_groupGradients.Pointer + (group * size) + start, count), sum);
            }
        });
    }

    /// <summary>Where things lie in a thread's scratch.</summary>
    private readonly struct Workspace(float* start, int width, int panels)
    {
        public readonly float* Sum = start;

        /// <summary>dxᵀ, [width, 48].</summary>
        public readonly float* Transposed = start + Lane;

        public readonly float* PackedB = start + Lane + ((nint)width * Lane);

        /// <summary>8 rows of the logits of a block.</summary>
        public readonly float* PackedA = start + Lane + ((nint)width * Lane) + ((nint)Math.Max(width, Lane) * Lane);

        /// <summary>x times its factor, packed; the last panel may be wider than its columns.</summary>
        public readonly float* Scaled = start + Lane + ((nint)width * Lane) + ((nint)Math.Max(width, Lane) * Lane) + (BlockTokens * MatrixProduct.TileRows);

        /// <summary>[panels, V, 48].</summary>
        public readonly float* Logits = start + Head(width, panels);

        public static long Length(int vocabulary, int width, int panels) => Head(width, panels) + ((long)panels * vocabulary * Lane);

        private static nint Head(int width, int panels) =>
            Lane + ((nint)width * Lane) + ((nint)Math.Max(width, Lane) * Lane) + (BlockTokens * MatrixProduct.TileRows) + ((nint)panels * Lane * (width + Lane));
    }
}
