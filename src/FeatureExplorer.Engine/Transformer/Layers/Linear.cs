using System.Numerics.Tensors;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer.Layers;

/// <summary>
/// y = x · W + b with W [inputs, outputs]. The weights are packed once for each step, into memory of their own or a room that layers share; the products then
/// run on blocks of rows inside tasks, so that what comes before and after (LayerNorm, ReLU, residual) finds the block in the cache.
/// </summary>
internal sealed unsafe class Linear : IDisposable
{
    private readonly int _inputs;
    private readonly int _outputs;
    private readonly float* _weights;
    private readonly float* _bias;
    private readonly FloatBuffer? _forward;
    private readonly FloatBuffer? _backward;
    private readonly PackingRoom? _room;
    private readonly long _place;

    /// <param name="weights">[inputs, outputs].</param>
    /// <param name="bias">[outputs].</param>
    /// <param name="inputs">Columns of x.</param>
    /// <param name="outputs">Columns of y.</param>
    /// <param name="training">Whether the way back is needed too.</param>
    /// <param name="room">Where the packed weights lie, not owned; null: in memory of their own.</param>
    public Linear(float* weights, float* bias, int inputs, int outputs, bool training, PackingRoom? room = null)
    {
        (_inputs, _outputs, _room) = (inputs, outputs, room);
        _weights = weights;
        _bias = bias;
        var length = (long)Panels(outputs) * MatrixProduct.TileColumns * inputs;
        _forward = room is null ? new FloatBuffer(length) : null;
        _place = room?.Reserve(length) ?? 0;
        _backward = training ? new FloatBuffer((long)Panels(inputs) * MatrixProduct.TileColumns * outputs) : null;
    }

    private float* Packed => _forward is null ? _room!.At(_place) : _forward.Pointer;

    /// <summary>To be called after every change of the weights, and of what lies in the room.</summary>
    public void Pack()
    {
        var packed = Packed;
        var panels = Panels(_outputs);
        WorkerPool.For(panels + (_backward is null ? 0 : Panels(_inputs)), (panel, _) =>
        {
            if (panel < panels)
            {
                PackPanel(false, panel, _outputs, _inputs, packed);
            }
            else
            {
                PackPanel(true, panel - panels, _inputs, _outputs, _backward!.Pointer);
            }
        });
    }

    /// <summary>y = x · W + b, added to <paramref name="residual"/> unless that is null; it may be y itself.</summary>
    /// <param name="x">[rows, inputs].</param>
    /// <param name="residual">[rows, outputs] or null.</param>
    /// <param name="y">[rows, outputs].</param>
    /// <param name="rows">Rows of the block.</param>
    /// <param name="scratch">Room for the block: rows rounded up to 8, times inputs.</param>
    public void Forward(float* x, float* residual, float* y, int rows, float* scratch)
    {
        var bias = new ReadOnlySpan<float>(_bias, _outputs);
        for (var row = 0; row < rows; row++)
        {
            var target = new Span<float>(y + ((nint)row * _outputs), _outputs);
            if (residual is null)
            {
                bias.CopyTo(target);
            }
            else
            {
                TensorPrimitives.Add(new ReadOnlySpan<float>(residual + ((nint)row * _outputs), _outputs), bias, target);
            }
        }
        Multiply(x, rows, _inputs, Packed, _outputs, y, accumulate: true, scratch);
    }

    /// <summary>dx (+)= dy · Wᵀ.</summary>
    public void BackwardInput(float* dy, float* dx, int rows, float* scratch, bool accumulate = false) =>
        Multiply(dy, rows, _outputs, _backward!.Pointer, _inputs, dx, accumulate, scratch);

    /// <summary>dW = xᵀ · dy over all rows of the batch, on all threads.</summary>
    public void BackwardWeights(float* x, float* dy, int rows, float* dWeights) =>
        MatrixProduct.MultiplyTransposedSplit(_inputs, _outputs, rows, x, _inputs, dy, _outputs, dWeights, _outputs);

    public void Dispose()
    {
        _forward?.Dispose();
        _backward?.Dispose();
    }

    private static int Panels(int columns) => (columns + MatrixProduct.TileColumns - 1) / MatrixProduct.TileColumns;

    private void PackPanel(bool transpose, int panel, int columns, int depth, float* packed)
    {
        var column = panel * MatrixProduct.TileColumns;
        var count = Math.Min(MatrixProduct.TileColumns, columns - column);
        MatrixProduct.PackB(
            transpose, _weights, _outputs, column, count, 0, depth, packed + ((nint)column * depth), MatrixTile.WidthFor(count));
    }

    private static void Multiply(float* x, int rows, int depth, float* packed, int columns, float* y, bool accumulate, float* scratch)
    {
        MatrixProduct.PackA(false, x, depth, 0, rows, 0, depth, scratch);
        for (var column = 0; column < columns; column += MatrixProduct.TileColumns)
        {
            var count = Math.Min(MatrixProduct.TileColumns, columns - column);
            MatrixProduct.MultiplyPanel(
                scratch, packed + ((nint)column * depth), rows, count, MatrixTile.WidthFor(count), depth, y + column, columns, accumulate);
        }
    }
}
