using System.Numerics.Tensors;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer.Generation;
using FeatureExplorer.Engine.Transformer.Layers;

namespace FeatureExplorer.Engine.Transformer;

/// <summary>A model's layers and the memory of one forward pass, which can be stopped at a <see cref="Site"/> and taken up again there.</summary>
internal sealed unsafe class ForwardPass : IDisposable
{
    /// <summary>Layers whose weights take more than this, in bytes, are packed one at a time.</summary>
    public const long MostPacked = 1L << 30;

    private const int RowsPerTask = 256;

    private readonly TransformerModel _model;
    private readonly TransformerLayer[] _layers;
    private readonly PackingRoom? _room;
    private readonly LayerActivations _activations;
    private readonly FloatBuffer _stream;
    private readonly FloatBuffer _rowStatistics;
    private readonly Embedding _embedding;
    private readonly KeyValueCache? _cache;
    private readonly RotaryTable? _rotary;

    // The layer that lies in the room.
    private int _packed = -1;

    /// <param name="model">Not owned.</param>
    /// <param name="maxWindows">Most windows of the model's context.</param>
    /// <param name="mostPacked">Layers whose weights take more than this, in bytes, are packed one at a time.</param>
    public ForwardPass(TransformerModel model, int maxWindows, long mostPacked = MostPacked)
        : this(model, checked(maxWindows * model.Config.Context), null, mostPacked)
    {
    }

    /// <param name="model">Not owned.</param>
    /// <param name="maxRows">Most rows at a time.</param>
    /// <param name="cache">What sequences have read before: windows are then the next tokens of sequences, which attend to it. Null: windows stand alone.</param>
    /// <param name="mostPacked">Layers whose weights take more than this, in bytes, are packed one at a time.</param>
    public ForwardPass(TransformerModel model, int maxRows, KeyValueCache? cache, long mostPacked = MostPacked)
    {
        (_model, MaxRows, _cache) = (model, maxRows, cache);
        var config = model.Config;
        _rotary = config.Architecture.Rotary is null ? null : new RotaryTable(config);
        _room = model.Parameters.LayerBytes > mostPacked ? new PackingRoom() : null;
        _layers = [.. Enumerable.Range(0, config.Layers).Select(layer => new TransformerLayer(config, model.Parameters, layer, 1, _rotary, training: false, _room))];
        _activations = new LayerActivations(config, MaxRows);
        _stream = new FloatBuffer((long)MaxRows * config.DModel);
        _rowStatistics = new FloatBuffer(2L * MaxRows);
        _embedding = new Embedding(config.VocabularySize, config.DModel, MaxRows);
    }

    public int MaxRows { get; }

    /// <summary>What the layer of a feed-forward site adds its output to, [R, d], after <see cref="ToSite"/>.</summary>
    public FloatBuffer Residual => _activations.Middle;

    /// <summary>The residual stream after the last layer, [R, d], after <see cref="FromSite"/>.</summary>
    public FloatBuffer Stream => _stream;

    /// <summary>The last LayerNorm's output, [R, d], after <see cref="FromSite"/>.</summary>
    public FloatBuffer FinalState => _activations.Normalised1;

    /// <summary>To be called after every change of the weights.</summary>
    public void Pack()
    {
        _packed = -1;
        for (var layer = 0; _room is null && layer < _layers.Length; layer++)
        {
            _layers[layer].Pack();
        }

        if (_cache is null && _model.Config.StartToken is { } token)
        {
            ReadStart(token);
        }
    }

    /// <summary>Memory for a site's activations, [R, n], that may be edited: nothing overwrites it between <see cref="ToSite"/> and <see cref="FromSite"/>.</summary>
    public float* Editable(Site site) => site.Kind == SiteKind.MlpPost ? _activations.Hidden.Pointer : _stream.Pointer;

    /// <summary>From tokens [windows · length] to the site's activations [R, n]; with a cache the windows belong to sequences from <paramref name="first"/> on.</summary>
    /// <param name="tokens">[windows · length].</param>
    /// <param name="windows">Number of windows.</param>
    /// <param name="length">Tokens of each.</param>
    /// <param name="site">Where.</param>
    /// <param name="activations">Receives [R, n].</param>
    /// <param name="first">First sequence of the cache.</param>
    /// <param name="input">A site on the way, in the layer of a site <c>mlp.out</c>, that is read, too; null: none.</param>
    /// <param name="inputs">Receives its activations, [R, d].</param>
    public void ToSite(int* tokens, int windows, int length, Site site, float* activations, int first = 0, Site? input = null, float* inputs = null)
    {
        var stream = _stream.Pointer;
        Embed(tokens, _cache?.Length ?? (_model.Config.StartToken is null ? 0 : 1), windows, length);
        for (var layer = 0; layer < site.Layer; layer++)
        {
            Through(layer, windows, length, stream, first);
        }
        switch (site.Kind)
        {
            case SiteKind.MlpPost:
                Packed(site.Layer).ForwardToHidden(stream, _activations, activations, windows, length, _cache, first);
                break;
            case SiteKind.MlpOut:
                Packed(site.Layer).ForwardToHidden(stream, _activations, _activations.Hidden.Pointer, windows, length, _cache, first);
                if (input is not null)
                {
                    ReadInput(input.Kind, inputs, windows * length);
                }

                Packed(site.Layer).ForwardFromHidden(_activations.Hidden.Pointer, null, activations, windows * length);
                break;
            case SiteKind.ResidPre:
                CopyStream(stream, activations, windows * length);
                break;
            case SiteKind.MlpIn or SiteKind.MlpNorm or SiteKind.ResidMid:
                _layers[site.Layer].ForwardToHidden(stream, _activations, _activations.Hidden.Pointer, windows, length, _cache, first);
                ReadInput(site.Kind, activations, windows * length);
                break;
            default:
                Through(site.Layer, windows, length, activations, first);
                break;
        }
    }

    /// <summary>
    /// From the site's activations, and the residual stream beside them, to <see cref="FinalState"/>. From a site that is only read it goes on with the neurons that
    /// <see cref="ToSite"/> has left.
    /// </summary>
    public void FromSite(Site site, float* activations, float* residual, int windows, int length, int first = 0)
    {
        var stream = _stream.Pointer;
        var rows = windows * length;
        switch (site.Kind)
        {
            case SiteKind.MlpPost:
                Packed(site.Layer).ForwardFromHidden(activations, residual, stream, rows);
                break;
            case SiteKind.MlpOut:
                AddResidual(activations, residual, stream, rows);
                break;
            case SiteKind.MlpIn or SiteKind.MlpNorm or SiteKind.ResidMid:
                _layers[site.Layer].ForwardFromHidden(_activations.Hidden.Pointer, residual, stream, rows);
                break;
            default:
                CopyStream(activations, stream, rows);
                break;
        }
        for (var layer = site.Kind == SiteKind.ResidPre ? site.Layer : site.Layer + 1; layer < _layers.Length; layer++)
        {
            Through(layer, windows, length, stream, first);
        }
        FinalNorm(rows);
    }

    public void Dispose()
    {
        foreach (var layer in _layers)
        {
            layer.Dispose();
        }
        _room?.Dispose();
        _activations.Dispose();
        _stream.Dispose();
        _rowStatistics.Dispose();
        _rotary?.Dispose();
    }

    /// <summary>Runs the start token alone through all layers: every window attends to what it leaves in them.</summary>
    private void ReadStart(int token)
    {
        Embed(&token, 0, 1, 1);
        for (var number = 0; number < _layers.Length; number++)
        {
            var layer = Packed(number);
            layer.StartFrom(null);
            layer.ForwardToHidden(_stream.Pointer, _activations, _activations.Hidden.Pointer, 1, 1);
            layer.ForwardFromHidden(_activations.Hidden.Pointer, _activations.Middle.Pointer, _stream.Pointer, 1);
            layer.StartFrom(_activations.Qkv.Pointer);
        }
    }

    /// <summary>A layer whose weights are packed.</summary>
    private TransformerLayer Packed(int layer)
    {
        if (_room is not null && _packed != layer)
        {
            _layers[layer].Pack();
            _packed = layer;
        }

        return _layers[layer];
    }

    private void Embed(int* tokens, int position, int windows, int length)
    {
        var p = _model.Parameters;
        var positions = _rotary is null ? p["wpe.weight"] + ((nint)position * _model.Config.DModel) : null;
        _embedding.Forward(tokens, p["wte.weight"], positions, _stream.Pointer, windows, length);
    }

    /// <summary>One whole layer, from the stream to y[R, d], which may be the stream.</summary>
    private void Through(int layer, int windows, int length, float* y, int first)
    {
        Packed(layer).ForwardToHidden(_stream.Pointer, _activations, _activations.Hidden.Pointer, windows, length, _cache, first);
        Packed(layer).ForwardFromHidden(_activations.Hidden.Pointer, _activations.Middle.Pointer, y, windows * length);
    }

    /// <summary>What the feed-forward layer reads, or its norm does, [R, d], of the layer that has come to its neurons; the stream is still the one before the layer.</summary>
    private void ReadInput(SiteKind kind, float* to, int rows)
    {
        var d = _model.Config.DModel;
        var read = _model.Config.Architecture.Parallel ? _stream.Pointer : _activations.Middle.Pointer;
        if (kind != SiteKind.MlpNorm)
        {
            CopyStream(kind == SiteKind.MlpIn ? _activations.Normalised2.Pointer : read, to, rows);
            return;
        }

        WorkerPool.For(rows, (row, _) =>
        {
            var target = new Span<float>(to + ((nint)row * d), d);
            TensorPrimitives.Subtract(new ReadOnlySpan<float>(read + ((nint)row * d), d), _activations.Mean2[row], target);
            TensorPrimitives.Multiply(target, _activations.InverseSigma2[row], target);
        });
    }

    private void FinalNorm(int rows)
    {
        var d = _model.Config.DModel;
        var statistics = _rowStatistics.Pointer;
        WorkerPool.For(TransformerLayer.Blocks(rows), (block, _) =>
        {
            var (row, count) = TransformerLayer.RowsOf(block, rows);
            LayerNorm.Forward(
                _stream.Pointer + (row * d), _model.Parameters["ln_f.weight"], _model.Parameters["ln_f.bias"], _model.Config.LayerNormEpsilon,
                FinalState.Pointer + (row * d), statistics + row, statistics + MaxRows + row, count, d, _model.Config.Architecture.Norm);
        });
    }

    private void CopyStream(float* from, float* to, int rows)
    {
        if (from != to)
        {
            ForRows(rows, (start, length) => new ReadOnlySpan<float>(from + start, length).CopyTo(new Span<float>(to + start, length)));
        }
    }

    private void AddResidual(float* output, float* residual, float* to, int rows) =>
        ForRows(rows, (start, length) => TensorPrimitives.Add(
            new ReadOnlySpan<float>(output + start, length), new ReadOnlySpan<float>(residual + start, length), new Span<float>(to + start, length)));

    /// <summary>Pieces of [R, d].</summary>
    private void ForRows(int rows, Action<nint, int> body)
    {
        var d = _model.Config.DModel;
        WorkerPool.For((rows + RowsPerTask - 1) / RowsPerTask, (task, _) =>
            body((nint)task * RowsPerTask * d, Math.Min(RowsPerTask, rows - (task * RowsPerTask)) * d));
    }
}
