using System.Numerics.Tensors;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Transformer;
using Model = FeatureExplorer.Engine.Transformer.Transformer;

namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>
/// Measures a dictionary on held-out tokens, and what the model loses when it has to work with the reconstruction x̂ of the activations x:
/// <code>
/// explained variance = 1 − Σ ‖x − x̂‖² / Σ ‖x − μ‖²        μ = mean of x over all the tokens
/// loss recovered = (loss of x := 0 − loss of x := x̂) / (loss of x := 0 − loss)
/// </code>
/// Setting x to zero keeps the MLP's output bias. Windows of the model's context are spread evenly over the split; the target of every
/// position is the next token of the stream, also at the end of a window, where it is the first of the next window.
/// </summary>
public sealed unsafe class DictionaryEvaluator : IDisposable
{
    private const int WindowsPerCall = 32;
    private const int ColumnsPerTask = 64;

    private readonly SparseAutoencoder _dictionary;
    private readonly TokenStore _tokens;
    private readonly TransformerRunner _runner;
    private readonly int _window;
    private readonly long _windows;
    private readonly long _allWindows;
    private readonly SparseActivations _f = new();
    private readonly FloatBuffer _xHat;
    private readonly double[] _sums;
    private readonly float[] _losses;
    private double _squares;
    private double _errors;
    private long _active;

    /// <param name="model">Not owned.</param>
    /// <param name="dictionary">Not owned.</param>
    /// <param name="heldOut">Not owned.</param>
    /// <param name="maxTokens">Most tokens to measure on; whole windows are used, at least one.</param>
    /// <exception cref="ArgumentException">The split is too short, or the dictionary belongs to another width.</exception>
    public DictionaryEvaluator(Model model, SparseAutoencoder dictionary, TokenStore heldOut, long maxTokens)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(heldOut);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, 1);
        (_dictionary, _tokens, _window) = (dictionary, heldOut, model.Config.Context);
        if (dictionary.Inputs != model.Config.DMlp)
        {
            throw new ArgumentException($"The dictionary is for activations of width {dictionary.Inputs}, the model's have {model.Config.DMlp}.", nameof(dictionary));
        }

        _allWindows = (heldOut.Count - 1) / _window;
        if (_allWindows < 1)
        {
            throw new ArgumentException(
                $"The held-out split has {heldOut.Count} tokens; a window of {_window} and the token after it are needed. Use a larger corpus.", nameof(heldOut));
        }

        _windows = Math.Clamp(maxTokens / _window, 1, _allWindows);
        _runner = new TransformerRunner(model, WindowsPerCall);
        _xHat = new FloatBuffer((long)WindowsPerCall * _window * dictionary.Inputs);
        _sums = new double[dictionary.Inputs];
        _losses = new float[WindowsPerCall * _window];
    }

    /// <summary>The metrics of a dictionary; disposes what it needs.</summary>
    /// <param name="model">The model that the dictionary was trained on.</param>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="heldOut">The held-out split.</param>
    /// <param name="maxTokens">Most tokens to measure on.</param>
    /// <param name="progress">Receives the share that is done.</param>
    /// <param name="cancellation">Checked between calls of the model.</param>
    public static DictionaryMetrics Evaluate(
        Model model, SparseAutoencoder dictionary, TokenStore heldOut, long maxTokens,
        IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        using var evaluator = new DictionaryEvaluator(model, dictionary, heldOut, maxTokens);
        return evaluator.Evaluate(progress, cancellation);
    }

    public DictionaryMetrics Evaluate(IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        var n = _dictionary.Inputs;
        Array.Clear(_sums);
        (_squares, _errors, _active) = (0, 0, 0);
        var totals = new double[4];
        ForEachCall(
            (tokens, targets, windows) =>
            {
                totals[0] += Loss(tokens, targets, windows, Measure);
                totals[1] += Loss(tokens, targets, windows, Reconstruct);
                totals[2] += Loss(tokens, targets, windows, (x, rows) => new Span<float>(x, rows * n).Clear());
            },
            share => progress?.Report(0.75 * share),
            cancellation);
        var count = (double)_windows * _window;
        var mean = _sums.Select(sum => (float)(sum / count)).ToArray();
        ForEachCall(
            (tokens, targets, windows) => totals[3] += Loss(tokens, targets, windows, (x, rows) =>
            {
                for (var row = 0; row < rows; row++)
                {
                    mean.CopyTo(new Span<float>(x + ((nint)row * n), n));
                }
            }),
            share => progress?.Report(0.75 + (0.25 * share)),
            cancellation);
        return new DictionaryMetrics
        {
            Tokens = _windows * _window,
            L0 = _active / count,
            ExplainedVariance = 1 - (_errors / (_squares - _sums.Sum(sum => sum * sum / count))),
            MeanSquaredError = _errors / (count * n),
            Loss = totals[0] / count,
            LossReconstructed = totals[1] / count,
            LossZeroAblated = totals[2] / count,
            LossMeanAblated = totals[3] / count,
        };
    }

    public void Dispose()
    {
        _runner.Dispose();
        _xHat.Dispose();
    }

    private void ForEachCall(Action<ushort[], ushort[], int> measure, Action<double> done, CancellationToken cancellation)
    {
        for (var first = 0L; first < _windows; first += WindowsPerCall)
        {
            cancellation.ThrowIfCancellationRequested();
            var windows = (int)Math.Min(WindowsPerCall, _windows - first);
            var tokens = new ushort[windows * _window];
            var targets = new ushort[windows * _window];
            for (var w = 0; w < windows; w++)
            {
                var start = (first + w) * _allWindows / _windows * _window;
                _tokens.Read(start, _window).CopyTo(tokens.AsSpan(w * _window));
                _tokens.Read(start + 1, _window).CopyTo(targets.AsSpan(w * _window));
            }

            measure(tokens, targets, windows);
            done((double)(first + windows) / _windows);
        }
    }

    private double Loss(ushort[] tokens, ushort[] targets, int windows, ActivationEdit edit)
    {
        _runner.Losses(tokens, targets, windows, _window, edit, _losses);
        var sum = 0.0;
        foreach (var loss in _losses.AsSpan(0, tokens.Length))
        {
            sum += loss;
        }

        return sum;
    }

    /// <summary>Sums of x and of its squares; changes nothing.</summary>
    private void Measure(float* x, int rows)
    {
        var n = _dictionary.Inputs;
        var squares = new double[(n + ColumnsPerTask - 1) / ColumnsPerTask];
        WorkerPool.For(squares.Length, (task, _) =>
        {
            var columns = Math.Min(ColumnsPerTask, n - (task * ColumnsPerTask));
            for (var row = 0; row < rows; row++)
            {
                var values = new ReadOnlySpan<float>(x + ((nint)row * n) + (task * ColumnsPerTask), columns);
                for (var c = 0; c < columns; c++)
                {
                    _sums[(task * ColumnsPerTask) + c] += values[c];
                }

                squares[task] += TensorPrimitives.SumOfSquares(values);
            }
        });
        _squares += squares.Sum();
    }

    /// <summary>Puts x̂ in the place of x, and sums the errors.</summary>
    private void Reconstruct(float* x, int rows)
    {
        var n = _dictionary.Inputs;
        _dictionary.Encode(x, rows, _f);
        _dictionary.Decode(_f, _xHat.Pointer);
        _active += _f.Count;
        var errors = new double[rows];
        WorkerPool.For(rows, (row, _) =>
        {
            var target = new Span<float>(x + ((nint)row * n), n);
            var xHat = _xHat.Span((long)row * n, n);
            var distance = TensorPrimitives.Distance<float>(target, xHat);
            errors[row] = (double)distance * distance;
            xHat.CopyTo(target);
        });
        _errors += errors.Sum();
    }
}
