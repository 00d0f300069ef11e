using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer;

/// <summary>
/// The model forward only, for batches of up to a fixed number of windows. Owns its scratch: one runner serves one caller at a time.
/// Packs the weights when it is made; after a change of the model call <see cref="Refresh"/>.
/// </summary>
public sealed unsafe class TransformerRunner : IDisposable
{
    private readonly Transformer _model;
    private readonly int _maxWindows;
    private readonly TransformerLayer[] _layers;
    private readonly LayerActivations _activations;
    private readonly FloatBuffer _stream;
    private readonly FloatBuffer _rowStatistics;
    private readonly Embedding _embedding;
    private readonly Lazy<UnembeddingLoss> _unembedding;

    /// <param name="model">Not owned.</param>
    /// <param name="maxWindows">Most windows in a call: memory is reserved for so many.</param>
    public TransformerRunner(Transformer model, int maxWindows)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxWindows, 1);
        (_model, _maxWindows) = (model, maxWindows);
        var config = model.Config;
        var rows = checked(maxWindows * config.Context);
        _layers = [.. Enumerable.Range(0, config.Layers).Select(layer => new TransformerLayer(config, model.Parameters, layer, maxWindows, training: false))];
        _activations = new LayerActivations(config, rows);
        _stream = new FloatBuffer((long)rows * config.DModel);
        _rowStatistics = new FloatBuffer(2L * rows);
        _embedding = new Embedding(config.VocabularySize, config.DModel, rows);
        _unembedding = new Lazy<UnembeddingLoss>(PackedUnembedding);
        Refresh();
    }

    public int MaxWindows => _maxWindows;

    /// <summary>Packs the model's weights anew.</summary>
    public void Refresh()
    {
        foreach (var layer in _layers)
        {
            layer.Pack();
        }
        if (_unembedding.IsValueCreated)
        {
            _unembedding.Value.Pack(_model.Parameters["lm_head.weight"]);
        }
    }

    /// <summary>The neurons of the last layer after their ReLU (the site <c>mlp.post</c>); what lies above is not computed.</summary>
    /// <param name="tokens">[windows · length].</param>
    /// <param name="windows">At most <see cref="MaxWindows"/>.</param>
    /// <param name="length">Tokens of a window, at most the model's context.</param>
    /// <param name="mlpPost">Receives [windows · length, DMlp].</param>
    public void Activations(ReadOnlySpan<ushort> tokens, int windows, int length, float* mlpPost)
    {
        _model.CheckBatch(tokens.Length, windows, length, _maxWindows);
        _model.CheckTokens(tokens);
        fixed (ushort* t = tokens)
        {
            ForwardToSite(t, windows, length, mlpPost);
        }
    }

    /// <summary>The loss of every position in nats, with the site <c>mlp.post</c> of the last layer edited on the way.</summary>
    /// <param name="tokens">[windows · length].</param>
    /// <param name="targets">The token after each, [windows · length].</param>
    /// <param name="windows">At most <see cref="MaxWindows"/>.</param>
    /// <param name="length">Tokens of a window, at most the model's context.</param>
    /// <param name="edit">Called once with all rows, or null.</param>
    /// <param name="losses">Receives [windows · length].</param>
    public void Losses(ReadOnlySpan<ushort> tokens, ReadOnlySpan<ushort> targets, int windows, int length, ActivationEdit? edit, Span<float> losses)
    {
        _model.CheckBatch(tokens.Length, windows, length, _maxWindows);
        ArgumentOutOfRangeException.ThrowIfNotEqual(targets.Length, tokens.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(losses.Length, tokens.Length);
        _model.CheckTokens(tokens);
        _model.CheckTokens(targets);
        var rows = windows * length;
        var hidden = _activations.Hidden.Pointer;
        fixed (ushort* t = tokens)
        fixed (ushort* y = targets)
        fixed (float* result = losses)
        {
            ForwardToSite(t, windows, length, hidden);
            edit?.Invoke(hidden, rows);
            _layers[^1].ForwardFromHidden(hidden, _activations, _stream.Pointer, rows);
            FinalNorm(rows);
            _unembedding.Value.Forward(_activations.Normalised1.Pointer, y, rows, result);
        }
    }

    public void Dispose()
    {
        foreach (var layer in _layers)
        {
            layer.Dispose();
        }
        _activations.Dispose();
        _stream.Dispose();
        _rowStatistics.Dispose();
        if (_unembedding.IsValueCreated)
        {
            _unembedding.Value.Dispose();
        }
    }

    private UnembeddingLoss PackedUnembedding()
    {
        var unembedding = new UnembeddingLoss(_model.Config.DModel, _model.Config.VocabularySize, training: false);
        unembedding.Pack(_model.Parameters["lm_head.weight"]);
        return unembedding;
    }

    private void ForwardToSite(ushort* tokens, int windows, int length, float* site)
    {
        var p = _model.Parameters;
        _embedding.Forward(tokens, p["wte.weight"], p["wpe.weight"], _stream.Pointer, windows, length);
        foreach (var layer in _layers[..^1])
        {
            layer.ForwardToHidden(_stream.Pointer, _activations, _activations.Hidden.Pointer, windows, length);
            layer.ForwardFromHidden(_activations.Hidden.Pointer, _activations, _stream.Pointer, windows * length);
        }
        _layers[^1].ForwardToHidden(_stream.Pointer, _activations, site, windows, length);
    }

    /// <summary>The last LayerNorm of the stream, into the buffer that layers use for their first.</summary>
    private void FinalNorm(int rows)
    {
        var d = _model.Config.DModel;
        var statistics = _rowStatistics.Pointer;
        WorkerPool.For(TransformerLayer.Blocks(rows), (block, _) =>
        {
            var (row, count) = TransformerLayer.RowsOf(block, rows);
            LayerNorm.Forward(
                _stream.Pointer + (row * d), _model.Parameters["ln_f.weight"], _model.Parameters["ln_f.bias"], _model.Config.LayerNormEpsilon,
                _activations.Normalised1.Pointer + (row * d), statistics + row, statistics + (_rowStatistics.Length / 2) + row, count, d);
        });
    }
}
