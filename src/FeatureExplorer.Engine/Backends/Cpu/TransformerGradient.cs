using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Layers;

namespace FeatureExplorer.Engine.Backends.Cpu;

/// <summary>The mean next-token loss of a batch and its gradient with respect to every parameter.</summary>
public sealed unsafe class TransformerGradient : IDisposable
{
    private readonly TransformerModel _model;
    private readonly int _maxWindows;
    private readonly TransformerLayer[] _layers;
    private readonly LayerActivations[] _activations;
    private readonly LayerGradients _gradients;
    private readonly FloatBuffer[] _stream;
    private readonly FloatBuffer _normalised;
    private readonly FloatBuffer _dStream;
    private readonly FloatBuffer _rowStatistics;
    private readonly ColumnSums _finalSums;
    private readonly Embedding _embedding;
    private readonly RotaryTable? _rotary;
    private readonly UnembeddingLoss _unembedding;

    /// <param name="model">Read at every call; its owner may change the parameters between calls.</param>
    /// <param name="maxWindows">Most windows in a batch: memory is reserved for so many.</param>
    public TransformerGradient(TransformerModel model, int maxWindows)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxWindows, 1);
        (_model, _maxWindows) = (model, maxWindows);
        var config = model.Config;
        config.CheckTrainable();
        _rotary = config.Architecture.Rotary is null ? null : new RotaryTable(config);
        var rows = checked(maxWindows * config.Context);
        var width = (long)rows * config.DModel;
        _layers = [.. Enumerable.Range(0, config.Layers).Select(layer => new TransformerLayer(config, model.Parameters, layer, maxWindows, _rotary, training: true))];
        _activations = [.. _layers.Select(_ => new LayerActivations(config, rows, training: true))];
        _gradients = new LayerGradients(config, rows);
        _stream = [.. Enumerable.Range(0, config.Layers + 1).Select(_ => new FloatBuffer(width))];
        _normalised = new FloatBuffer(width);
        _dStream = new FloatBuffer(width);
        _rowStatistics = new FloatBuffer(2L * rows);
        _finalSums = new ColumnSums(TransformerLayer.Blocks(rows), 2 * config.DModel);
        _embedding = new Embedding(config.VocabularySize, config.DModel, rows);
        _unembedding = new UnembeddingLoss(config.DModel, config.VocabularySize, training: true);
        Gradient = new TransformerParameters(config);
    }

    /// <summary>The gradient that the last computation found.</summary>
    public TransformerParameters Gradient { get; }

    /// <summary>Overwrites <see cref="Gradient"/> and returns the mean loss per token in nats.</summary>
    /// <param name="tokens">[windows · length].</param>
    /// <param name="targets">The token after each, [windows · length].</param>
    /// <param name="windows">Windows in the batch.</param>
    /// <param name="length">Tokens of a window, at most the model's context.</param>
    public double Compute(ReadOnlySpan<int> tokens, ReadOnlySpan<int> targets, int windows, int length)
    {
        _model.CheckBatch(tokens.Length, windows, length, _maxWindows);
        _model.CheckTokens(tokens);
        _model.CheckTokens(targets);
        ArgumentOutOfRangeException.ThrowIfNotEqual(targets.Length, tokens.Length);
        fixed (int* t = tokens)
        fixed (int* y = targets)
        {
            return ForwardBackward(t, y, windows, length);
        }
    }

    public void Dispose()
    {
        IEnumerable<IDisposable> parts =
            [.. _layers, .. _activations, _gradients, .. _stream, _normalised, _dStream, _rowStatistics, _finalSums, _unembedding, Gradient, .. _rotary is null ? (IEnumerable<IDisposable>)[] : [_rotary]];
        foreach (var part in parts)
        {
            part.Dispose();
        }
    }

    private double ForwardBackward(int* tokens, int* targets, int windows, int length)
    {
        var p = _model.Parameters;
        var rows = windows * length;
        Pack();
        _embedding.Forward(tokens, p["wte.weight"], _rotary is null ? p["wpe.weight"] : null, _stream[0].Pointer, windows, length);
        for (var layer = 0; layer < _layers.Length; layer++)
        {
            var a = _activations[layer];
            _layers[layer].ForwardToHidden(_stream[layer].Pointer, a, a.Hidden.Pointer, windows, length);
            _layers[layer].ForwardFromHidden(a.Hidden.Pointer, a.Middle.Pointer, _stream[layer + 1].Pointer, rows);
        }
        FinalNormForward(rows);

        var loss = _unembedding.ForwardBackward(_normalised.Pointer, targets, rows, _dStream.Pointer, Gradient["lm_head.weight"]);

        FinalNormBackward(rows);
        for (var layer = _layers.Length - 1; layer >= 0; layer--)
        {
            _layers[layer].Backward(
                _stream[layer].Pointer, _activations[layer], _gradients, _dStream.Pointer, new LayerView(Gradient, layer), windows, length);
        }
        _embedding.Backward(
            tokens, _dStream.Pointer, Gradient["wte.weight"], _rotary is null ? Gradient["wpe.weight"] : null, windows, length, _model.Config.Context,
            add: _model.Config.Architecture.TiedUnembedding);
        return loss;
    }

    private void Pack()
    {
        foreach (var layer in _layers)
        {
            layer.Pack();
        }
        _unembedding.Pack(_model.Parameters["lm_head.weight"]);
    }

    private void FinalNormForward(int rows)
    {
        var d = _model.Config.DModel;
        WorkerPool.For(TransformerLayer.Blocks(rows), (block, _) =>
        {
            var (row, count) = TransformerLayer.RowsOf(block, rows);
            LayerNorm.Forward(
                _stream[^1].Pointer + (row * d), _model.Parameters["ln_f.weight"], _model.Parameters["ln_f.bias"], _model.Config.LayerNormEpsilon,
                _normalised.Pointer + (row * d), Mean + row, InverseSigma + row, count, d, _model.Config.Architecture.Norm);
        });
    }

    private void FinalNormBackward(int rows)
    {
        var d = _model.Config.DModel;
        var blocks = TransformerLayer.Blocks(rows);
        WorkerPool.For(blocks, (block, _) =>
        {
            var (row, count) = TransformerLayer.RowsOf(block, rows);
            var dy = _dStream.Pointer + (row * d);
            // Nothing flows past the last LayerNorm: the residual added to its gradient is the cleared copy in _normalised.
            var none = _normalised.Pointer + (row * d);
            new Span<float>(none, count * d).Clear();
            _finalSums.Clear(block);
            LayerNorm.Backward(
                dy, _stream[^1].Pointer + (row * d), _model.Parameters["ln_f.weight"], Mean + row, InverseSigma + row, none, dy,
                _finalSums.Block(block), _finalSums.Block(block) + d, count, d, _model.Config.Architecture.Norm);
        });
        _finalSums.Combine(blocks, 0, d, Gradient["ln_f.weight"]);
        _finalSums.Combine(blocks, d, d, Gradient["ln_f.bias"]);
    }

    private float* Mean => _rowStatistics.Pointer;

    private float* InverseSigma => _rowStatistics.Pointer + (_rowStatistics.Length / 2);
}
