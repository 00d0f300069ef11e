using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer.Layers;

/// <summary>
/// Causal softmax attention (Vaswani et al. 2017): for each window and head, out_q = Σ over k ≤ q of softmax_k(q · k / √size) · v_k.
/// A task is a head of a window. Its scores are kept transposed, in panels [keys, up to 48 queries]: the softmax runs down the lanes
/// (<see cref="PanelColumns"/>), a panel is the packed factor of the products that follow, and keys after the last query are never touched.
/// The probabilities are saved for the way back.
/// </summary>
internal sealed unsafe class CausalAttention : IDisposable
{
    private const int PanelQueries = MatrixProduct.TileColumns;
    private readonly int _heads;
    private readonly int _size;
    private readonly int _model;
    private readonly FloatBuffer? _saved;
    private readonly ThreadScratch _scratch;
    private readonly long _perWindowHead;
    private readonly int _paddedContext;
    private readonly int _paddedSize;

    public CausalAttention(TransformerConfig config, int maxWindows, bool training)
    {
        (_heads, _size, _model) = (config.Heads, config.HeadSize, config.DModel);
        _paddedContext = (config.Context + PanelQueries - 1) / PanelQueries * PanelQueries;
        _paddedSize = (_size + 7) / 8 * 8;
        _perWindowHead = SavedLength(config.Context);
        _saved = training ? new FloatBuffer(_perWindowHead * maxWindows * _heads) : null;
        _scratch = new ThreadScratch(Workspace.Length(_paddedContext, _paddedSize));
    }

    /// <summary>qkv: [windows · length, 3d], q|k|v and by head within each; output: [windows · length, d].</summary>
    public void Forward(float* qkv, float* output, int windows, int length)
    {
        _scratch.Prepare();
        WorkerPool.For(windows * _heads, (task, thread) =>
        {
            var (window, head) = (task / _heads, task % _heads);
            var row = (nint)window * length;
            ForwardHead(
                qkv + (row * 3 * _model) + (head * _size), output + (row * _model) + (head * _size), length,
                _saved is null ? null : _saved.Pointer + (task * _perWindowHead), new Workspace(_scratch[thread], _paddedContext, _paddedSize));
        });
    }

    /// <summary>From the gradient of the output to that of q, k and v, of the same shapes as in <see cref="Forward"/>, which has to come before.</summary>
    public void Backward(float* qkv, float* dOutput, float* dQkv, int windows, int length)
    {
        _scratch.Prepare();
        WorkerPool.For(windows * _heads, (task, thread) =>
        {
            var (window, head) = (task / _heads, task % _heads);
            var row = (nint)window * length;
            var wide = (row * 3 * _model) + (head * _size);
            BackwardHead(
                qkv + wide, dOutput + (row * _model) + (head * _size), dQkv + wide, length,
                _saved!.Pointer + (task * _perWindowHead), new Workspace(_scratch[thread], _paddedContext, _paddedSize));
        });
    }

    public void Dispose()
    {
        _saved?.Dispose();
        _scratch.Dispose();
    }

    private void ForwardHead(float* q, float* output, int length, float* saved, Workspace work)
    {
        nint stride = 3 * _model;
        var k = q + _model;
        var v = q + (2 * _model);
        MatrixProduct.PackA(false, k, stride, 0, length, 0, _size, work.Rows);
        MatrixProduct.PackA(true, v, stride, 0, _size, 0, length, work.Columns);
        var sum = stackalloc float[PanelQueries];
        for (var first = 0; first < length; first += PanelQueries)
        {
            var queries = Math.Min(PanelQueries, length - first);
            var width = MatrixTile.WidthFor(queries);
            var keys = first + queries;
            var p = saved is null ? work.Panel : saved;
            MatrixProduct.PackB(true, q + (first * stride), stride, 0, queries, 0, _size, work.PackedB, width);
            MatrixProduct.MultiplyPanel(work.Rows, work.PackedB, keys, width, width, _size, p, width, false);
            Softmax(p, first, keys, width, sum);
            MultiplyRows(work.Columns, length, p, width, keys, work.Transposed);
            PanelColumns.Transpose(work.Transposed, width, _size, queries, output + ((nint)first * _model), _model, work.PackedB);
            saved += saved is null ? 0 : (nint)keys * width;
        }
    }

    private void BackwardHead(float* q, float* dOutput, float* dQ, int length, float* saved, Workspace work)
    {
        nint stride = 3 * _model;
        var k = q + _model;
        var v = q + (2 * _model);
        var dK = dQ + _model;
        var dV = dQ + (2 * _model);
        MatrixProduct.PackA(false, v, stride, 0, length, 0, _size, work.Rows);
        MatrixProduct.PackA(true, k, stride, 0, _size, 0, length, work.Columns);
        var dot = stackalloc float[PanelQueries];
        for (var first = 0; first < length; first += PanelQueries)
        {
            var queries = Math.Min(PanelQueries, length - first);
            var width = MatrixTile.WidthFor(queries);
            var keys = first + queries;
            var p = saved;
            var ds = work.Panel;
            var queryRows = q + (first * stride);
            var gradientRows = dOutput + ((nint)first * _model);

            // dPᵀ = V · dOᵀ, dSᵀ = Pᵀ ∘ (dPᵀ − Σₖ Pᵀ ∘ dPᵀ) / √size
            MatrixProduct.PackB(true, gradientRows, _model, 0, queries, 0, _size, work.PackedB, width);
            MatrixProduct.MultiplyPanel(work.Rows, work.PackedB, keys, width, width, _size, ds, width, false);
            PanelColumns.Dot(p, ds, keys, width, dot);
            PanelColumns.SoftmaxBackward(p, ds, keys, width, dot, Scale);

            // dQᵀ = Kᵀ · dSᵀ
            MultiplyRows(work.Columns, length, ds, width, keys, work.Transposed);
            PanelColumns.Transpose(work.Transposed, width, _size, queries, dQ + (first * stride), stride, work.PackedB);

            // dKᵀ += Qᵀ · dS, dVᵀ += dOᵀ · P
            MatrixProduct.PackA(true, queryRows, stride, 0, _size, 0, queries, work.PackedA);
            AddOverQueries(work.PackedA, ds, first, queries, width, work.KeyGradient, work.PackedB);
            MatrixProduct.PackA(true, gradientRows, _model, 0, _size, 0, queries, work.PackedA);
            AddOverQueries(work.PackedA, p, first, queries, width, work.ValueGradient, work.PackedB);
            saved += (nint)keys * width;
        }
        PanelColumns.Transpose(work.KeyGradient, _paddedContext, _size, length, dK, stride, work.Panel);
        PanelColumns.Transpose(work.ValueGradient, _paddedContext, _size, length, dV, stride, work.Panel);
    }

    private float Scale => 1 / MathF.Sqrt(_size);

    /// <summary>Scores [keys, width] to probabilities, each lane seeing the keys up to its own position.</summary>
    private void Softmax(float* p, int first, int keys, int width, float* sum)
    {
        var max = stackalloc float[PanelQueries];
        new Span<float>(max, width).Fill(float.MinValue);
        new Span<float>(sum, width).Clear();
        FillFuture(p, first, keys, width, float.MinValue / 4);
        PanelColumns.Max(p, keys, width, max);
        PanelColumns.Exp(p, keys, width, Scale, max, sum);
        FillFuture(p, first, keys, width, 0); // the exponential is clamped above zero
        for (var lane = 0; lane < width; lane++)
        {
            sum[lane] = 1 / sum[lane];
        }
        PanelColumns.Scale(p, keys, width, sum);
    }

    private static void FillFuture(float* p, int first, int keys, int width, float value)
    {
        for (var key = first + 1; key < keys; key++)
        {
            new Span<float>(p + ((nint)key * width), key - first).Fill(value);
        }
    }

    /// <summary>result[size, width] = a · panel[keys, width] with a packed over the whole length, of which only the first keys count.</summary>
    private void MultiplyRows(float* packed, int length, float* panel, int width, int keys, float* result)
    {
        for (var row = 0; row < _size; row += MatrixProduct.TileRows)
        {
            var rows = Math.Min(MatrixProduct.TileRows, _size - row);
            MatrixProduct.MultiplyPanel(packed + ((nint)row * length), panel, rows, width, width, keys, result + (row * width), width, false);
        }
    }

    /// <summary>gradient[size, keys] += packedA[size, queries] · panelᵀ; the keys of this panel's own positions are met for the first time.</summary>
    private void AddOverQueries(float* packedA, float* panel, int first, int queries, int width, float* gradient, float* scratch)
    {
        for (var key = 0; key <= first; key += PanelQueries)
        {
            var keys = Math.Min(PanelQueries, first + queries - key);
            var keyWidth = MatrixTile.WidthFor(keys);
            MatrixProduct.PackB(true, panel + ((nint)key * width), width, 0, keys, 0, queries, scratch, keyWidth);
            MatrixProduct.MultiplyPanel(packedA, scratch, _size, keys, keyWidth, queries, gradient + key, _paddedContext, key < first);
        }
    }

    /// <summary>Floats of the panels of one head of one window.</summary>
    private static long SavedLength(int length)
    {
        long total = 0;
        for (var first = 0; first < length; first += PanelQueries)
        {
            var queries = Math.Min(PanelQueries, length - first);
            total += (long)(first + queries) * MatrixTile.WidthFor(queries);
        }
        return (total + 15) / 16 * 16;
    }

    /// <summary>Where things lie in a thread's scratch.</summary>
    private readonly struct Workspace(float* start, int context, int size)
    {
        /// <summary>K or V packed by rows.</summary>
        public readonly float* Rows = start;

        /// <summary>V or K packed by columns.</summary>
        public readonly float* Columns = start + ((nint)context * size);

        /// <summary>dKᵀ, [size, context].</summary>
        public readonly float* KeyGradient = start + ((nint)2 * context * size);

        /// <summary>dVᵀ, [size, context].</summary>
        public readonly float* ValueGradient = start + ((nint)3 * context * size);

        /// <summary>Scores or their gradients, [context, 48].</summary>
        public readonly float* Panel = start + ((nint)4 * context * size);

        /// <summary>A result [size, 48] to be transposed.</summary>
        public readonly float* Transposed = start + ((nint)4 * context * size) + ((nint)context * PanelQueries);

        public readonly float* PackedA = start + ((nint)4 * context * size) + ((nint)context * PanelQueries) + ((nint)size * PanelQueries);

        public readonly float* PackedB = start + ((nint)4 * context * size) + ((nint)context * PanelQueries) + ((nint)2 * size * PanelQueries);

        public static long Length(int context, int size) =>
            (4L * context * size) + ((long)context * PanelQueries) + (2L * size * PanelQueries) + ((long)Math.Max(size, PanelQueries) * PanelQueries);
    }
}
