using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Backends.Edits;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Engine.Dictionaries.Evaluation;

/// <summary>
/// Measures dictionaries on held-out tokens, and what the model loses when it has to work with the reconstruction x̂ of the activations x:
/// <code>
/// explained variance = 1 − Σ ‖x − x̂‖² / Σ ‖x − μ‖²        μ = mean of x over all the tokens
/// loss recovered = (loss of x := 0 − loss of x := x̂) / (loss of x := 0 − loss)
/// </code>
/// Of a transcoder x is what it writes: its site's real activations, which x̂ stands for.
/// Windows of the model's context are spread evenly over the split; the target of every position is the next token of the stream, also at
/// the end of a window, where it is the first of the next window. What does not depend on the dictionary is measured once.
/// Where a model has a start token, its places in the text are left out of every figure, as they are of the index, and no edit changes their activations.
/// </summary>
public sealed unsafe class DictionaryEvaluator : IDisposable
{
    private const int TokensPerCall = 4096;

    private readonly Site _site;
    private readonly Site? _input;
    private readonly TransformerConfig _config;
    private readonly TokenStore _tokens;
    private readonly IComputeBackend _backend;
    private readonly IModelRunner _runner;
    private readonly ActivationBaseline _baseline;
    private readonly ReconstructionTally _tally;
    private readonly int _window;
    private readonly long _windows;
    private readonly long _allWindows;
    private readonly int _windowsPerCall;
    private readonly float[] _losses;
    private readonly float[] _otherLosses;
    private readonly float[] _divergences;
    private readonly int? _start;
    private long _begunAt = -1;

    /// <param name="model">Not owned.</param>
    /// <param name="heldOut">Not owned.</param>
    /// <param name="maxTokens">Most tokens to measure on; whole windows are used, at least one.</param>
    /// <param name="site">Where the dictionaries write; null: the neurons of the last layer.</param>
    /// <param name="backend">Where; null: the CPU engine.</param>
    /// <param name="input">Where transcoders read that write there; null: autoencoders, which read the same site.</param>
    /// <exception cref="ArgumentException">The split is too short, or the model has no such site.</exception>
    public DictionaryEvaluator(TransformerModel model, TokenStore heldOut, long maxTokens, Site? site = null, IComputeBackend? backend = null, Site? input = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(heldOut);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, 1);
        _site = site ?? Site.Default(model.Config);
        _site.CheckReplaceable(model.Config);
        input?.CheckReads(_site);
        (_input, _config) = (input, model.Config);
        (_tokens, _window) = (heldOut, model.Config.Context);
        _allWindows = (heldOut.Count - 1) / _window;
        if (_allWindows < 1)
        {
            throw new ArgumentException(
                $"The held-out split has {heldOut.Count} tokens; a window of {_window} and the token after it are needed. Use a larger corpus.", nameof(heldOut));
        }

        _windows = Math.Clamp(maxTokens / _window, 1, _allWindows);
        _windowsPerCall = (int)Math.Clamp(TokensPerCall / _window, 1, _windows);
        _backend = backend ?? CpuBackend.Instance;
        _runner = _backend.ModelRunner(model, _windowsPerCall);
        _baseline = new ActivationBaseline(_site.Width(model.Config));
        _tally = new ReconstructionTally(_site.Width(model.Config), _windowsPerCall * _window);
        _losses = new float[_windowsPerCall * _window];
        _otherLosses = new float[_losses.Length];
        _divergences = new float[_losses.Length];
        _start = model.Config.StartToken;
        Tokens = (_windows * _window) - CountStarts();
    }

    /// <summary>Held-out tokens that it measures on: those of its windows, less the places of the model's start token.</summary>
    public long Tokens { get; }

    /// <summary>How often each feature of the dictionary measured last fired on <see cref="Tokens"/>.</summary>
    public IReadOnlyList<long> Fired => _tally.Fired;

    /// <summary>The metrics of one dictionary.</summary>
    /// <param name="model">The model that the dictionary was trained on.</param>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="heldOut">The held-out split.</param>
    /// <param name="maxTokens">Most tokens to measure on.</param>
    /// <param name="progress">Receives the share that is done.</param>
    /// <param name="site">Where it writes, and an autoencoder reads; null: where the dictionary says, or the neurons of the last layer.</param>
    /// <param name="backend">Where; null: the CPU engine.</param>
    /// <param name="cancellation">Checked between calls of the model.</param>
    public static DictionaryMetrics Evaluate(
        TransformerModel model, SparseAutoencoder dictionary, TokenStore heldOut, long maxTokens,
        IProgress<double>? progress = null, Site? site = null, IComputeBackend? backend = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        using var evaluator = new DictionaryEvaluator(model, heldOut, maxTokens, site ?? dictionary.OutputSite, backend, dictionary.IsTranscoder ? dictionary.Site : null);
        return evaluator.Measure(dictionary, progress, cancellation);
    }

    /// <summary>
    /// For use every few hundred steps of training: so few tokens that the model's own activations are kept, and a call to
    /// <see cref="Measure"/> costs about as much as a few steps. Dead and ultralow features cannot be told on so few.
    /// </summary>
    /// <param name="model">Not owned.</param>
    /// <param name="heldOut">Not owned.</param>
    /// <param name="site">Where the dictionaries read; null: the neurons of the last layer.</param>
    /// <param name="tokens">Most tokens to measure on.</param>
    public static DictionaryEvaluator Quick(TransformerModel model, TokenStore heldOut, Site? site = null, int tokens = TokensPerCall)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new DictionaryEvaluator(model, heldOut, Math.Min(tokens, TokensPerCall), site);
    }

    /// <summary>The metrics of a dictionary; may be called again with others.</summary>
    /// <exception cref="ArgumentException">The dictionary belongs to another width.</exception>
    public DictionaryMetrics Measure(SparseAutoencoder dictionary, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        if (dictionary.Outputs != _baseline.Inputs || dictionary.Inputs != (_input ?? _site).Width(_config))
        {
            throw new ArgumentException(
                $"The dictionary is for activations of width {dictionary.Inputs}, the model's {_input ?? _site} have {(_input ?? _site).Width(_config)}.", nameof(dictionary));
        }

        if (dictionary.IsTranscoder != _input is not null)
        {
            throw new ArgumentException(
                dictionary.IsTranscoder ? "The dictionary is a transcoder: name the site that it reads." : $"The dictionary gives back what it reads: it cannot read {_input} and write {_site}.", nameof(dictionary));
        }

        var known = MeasureBaseline(progress, cancellation);
        using var encoder = _backend.DictionaryEncoder(dictionary, _losses.Length);
        using var rows = _backend.Rows(_losses.Length, dictionary.Inputs);
        using var inputs = new FloatBuffer(_input is null ? 0 : (long)_losses.Length * dictionary.Inputs);
        _tally.Begin(dictionary, _baseline.Mean(), encoder, rows);
        double loss = 0, reconstructed = 0, divergence = 0;
        var reconstruct = new HostEdit((x, count) => _tally.Reconstruct(Read(x, inputs), x, count));
        ForEachCall(
            (targets, leftOut) =>
            {
                _tally.LeaveOut(leftOut);
                _runner.Compare(targets, reconstruct, _losses, _otherLosses, _divergences);
                loss += Sum(_losses, targets.Length, leftOut);
                reconstructed += Sum(_otherLosses, targets.Length, leftOut);
                divergence += Sum(_divergences, targets.Length, leftOut);
            },
            share => progress?.Report(known + ((1 - known) * share)),
            cancellation);
        var limit = FeatureDensity.UltralowLimit(Tokens) * Tokens;
        return new DictionaryMetrics
        {
            Tokens = Tokens,
            WindowTokens = _windows * _window,
            L0 = (double)_tally.Active / Tokens,
            ExplainedVariance = 1 - (_tally.Errors / _baseline.Variance),
            ExplainedVarianceByToken = _tally.MeanOfRows,
            ExplainedVarianceOfResidual = 1 - (_tally.ErrorVariance / _baseline.Variance),
            MeanSquaredError = _tally.Errors / ((double)Tokens * dictionary.Outputs),
            Loss = loss / Tokens,
            LossReconstructed = reconstructed / Tokens,
            LossZeroAblated = _baseline.LossZero,
            LossMeanAblated = _baseline.LossMean,
            Divergence = divergence / Tokens,
            NormRatio = _tally.NormRatio,
            ReconstructionBias = _tally.ReconstructionBias,
            MeanGain = _tally.MeanGain,
            Dead = _tally.Fired.Count(static count => count == 0),
            Ultralow = _tally.Fired.Count(count => count > 0 && count < limit),
        };
    }

    public void Dispose()
    {
        _runner.Dispose();
        _tally.Dispose();
    }

    /// <summary>What the dictionary reads beside x: x itself, or the input site.</summary>
    private float* Read(float* x, FloatBuffer inputs)
    {
        if (_input is null)
        {
            return x;
        }

        _runner.ReadInput(inputs.Pointer);
        return inputs.Pointer;
    }

    /// <summary>Returns the share of the work that this was: 0 when it had been done.</summary>
    private double MeasureBaseline(IProgress<double>? progress, CancellationToken cancellation)
    {
        const double Share = 0.5;
        if (_baseline.IsComplete)
        {
            return 0;
        }

        var n = _baseline.Inputs;
        _baseline.Clear();
        double zero = 0, mean = 0;
        ForEachCall(
            (targets, leftOut) =>
            {
                _runner.Continue(
                    targets,
                    new HostEdit((x, count) =>
                    {
                        _baseline.Add(x, count, leftOut);
                        Put(new float[n], x, count, leftOut);
                    }),
                    _losses);
                zero += Sum(_losses, targets.Length, leftOut);
            },
            share => progress?.Report(Share / 2 * share),
            cancellation);
        var mu = new ConstantEdit(_baseline.Mean());
        ForEachCall(
            (targets, leftOut) =>
            {
                _runner.Continue(targets, leftOut is null ? mu : new HostEdit((x, count) => Put(mu.Vector, x, count, leftOut)), _losses);
                mean += Sum(_losses, targets.Length, leftOut);
            },
            share => progress?.Report((Share / 2) + (Share / 2 * share)),
            cancellation);
        _baseline.Complete(zero / Tokens, mean / Tokens);
        return Share;
    }

    private static double Sum(float[] values, int count, bool[]? leftOut) =>
        values.Take(count).Where((_, row) => leftOut?[row] != true).Sum(static value => (double)value);

    /// <summary>Puts a vector in the place of every row that counts.</summary>
    private static void Put(ReadOnlySpan<float> vector, float* x, int rows, bool[]? leftOut)
    {
        for (var row = 0; row < rows; row++)
        {
            if (leftOut?[row] != true)
            {
                vector.CopyTo(new Span<float>(x + ((nint)row * vector.Length), vector.Length));
            }
        }
    }

    private long CountStarts()
    {
        var count = 0L;
        for (var window = 0L; _start is { } start && window < _windows; window++)
        {
            count += _tokens.Read(StartOf(window), _window).Count(start);
        }

        return count;
    }

    private long StartOf(long window) => window * _allWindows / _windows * _window;

    /// <summary>Which rows hold the start token; null: none does.</summary>
    private bool[]? Starts(int[] tokens) => _start is { } start && tokens.Contains(start) ? [.. tokens.Select(token => token == start)] : null;

    /// <summary>Begins a forward pass to the site for some windows at a time; when all fit one call, only once.</summary>
    private void ForEachCall(Action<int[], bool[]?> measure, Action<double> done, CancellationToken cancellation)
    {
        for (var first = 0L; first < _windows; first += _windowsPerCall)
        {
            cancellation.ThrowIfCancellationRequested();
            var windows = (int)Math.Min(_windowsPerCall, _windows - first);
            var tokens = new int[windows * _window];
            var targets = new int[windows * _window];
            for (var w = 0; w < windows; w++)
            {
                var start = StartOf(first + w);
                _tokens.Read(start, tokens.AsSpan(w * _window, _window));
                _tokens.Read(start + 1, targets.AsSpan(w * _window, _window));
            }

            if (_begunAt != first)
            {
                _runner.Begin(tokens, windows, _window, _site, _input);
                _begunAt = first;
            }

            measure(targets, Starts(tokens));
            done((double)(first + windows) / _windows);
        }
    }
}
