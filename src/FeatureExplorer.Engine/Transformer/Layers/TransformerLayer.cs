using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer.Generation;

namespace FeatureExplorer.Engine.Transformer.Layers;

/// <summary>
/// One layer, forward and back: middle = x + attention(LN₁ x); y = middle + feedForward(LN₂ middle), or feedForward(LN₂ x) in a parallel layer. All but the
/// attention itself and the gradients of the matrices goes by blocks of rows, each block through all its steps while it lies in the cache.
/// </summary>
internal sealed unsafe class TransformerLayer : IDisposable
{
    /// <summary>Rows of a block: a multiple of the tile's 8.</summary>
    public const int BlockRows = 64;

    private readonly TransformerConfig _config;
    private readonly LayerView _weights;
    private readonly Linear _qkv;
    private readonly Linear _out;
    private readonly FeedForward _feedForward;
    private readonly CausalAttention _attention;
    private readonly ThreadScratch _scratch;
    private readonly ColumnSums? _sums;
    private readonly RotaryTable? _rotary;
    private readonly NormKind _norm;
    private readonly int _model;
    private readonly int _heads;
    private readonly int _layer;

    /// <param name="config">Sizes of the model.</param>
    /// <param name="parameters">Of the model.</param>
    /// <param name="layer">From 0.</param>
    /// <param name="maxWindows">Most windows of a batch, for the way back.</param>
    /// <param name="rotary">Rotary positions, shared by all layers, not owned; null where positions are learned.</param>
    /// <param name="training">Whether the way back is needed too.</param>
    /// <param name="room">Where the layer's matrices lie packed, not owned; null: in memory of their own.</param>
    public TransformerLayer(
        TransformerConfig config, TransformerParameters parameters, int layer, int maxWindows, RotaryTable? rotary, bool training, PackingRoom? room = null)
    {
        room?.NextLayer();
        (_config, _rotary, _norm) = (config, rotary, config.Architecture.Norm);
        (_model, _heads, _layer) = (config.DModel, config.AttentionWidth, layer);
        _weights = new LayerView(parameters, layer);
        _qkv = new Linear(_weights.Qkv, _weights.QkvBias, _model, 3 * _heads, training, room);
        _out = new Linear(_weights.Out, _weights.OutBias, _heads, _model, training, room);
        _feedForward = new FeedForward(_weights, config, training, room);
        _attention = new CausalAttention(config, layer, maxWindows, training);
        _scratch = new ThreadScratch(BlockRows * (long)(Widest + _model));
        _sums = training ? new ColumnSums(Blocks(maxWindows * config.Context), SumColumns) : null;
    }

    /// <summary>To be called after every change of the weights, and with a room before this layer computes after another.</summary>
    public void Pack()
    {
        _qkv.Pack();
        _out.Pack();
        _feedForward.Pack();
    }

    /// <summary>
    /// x[R, d] to the neurons after their function, hidden[R, dMlp]. With a cache the windows are the next tokens of its sequences from <paramref name="first"/> on.
    /// </summary>
    public void ForwardToHidden(float* x, LayerActivations a, float* hidden, int windows, int length, KeyValueCache? cache = null, int first = 0)
    {
        var rows = windows * length;
        _scratch.Prepare();
        var start = cache?.Length ?? (_attention.Start is null ? 0 : 1);
        WorkerPool.For(Blocks(rows), (block, thread) =>
        {
            var (row, count) = RowsOf(block, rows);
            var qkv = a.Qkv.Pointer + (row * 3 * _heads);
            var normalised = a.Normalised1.Pointer + (row * _model);
            LayerNorm.Forward(
                x + (row * _model), _weights.Norm1Gain, _weights.Norm1Bias, _config.LayerNormEpsilon, normalised,
                a.Mean1 + row, a.InverseSigma1 + row, count, _model, _norm);
            _qkv.Forward(normalised, null, qkv, count, _scratch[thread]);
            NormHeads(qkv, count);
            _rotary?.Turn(qkv, row, count, length, start, back: false);
        });
        if (cache is null)
        {
            _attention.Forward(a.Qkv.Pointer, a.Attended.Pointer, windows, length);
        }
        else
        {
            cache.Attend(_layer, a.Qkv.Pointer, a.Attended.Pointer, first, windows, length);
        }

        WorkerPool.For(Blocks(rows), (block, thread) =>
        {
            var (row, count) = RowsOf(block, rows);
            var middle = a.Middle.Pointer + (row * _model);
            var normalised = a.Normalised2.Pointer + (row * _model);
            _out.Forward(a.Attended.Pointer + (row * _heads), x + (row * _model), middle, count, _scratch[thread]);
            LayerNorm.Forward(
                _config.Architecture.Parallel ? x + (row * _model) : middle, _weights.Norm2Gain, _weights.Norm2Bias, _config.LayerNormEpsilon, normalised,
                a.Mean2 + row, a.InverseSigma2 + row, count, _model, _norm);
            _feedForward.ForwardUp(normalised, hidden + (row * _config.DMlp), Neurons(a.Up, row), Neurons(a.Gate, row), count, _scratch[thread]);
        });
    }

    /// <summary>Keeps the key and the value of a start token from its row of queries, keys and values [3 · heads · size]: every window attends to it from now on. Null: none.</summary>
    public void StartFrom(float* qkv) => _attention.StartFrom(qkv);

    /// <summary>y[R, d] = residual + hidden · W_down + b_down; a residual of null counts as zero. The residual is what <see cref="ForwardToHidden"/> left in a.Middle.</summary>
    public void ForwardFromHidden(float* hidden, float* residual, float* y, int rows)
    {
        _scratch.Prepare();
        WorkerPool.For(Blocks(rows), (block, thread) =>
        {
            var (row, count) = RowsOf(block, rows);
            _feedForward.ForwardDown(
                hidden + (row * _config.DMlp), residual is null ? null : residual + (row * _model), y + (row * _model), count, _scratch[thread]);
        });
    }

    /// <summary>Turns gradient[R, d] from that of the layer's output y into that of its input x; overwrites the layer's part of <paramref name="d"/>.</summary>
    public void Backward(float* x, LayerActivations a, LayerGradients g, float* gradient, LayerView d, int windows, int length)
    {
        var rows = windows * length;
        _scratch.Prepare();
        WorkerPool.For(Blocks(rows), (block, thread) => BackwardUpperBlock(block, rows, a, g, gradient, _scratch[thread]));
        _attention.Backward(a.Qkv.Pointer, g.Attended.Pointer, g.Qkv.Pointer, windows, length);
        _feedForward.BackwardWeights(a.Normalised2.Pointer, a.Hidden.Pointer, g.Hidden.Pointer, g.Gate.Pointer, gradient, rows, d);
        _out.BackwardWeights(a.Attended.Pointer, g.Middle.Pointer, rows, d.Out);
        if (_rotary is not null)
        {
            WorkerPool.For(Blocks(rows), (block, _) =>
            {
                var (row, count) = RowsOf(block, rows);
                _rotary.Turn(g.Qkv.Pointer + (row * 3 * _heads), row, count, length, 0, back: true);
            });
        }

        _qkv.BackwardWeights(a.Normalised1.Pointer, g.Qkv.Pointer, rows, d.Qkv);
        WorkerPool.For(Blocks(rows), (block, thread) => BackwardLowerBlock(block, rows, x, a, g, gradient, _scratch[thread]));
        CombineSums(Blocks(rows), d);
    }

    public void Dispose()
    {
        _qkv.Dispose();
        _out.Dispose();
        _feedForward.Dispose();
        _attention.Dispose();
        _scratch.Dispose();
        _sums?.Dispose();
    }

    /// <summary>Number of blocks of so many rows.</summary>
    public static int Blocks(int rows) => (rows + BlockRows - 1) / BlockRows;

    /// <summary>First row and number of rows of a block.</summary>
    public static (nint Row, int Count) RowsOf(int block, int rows) =>
        ((nint)block * BlockRows, Math.Min(BlockRows, rows - (block * BlockRows)));

    /// <summary>Feed-forward, LN₂ and the attention's output matrix.</summary>
    private void BackwardUpperBlock(int block, int rows, LayerActivations a, LayerGradients g, float* gradient, float* scratch)
    {
        var (row, count) = RowsOf(block, rows);
        var dNormalised = scratch + ((nint)BlockRows * Widest);
        var dHidden = g.Hidden.Pointer + (row * _config.DMlp);
        var dMiddle = g.Middle.Pointer + (row * _model);
        var dy = gradient + (row * _model);
        _sums!.Clear(block);
        var sums = _sums.Block(block);
        _sums.Add(block, DownBiasAt, dy, count, _model);
        var dGate = Neurons(g.Gate, row);
        _feedForward.BackwardInput(
            dy, a.Hidden.Pointer + (row * _config.DMlp), Neurons(a.Up, row), Neurons(a.Gate, row), dHidden, dGate, dNormalised, count, scratch);
        _sums.Add(block, UpBiasAt, dHidden, count, _config.DMlp);
        if (dGate is not null)
        {
            _sums.Add(block, GateBiasAt, dGate, count, _config.DMlp);
        }

        LayerNorm.Backward(
            dNormalised, a.Middle.Pointer + (row * _model), _weights.Norm2Gain, a.Mean2 + row, a.InverseSigma2 + row,
            dy, dMiddle, sums + Norm2At, sums + Norm2At + _model, count, _model, _norm);
        _sums.Add(block, OutBiasAt, dMiddle, count, _model);
        _out.BackwardInput(dMiddle, g.Attended.Pointer + (row * _heads), count, scratch);
    }

    /// <summary>The matrix of queries, keys and values, and LN₁.</summary>
    private void BackwardLowerBlock(int block, int rows, float* x, LayerActivations a, LayerGradients g, float* gradient, float* scratch)
    {
        var (row, count) = RowsOf(block, rows);
        var dNormalised = scratch + ((nint)BlockRows * Widest);
        var dQkv = g.Qkv.Pointer + (row * 3 * _heads);
        var sums = _sums!.Block(block);
        _sums.Add(block, QkvBiasAt, dQkv, count, 3 * _heads);
        _qkv.BackwardInput(dQkv, dNormalised, count, scratch);
        LayerNorm.Backward(
            dNormalised, x + (row * _model), _weights.Norm1Gain, a.Mean1 + row, a.InverseSigma1 + row,
            g.Middle.Pointer + (row * _model), gradient + (row * _model), sums + Norm1At, sums + Norm1At + _model, count, _model, _norm);
    }

    private float* Neurons(FloatBuffer buffer, nint row) => buffer.Length == 0 ? null : buffer.Pointer + (row * _config.DMlp);

    /// <summary>RMSNorm of each query and key, where the architecture has it.</summary>
    private void NormHeads(float* qkv, int count)
    {
        if (_weights.QueryGain is null)
        {
            return;
        }

        var size = _config.HeadSize;
        float mean, inverse;
        for (var i = 0; i < count; i++, qkv += 3 * _heads)
        {
            for (var at = 0; at < 2 * _heads; at += size)
            {
                var gain = at < _heads ? _weights.QueryGain : _weights.KeyGain;
                LayerNorm.Forward(qkv + at, gain, _weights.QkNormBias, _config.LayerNormEpsilon, qkv + at, &mean, &inverse, 1, size, NormKind.RmsNorm);
            }
        }
    }

    private void CombineSums(int blocks, LayerView d)
    {
        _sums!.Combine(blocks, DownBiasAt, _model, d.DownBias);
        _sums.Combine(blocks, OutBiasAt, _model, d.OutBias);
        _sums.Combine(blocks, Norm1At, _model, d.Norm1Gain);
        _sums.Combine(blocks, Norm1At + _model, _model, d.Norm1Bias);
        _sums.Combine(blocks, Norm2At, _model, d.Norm2Gain);
        _sums.Combine(blocks, Norm2At + _model, _model, d.Norm2Bias);
        _sums.Combine(blocks, QkvBiasAt, 3 * _heads, d.QkvBias);
        _sums.Combine(blocks, UpBiasAt, _config.DMlp, d.UpBias);
        if (_config.Architecture.Gated)
        {
            _sums.Combine(blocks, GateBiasAt, _config.DMlp, d.GateBias);
        }
    }

    // Where the sums of each bias and gain lie within a block's.
    private const int DownBiasAt = 0;

    private int OutBiasAt => _model;

    private int Norm1At => 2 * _model;

    private int Norm2At => 4 * _model;

    private int QkvBiasAt => 6 * _model;

    private int UpBiasAt => (6 * _model) + (3 * _heads);

    private int GateBiasAt => UpBiasAt + _config.DMlp;

    private int SumColumns => GateBiasAt + (_config.Architecture.Gated ? _config.DMlp : 0);

    private int Widest => Math.Max(3 * _heads, _config.DMlp);
}
