using System.Numerics.Tensors;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer.Layers;

/// <summary>
/// Unembedding and cross-entropy in one: logits = x · W_Uᵀ, loss = log Σ exp(logits) − logit of the target, nats. The logits of a batch are
/// never stored. A block of tokens has its logits transposed, [V, 48 tokens] (see <see cref="PanelColumns"/>): the softmax runs down the lanes,
/// the panel is the packed factor of dxᵀ = W_Uᵀ · P, and the division by the softmax's sum is put off to the small matrices x and dx.
/// The blocks form a fixed number of groups with a dW_U each, combined in order: the same bits for any number of threads.
/// </summary>
internal sealed unsafe partial class UnembeddingLoss : IDisposable
{
    private const int Lane = MatrixProduct.TileColumns;
    private const int PanelsPerBlock = 4;
    private const int BlockTokens = Lane * PanelsPerBlock;
    private const int Groups = 8;
    private const int SliceDepth = 128;
    private const int ChunkRows = 128;
    private const int GradientRows = 64;
    private readonly int _width;
    private readonly int _vocabulary;
    private readonly int _paddedWidth;
    private readonly int _panels;
    private readonly FloatBuffer _rows;
    private readonly FloatBuffer? _columns;
    private readonly FloatBuffer? _groupGradients;
    private readonly ThreadScratch _scratch;
    private readonly double[] _groupLoss = new double[Groups];
    private float* _bias;

    public UnembeddingLoss(int width, int vocabulary, bool training)
    {
        (_width, _vocabulary) = (width, vocabulary);
        _paddedWidth = (width + 7) / 8 * 8;
        var paddedVocabulary = (vocabulary + 7) / 8 * 8;
        _rows = new FloatBuffer((long)paddedVocabulary * width);
        _columns = training ? new FloatBuffer((long)vocabulary * _paddedWidth) : null;
        _groupGradients = training ? new FloatBuffer((long)Groups * vocabulary * width) : null;
        _panels = training ? PanelsPerBlock : PanelsFor(vocabulary); // gradients are combined by block
        _scratch = new ThreadScratch(Workspace.Length(vocabulary, _paddedWidth, _panels));
    }

    /// <summary>The weights as the first factor of a product.</summary>
    public float* PackedRows => _rows.Pointer;

    /// <summary>The logits' bias [V], or null; not owned.</summary>
    public float* Bias => _bias;

    /// <summary>To be called after every change of the weights [V, width].</summary>
    /// <param name="weights">[V, width].</param>
    /// <param name="bias">[V], or null; not owned.</param>
    public void Pack(float* weights, float* bias = null)
    {
        _bias = bias;
        PackWeights(weights);
    }

    /// <summary>logits[rows, 48] += the bias of so many tokens of the vocabulary from a first one.</summary>
    public void AddBias(float* logits, int first, int rows)
    {
        if (_bias is null)
        {
            return;
        }

        for (var row = 0; row < rows; row++)
        {
            var values = new Span<float>(logits + ((nint)row * Lane), Lane);
            TensorPrimitives.Add(values, _bias[first + row], values);
        }
    }

    private void PackWeights(float* weights) => WorkerPool.For((_vocabulary + SliceDepth - 1) / SliceDepth, (slice, _) =>
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
    public void Forward(float* x, int* targets, int tokens, float* losses)
    {
        _scratch.Prepare();
        var most = _panels * Lane;
        WorkerPool.For((tokens + most - 1) / most, (block, thread) =>
        {
            var work = new Workspace(_scratch[thread], _paddedWidth);
            var first = block * most;
            var count = Math.Min(most, tokens - first);
            Probabilities(x + ((nint)first * _width), targets + first, count, work);
            new ReadOnlySpan<float>(work.Losses, count).CopyTo(new Span<float>(losses + first, count));
        });
    }

    /// <summary>The mean loss; overwrites its gradients dx[tokens, width] and dWeights[V, width].</summary>
    public double ForwardBackward(float* x, int* targets, int tokens, float* dx, float* dWeights)
    {
        _scratch.Prepare();
        var blocks = (tokens + BlockTokens - 1) / BlockTokens;
        var groups = Math.Min(Groups, blocks);
        var size = (nint)_vocabulary * _width;
        WorkerPool.For(groups, (group, thread) =>
        {
            var gradient = _groupGradients!.Pointer + (group * size);
            var work = new Workspace(_scratch[thread], _paddedWidth);
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
    private double Block(float* x, int* targets, int tokens, int first, float* dx, float* gradient, bool accumulate, Workspace work)
    {
        var count = Math.Min(BlockTokens, tokens - first);
        x += (nint)first * _width;
        targets += first;
        Probabilities(x, targets, count, work);
        var total = 0.0;
        for (var token = 0; token < Panels(count) * Lane; token++)
        {
            // p − 1 at the target, times the sum by which p is still to be divided
            work.Factor[token] = token < count ? 1 / (work.Sum[token] * tokens) : 0;
            if (token < count)
            {
                *Logit(work, token, targets[token]) -= work.Sum[token];
                total += work.Losses[token];
            }
        }
        InputGradient(count, dx + ((nint)first * _width), work);
        for (var panel = 0; panel < Panels(count); panel++)
        {
            ScaleInputs(x + ((nint)panel * Lane * _width), Math.Min(Lane, count - (panel * Lane)), panel, Panels(count), work);
        }
        WeightGradient(Panels(count), gradient, accumulate, work);
        return total;
    }

    private static int Panels(int tokens) => (tokens + Lane - 1) / Lane;

    private float* PanelLogits(Workspace work, int panel) => work.Logits + ((nint)panel * _vocabulary * Lane);

    private float* Logit(Workspace work, int token, int id) => PanelLogits(work, token / Lane) + ((nint)id * Lane) + (token % Lane);

    /// <summary>
    /// Logits of up to 192 tokens become exp(logit − max); leaves their sums and the losses. A piece of W_U serves all panels while it
    /// lies in the cache.
    /// </summary>
    private void Probabilities(float* x, int* targets, int count, Workspace work)
    {
        var panels = Panels(count);
        new Span<float>(work.Max, panels * Lane).Fill(float.MinValue);
        new Span<float>(work.Sum, panels * Lane).Clear();
        for (var panel = 0; panel < panels; panel++)
        {
            var token = panel * Lane;
            MatrixProduct.PackB(true, x, _width, token, Math.Min(Lane, count - token), 0, _width, work.PackedB + ((nint)token * _width));
        }
        for (var row = 0; row < _vocabulary; row += ChunkRows)
        {
            var rows = Math.Min(ChunkRows, _vocabulary - row);
            for (var panel = 0; panel < panels; panel++)
            {
                var chunk = PanelLogits(work, panel) + ((nint)row * Lane);
                MatrixProduct.MultiplyPanel(
                    _rows.Pointer + ((nint)row * _width), work.PackedB + ((nint)panel * Lane * _width), rows, Lane, Lane, _width, chunk, Lane, false);
                AddBias(chunk, row, rows);
                PanelColumns.Max(chunk, rows, Lane, work.Max + (panel * Lane));
            }
        }
        for (var token = 0; token < count; token++)
        {
            work.Losses[token] = work.Max[token] - *Logit(work, token, targets[token]);
        }
        for (var panel = 0; panel < panels; panel++)
        {
            PanelColumns.Exp(PanelLogits(work, panel), _vocabulary, Lane, 1, work.Max + (panel * Lane), work.Sum + (panel * Lane));
        }
        for (var token = 0; token < count; token++)
        {
            work.Losses[token] += MathF.Log(work.Sum[token]);
        }
    }

    /// <summary>dxᵀ = W_Uᵀ · P, then scaled and transposed into the rows of dx.</summary>
    private void InputGradient(int count, float* dx, Workspace work)
    {
        for (var k = 0; k < _vocabulary; k += SliceDepth)
        {
            var depth = Math.Min(SliceDepth, _vocabulary - k);
            for (var panel = 0; panel < Panels(count); panel++)
            {
                MatrixProduct.MultiplyPanel(
                    _columns!.Pointer + ((nint)k * _paddedWidth), PanelLogits(work, panel) + ((nint)k * Lane), _width, Lane, Lane, depth,
                    work.Transposed + ((nint)panel * Lane * _paddedWidth), Lane, k > 0);
            }
        }
        for (var token = 0; token < count; token += Lane)
        {
            var transposed = work.Transposed + ((nint)token * _paddedWidth);
            PanelColumns.Scale(transposed, _width, Lane, work.Factor + token);
            PanelColumns.Transpose(transposed, Lane, _width, Math.Min(Lane, count - token), dx + ((nint)token * _width), _width, work.Scaled);
        }
    }

    /// <summary>x times its factor, as packed panels [tokens of the block, 48 | 32 | 16 columns]; missing tokens are zero.</summary>
    private void ScaleInputs(float* x, int count, int panel, int panels, Workspace work)
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
                    TensorPrimitives.Multiply(new ReadOnlySpan<float>(x + ((nint)lane * _width) + column, columns), work.Factor[(panel * Lane) + lane], row);
                }
            }
            target += panels * Lane * width;
        }
    }

    /// <summary>
    /// dW_U[V, width] (+)= P[V, tokens of the block] · (scaled x), by chunks of the vocabulary and pairs of panels: as much of both factors
    /// as the first two levels of cache hold.
    /// </summary>
    private void WeightGradient(int panels, float* gradient, bool accumulate, Workspace work)
    {
        for (var row = 0; row < _vocabulary; row += GradientRows)
        {
            var rows = Math.Min(GradientRows, _vocabulary - row);
            for (var panel = 0; panel < panels; panel += 2)
            {
                var depth = Math.Min(2, panels - panel) * Lane;
                PackPanels(panel, depth, row, rows, work);
                for (var column = 0; column < _width; column += Lane)
                {
                    var columns = Math.Min(Lane, _width - column);
                    var width = MatrixTile.WidthFor(columns);
                    var scaled = work.Scaled + ((nint)column * panels * Lane) + ((nint)panel * Lane * width);
                    MatrixProduct.MultiplyPanel(
                        work.PackedA, scaled, rows, columns, width, depth, gradient + ((nint)row * _width) + column, _width, accumulate || panel > 0);
                }
            }
        }
    }

    /// <summary>Packs rows of the logits of one or two panels, side by side, as the first factor of a product.</summary>
    private void PackPanels(int panel, int depth, int row, int rows, Workspace work)
    {
        for (var r = 0; r < rows; r += MatrixProduct.TileRows)
        {
            for (var k = 0; k < depth; k += Lane)
            {
                var logits = PanelLogits(work, panel + (k / Lane)) + ((nint)(row + r) * Lane);
                MatrixProduct.PackA(
                    false, logits, Lane, 0, Math.Min(MatrixProduct.TileRows, rows - r), 0, Lane, work.PackedA + (r * depth) + (k * MatrixProduct.TileRows));
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
}
