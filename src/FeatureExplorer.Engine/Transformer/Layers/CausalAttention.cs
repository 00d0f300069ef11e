using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer.Layers;

/// <summary>
/// Causal softmax attention (Vaswani et al. 2017): for each window and head, out_q = Σ over k ≤ q of softmax_k(q · k / √size) · v_k. A layer may see only
/// some tokens back, and every window may begin with a start token, whose key and value are always the same.
/// A task is a head of a window. Its scores are kept transposed, in panels [keys, up to 48 queries]: the softmax runs down the lanes
/// (<see cref="PanelColumns"/>), a panel is the packed factor of the products that follow, and keys after the last query are never touched.
/// The probabilities are saved for the way back.
/// </summary>
internal sealed unsafe class CausalAttention : IDisposable
{
    private const int PanelQueries = MatrixProduct.TileColumns;
    private readonly int _heads;
    private readonly int _size;
    private readonly int _all;
    private readonly int _window;
    private readonly FloatBuffer? _saved;
    private readonly ThreadScratch _scratch;
    private readonly long _perWindowHead;
    private readonly int _paddedContext;
    private readonly int _paddedSize;

    /// <param name="config">Sizes of the model.</param>
    /// <param name="layer">From 0.</param>
    /// <param name="maxWindows">Most windows of a batch, for the way back.</param>
    /// <param name="training">Whether the way back is needed too.</param>
    public CausalAttention(TransformerConfig config, int layer, int maxWindows, bool training)
    {
        (_heads, _size, _all, _window) = (config.Heads, config.HeadSize, config.AttentionWidth, config.Architecture.WindowOf(layer));
        var longest = config.Context + (config.StartToken is null ? 0 : 1);
        _paddedContext = (longest + PanelQueries - 1) / PanelQueries * PanelQueries;
        _paddedSize = (_size + 7) / 8 * 8;
        _perWindowHead = SavedLength(config.Context);
        _saved = training ? new FloatBuffer(_perWindowHead * maxWindows * _heads) : null;
        _scratch = new ThreadScratch(Workspace.Length(_paddedContext, _paddedSize));
    }

    /// <summary>The start token's key and value, [2 · heads · size]; null: there is none.</summary>
    public FloatBuffer? Start { get; private set; }

    /// <summary>Keeps the start token's key and value from its row of queries, keys and values; null: there is none.</summary>
    public void StartFrom(float* qkv)
    {
        Start?.Dispose();
        Start = null;
        if (qkv is not null)
        {
            Start = new FloatBuffer(2L * _all);
            new ReadOnlySpan<float>(qkv + _all, 2 * _all).CopyTo(Start.Span());
        }
    }

    /// <summary>qkv: [windows · length, 3 · heads · size], q|k|v and by head within each; output: [windows · length, heads · size].</summary>
    public void Forward(float* qkv, float* output, int windows, int length)
    {
        _scratch.Prepare();
        WorkerPool.For(windows * _heads, (task, thread) =>
        {
            var (window, head) = (task / _heads, task % _heads);
            var row = (nint)window * length;
            ForwardHead(
                qkv + (row * 3 * _all) + (head * _size), output + (row * _all) + (head * _size), length, head,
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
            var wide = (row * 3 * _all) + (head * _size);
            BackwardHead(
                qkv + wide, dOutput + (row * _all) + (head * _size), dQkv + wide, length,
                _saved!.Pointer + (task * _perWindowHead), new Workspace(_scratch[thread], _paddedContext, _paddedSize));
        });
    }

    public void Dispose()
    {
        _saved?.Dispose();
        _scratch.Dispose();
        Start?.Dispose();
    }

    private void ForwardHead(float* q, float* output, int length, int head, float* saved, Workspace work)
    {
        nint stride = 3 * _all;
        var k = q + _all;
        var v = q + (2 * _all);
        var keyStride = stride;
        var before = Start is null ? 0 : 1;
        if (Start is not null)
        {
            WithStart(k, Start.Pointer + (head * _size), length, work.KeyGradient);
            WithStart(v, Start.Pointer + _all + (head * _size), length, work.ValueGradient);
            k = work.KeyGradient;
            v = work.ValueGradient;
            keyStride = _size;
        }

        var all = length + before;
        MatrixProduct.PackA(false, k, keyStride, 0, all, 0, _size, work.Rows);
        MatrixProduct.PackA(true, v, keyStride, 0, _size, 0, all, work.Columns);
        var sum = stackalloc float[PanelQueries];
        for (var first = 0; first < length; first += PanelQueries)
        {
            var queries = Math.Min(PanelQueries, length - first);
            var width = MatrixTile.WidthFor(queries);
            var keys = first + queries + before;
            var p = saved is null ? work.Panel : saved;
            MatrixProduct.PackB(true, q + (first * stride), stride, 0, queries, 0, _size, work.PackedB, width);
            MatrixProduct.MultiplyPanel(work.Rows, work.PackedB, keys, width, width, _size, p, width, false);
            Softmax(p, first + before, keys, width, sum);
            MultiplyRows(work.Columns, all, p, width, keys, work.Transposed);
            PanelColumns.Transpose(work.Transposed, width, _size, queries, output + ((nint)first * _all), _all, work.PackedB);
            saved += saved is null ? 0 : (nint)keys * width;
        }
    }

    private void BackwardHead(float* q, float* dOutput, float* dQ, int length, float* saved, Workspace work)
    {
        nint stride = 3 * _all;
        var k = q + _all;
        var v = q + (2 * _all);
        var dK = dQ + _all;
        var dV = dQ + (2 * _all);
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
            var gradientRows = dOutput + ((nint)first * _all);

            // dPᵀ = V · dOᵀ, dSᵀ = Pᵀ ∘ (dPᵀ − Σₖ Pᵀ ∘ dPᵀ) / √size
            MatrixProduct.PackB(true, gradientRows, _all, 0, queries, 0, _size, work.PackedB, width);
            MatrixProduct.MultiplyPanel(work.Rows, work.PackedB, keys, width, width, _size, ds, width, false);
            PanelColumns.Dot(p, ds, keys, width, dot);
            PanelColumns.SoftmaxBackward(p, ds, keys, width, dot, Scale);

            // dQᵀ = Kᵀ · dSᵀ
            MultiplyRows(work.Columns, length, ds, width, keys, work.Transposed);
            PanelColumns.Transpose(work.Transposed, width, _size, queries, dQ + (first * stride), stride, work.PackedB);

            // dKᵀ += Qᵀ · dS, dVᵀ += dOᵀ · P
            MatrixProduct.PackA(true, queryRows, stride, 0, _size, 0, queries, work.PackedA);
            AddOverQueries(work.PackedA, ds, first, queries, width, work.KeyGradient, work.PackedB);
            MatrixProduct.PackA(true, gradientRows, _all, 0, _size, 0, queries, work.PackedA);
            AddOverQueries(work.PackedA, p, first, queries, width, work.ValueGradient, work.PackedB);
            saved += (nint)keys * width;
        }
        PanelColumns.Transpose(work.KeyGradient, _paddedContext, _size, length, dK, stride, work.Panel);
        PanelColumns.Transpose(work.ValueGradient, _paddedContext, _size, length, dV, stride, work.Panel);
    }

    private float Scale => 1 / MathF.Sqrt(_size);

    /// <summary>rows[length + 1, size]: the start token's, then those of the window.</summary>
    private void WithStart(float* values, float* start, int length, float* rows)
    {
        new ReadOnlySpan<float>(start, _size).CopyTo(new Span<float>(rows, _size));
        for (var row = 0; row < length; row++)
        {
            new ReadOnlySpan<float>(values + ((nint)row * 3 * _all), _size).CopyTo(new Span<float>(rows + ((nint)(row + 1) * _size), _size));
        }
    }

    /// <summary>Scores [keys, width] to probabilities, each lane seeing the keys up to its own, the first lane's being key <paramref name="first"/>.</summary>
    private void Softmax(float* p, int first, int keys, int width, float* sum)
    {
        var max = stackalloc float[PanelQueries];
        new Span<float>(max, width).Fill(float.MinValue);
        new Span<float>(sum, width).Clear();
        FillFuture(p, first, keys, width, float.MinValue / 4);
        FillPast(p, first, keys, width, float.MinValue / 4);
        PanelColumns.Max(p, keys, width, max);
        PanelColumns.Exp(p, keys, width, Scale, max, sum);
        FillFuture(p, first, keys, width, 0); // the exponential is clamped above zero
        FillPast(p, first, keys, width, 0);
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

    /// <summary>The keys that lie too far back for a lane.</summary>
    private void FillPast(float* p, int first, int keys, int width, float value)
    {
        if (_window == 0)
        {
            return;
        }

        for (var key = 0; key < keys; key++)
        {
            var lane = Math.Max(0, key + _window - first);
            if (lane < width)
            {
                new Span<float>(p + ((nint)key * width) + lane, width - lane).Fill(value);
            }
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
