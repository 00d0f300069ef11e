using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Analysis.LogitSide;

/// <summary>
/// How much of the layer's update of the logits a dictionary's reconstruction x̂ explains, and what lies where nothing reads it. With the last LayerNorm's σ as it is at the token an
/// addend u of the residual stream adds W_U v to the logits, v = (u − mean u) γ / σ (<see cref="LogitDecomposer"/>), and the squared norm of that, its mean over the vocabulary taken out,
/// is vᵀ G v with the d × d matrix G = W_Uᵀ C W_U: no logits are computed. Windows are those of the dictionary's other metrics.
/// </summary>
public sealed unsafe class LogitUpdateMeasure : IDisposable
{
    private const int TokensPerCall = 4096;

    private readonly TransformerModel _model;
    private readonly SparseAutoencoder _dictionary;
    private readonly Site _site;
    private readonly Site _input;
    private readonly TransformerRunner _runner;
    private readonly UnembeddingMetric? _metric;
    private readonly NullSpace _space;
    private readonly SparseActivations _f = new();
    private readonly int _rows;
    private readonly FloatBuffer _x;
    private readonly FloatBuffer _xHat;
    private readonly FloatBuffer _stream;
    private readonly FloatBuffer _added;

    /// <param name="model">The model.</param>
    /// <param name="dictionary">Its dictionary. None is owned.</param>
    public LogitUpdateMeasure(TransformerModel model, SparseAutoencoder dictionary)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(dictionary);
        (_model, _dictionary, _site) = (model, dictionary, dictionary.OutputSite ?? Site.Default(model.Config));
        _input = dictionary.Site ?? _site;
        var windows = Math.Max(1, TokensPerCall / model.Config.Context);
        _rows = windows * model.Config.Context;
        _runner = new TransformerRunner(model, windows);
        _metric = LogitDecomposer.Problem(model, _site) is null ? new UnembeddingMetric(model, _rows) : null;
        _space = new NullSpace(model, _site);
        (_x, _xHat) = (new FloatBuffer((long)_rows * dictionary.Inputs), new FloatBuffer((long)_rows * dictionary.Outputs));
        (_stream, _added) = (new FloatBuffer((long)_rows * model.Config.DModel), new FloatBuffer((long)_rows * model.Config.DModel));
    }

    /// <summary>Measures on windows spread evenly over the held-out tokens.</summary>
    /// <param name="heldOut">The tokens.</param>
    /// <param name="maxTokens">Most tokens; whole windows are used, at least one.</param>
    /// <param name="live">[m] which features fire often enough to count.</param>
    /// <param name="progress">Receives the share that is done.</param>
    /// <param name="cancellation">Checked between calls of the model.</param>
    /// <exception cref="ArgumentException">The split is shorter than a window.</exception>
    public LogitUpdateFigures Run(TokenStore heldOut, long maxTokens, Func<int, bool> live, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(heldOut);
        ArgumentNullException.ThrowIfNull(live);
        var windows = new EvenWindows(heldOut, _model.Config.Context, maxTokens);
        var (update, logits, errors) = (new SpreadSum(_model.Config.DModel), new SpreadSum(_model.Config.DModel), new SpreadSum(_model.Config.DModel));
        var unread = _space.Applies ? new UnreadSums(_space, _rows) : null;
        windows.ForEach(_runner.MaxWindows, Measure, progress, cancellation);
        // Errors count with their common offset, as in the explained variance.
        var explained = _metric is null ? ((double, double)?)null : (1 - (errors.Squares / _metric.Variance(update)), 1 - (errors.Squares / _metric.Variance(logits)));
        return new LogitUpdateFigures(windows.Tokens, explained?.Item1, explained?.Item2, unread?.Figures(Shares(live)));

        void Measure(int[] tokens, long[] starts)
        {
            Reconstruct(tokens, starts.Length);
            unread?.Add(_x.Pointer, _xHat.Pointer, tokens.Length);
            AddLogits(tokens, starts.Length, update, logits, errors);
        }
    }

    public void Dispose()
    {
        _runner.Dispose();
        _metric?.Dispose();
        _x.Dispose();
        _xHat.Dispose();
        _stream.Dispose();
        _added.Dispose();
    }

    private double[] Shares(Func<int, bool> live) =>
        [.. _space.Shares(_dictionary).Where((_, feature) => live(feature)).Order()];

    private void Reconstruct(ReadOnlySpan<int> tokens, int windows)
    {
        using var x = new HostRows(_x.Pointer, tokens.Length, _dictionary.Inputs);
        using var stream = new HostRows(_stream.Pointer, tokens.Length, _model.Config.DModel);
        _runner.Stream(tokens, windows, _model.Config.Context, _input, x, stream);
        _dictionary.Encode(_x.Pointer, tokens.Length, _f);
        _dictionary.Decode(_f, _xHat.Pointer, _x.Pointer);
    }

    private void AddLogits(ReadOnlySpan<int> tokens, int windows, SpreadSum update, SpreadSum logits, SpreadSum errors)
    {
        if (_metric is null)
        {
            return;
        }

        _metric.Measure(_stream.Pointer, tokens.Length, _stream.Pointer, logits);
        _runner.Activations(tokens, windows, _model.Config.Context, _site with { Kind = SiteKind.MlpOut }, _added.Pointer);
        _metric.Measure(_stream.Pointer, tokens.Length, _added.Pointer, update);
        // What x̂ stands for: what was read, or what a transcoder writes.
        var real = _dictionary.IsTranscoder ? _added : _x;
        System.Numerics.Tensors.TensorPrimitives.Subtract(real.Span(), _xHat.Span(), _xHat.Span());
        LogitWeights.ToResidual(_model, _xHat.Pointer, tokens.Length, _added.Pointer, _site);
        _metric.Measure(_stream.Pointer, tokens.Length, _added.Pointer, errors);
    }
}
