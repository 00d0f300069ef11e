using System.Diagnostics;
using System.Globalization;
using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>
/// Trains a dictionary by the recipe <c>paper-2023</c> (Bricken et al. 2023): b_dec starts at the geometric median, decoder rows keep length
/// 1 with the parallel part of their gradients taken out before Adam, and dead features are resampled. λ warms up and activations are
/// scaled as <see cref="DictionaryOptions"/> says. Deterministic for a seed and a source.
/// </summary>
public sealed unsafe class DictionaryTrainer : IDisposable
{
    private const int StepsPerReport = 50;

    // A loss so far above that of x̂ = 0 cannot come from data.
    private const double Explosion = 1000;

    private readonly DictionaryOptions _options;
    private readonly IActivationSource _source;
    private readonly DictionaryStep _step;
    private readonly FloatBuffer _batch;
    private readonly long[] _lastFired;
    private readonly CounterRandom _random;
    private float _scale = 1;
    private double _meanSquare;
    private long _samples;
    private int _resampled;

    public DictionaryTrainer(IActivationSource source, DictionaryOptions options)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _source = source;
        _random = new CounterRandom(options.Seed).Stream("dictionary");
        _step = new DictionaryStep(source.Inputs, options.Features, options.Batch);
        _batch = new FloatBuffer((long)options.Batch * source.Inputs);
        _lastFired = new long[options.Features];
    }

    /// <summary>What each vector is multiplied by during training: √n / E‖x‖, or 1.</summary>
    public float Scale => _scale;

    /// <summary>Features resampled over the whole run.</summary>
    public int Resampled => _resampled;

    /// <summary>Runs the whole training.</summary>
    /// <returns>The dictionary for activations as the source gives them; the caller disposes it.</returns>
    /// <exception cref="InvalidOperationException">The training diverged, or the activations are not finite.</exception>
    public SparseAutoencoder Train(IProgress<DictionaryProgress>? progress = null, CancellationToken cancellation = default)
    {
        var clock = Stopwatch.StartNew();
        Initialize();
        var report = new Averages();
        var resampleSteps = _options.ResampleAt.Select(share => (long)(share * _options.Steps)).ToHashSet();
        var adam = new AdamSettings(_options.LearningRate);
        for (var step = 1L; step <= _options.Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            var lambda = LambdaAt(step);
            _source.Read(_batch.Pointer, _options.Batch);
            var losses = _step.ComputeGradients(_batch.Pointer, _options.Batch, _scale, lambda);
            ThrowIfDiverged(step, losses);
            _step.Update(adam, step);
            _samples += _options.Batch;
            MarkFired();
            report.Add(losses, _options.Batch);
            if (resampleSteps.Contains(step))
            {
                ResampleDead(step, lambda);
            }

            if (step % StepsPerReport == 0 || step == _options.Steps)
            {
                progress?.Report(report.Take(step, _options.Steps, lambda, DeadFeatures().Count, _resampled, _samples / clock.Elapsed.TotalSeconds));
            }
        }

        return DictionaryWeights.ToDictionary(_step.Parameters, _scale);
    }

    public void Dispose()
    {
        _step.Dispose();
        _batch.Dispose();
    }

    /// <summary>λ rises from 0 in a straight line over the first share of the steps: features settle before sparsity presses.</summary>
    private float LambdaAt(long step)
    {
        var warmup = _options.LambdaWarmup * _options.Steps;
        return warmup <= 0 ? _options.Lambda : (float)(_options.Lambda * Math.Min(1, step / warmup));
    }

    private void Initialize()
    {
        var n = _source.Inputs;
        var rows = _options.SampleVectors;
        using var sample = ReadSample(rows);
        var norms = new double[rows];
        for (var row = 0; row < rows; row++)
        {
            norms[row] = Math.Sqrt(System.Numerics.Tensors.TensorPrimitives.SumOfSquares<float>(sample.Span((long)row * n, n)));
        }

        var mean = norms.Average();
        if (!(mean > 0 && double.IsFinite(mean)))
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"The mean norm of {rows} activation vectors is {mean}: the model gives no usable activations; train or check it first."));
        }

        _scale = _options.Normalize ? (float)(Math.Sqrt(n) / mean) : 1;
        _meanSquare = norms.Average(static norm => norm * norm) / n * _scale * _scale;
        DictionaryWeights.Initialize(_step.Parameters, sample.Pointer, rows, _scale, _random);
    }

    private FloatBuffer ReadSample(int rows)
    {
        var sample = new FloatBuffer((long)rows * _source.Inputs);
        for (var row = 0; row < rows; row += _options.Batch)
        {
            _source.Read(sample.Pointer + ((nint)row * _source.Inputs), Math.Min(_options.Batch, rows - row));
        }

        return sample;
    }

    private void MarkFired()
    {
        for (var feature = 0; feature < _lastFired.Length; feature++)
        {
            if (_step.Fired[feature] > 0)
            {
                _lastFired[feature] = _samples;
            }
        }
    }

    private List<int> DeadFeatures()
    {
        var window = _options.EffectiveDeadWindow;
        var dead = new List<int>();
        for (var feature = 0; feature < _lastFired.Length; feature++)
        {
            if (_samples - _lastFired[feature] >= window)
            {
                dead.Add(feature);
            }
        }

        return dead;
    }

    private void ResampleDead(long step, float lambda)
    {
        var dead = DeadFeatures();
        if (dead.Count == 0)
        {
            return;
        }

        var rows = _options.SampleVectors;
        using var candidates = ReadSample(rows);
        System.Numerics.Tensors.TensorPrimitives.Multiply(candidates.Span(), _scale, candidates.Span());
        FeatureResampler.Resample(_step, dead, candidates.Pointer, rows, lambda, _random.Stream($"resample {step}"));
        foreach (var feature in dead)
        {
            _lastFired[feature] = _samples;
        }

        _resampled += dead.Count;
    }

    private void ThrowIfDiverged(long step, StepLosses losses)
    {
        if (double.IsFinite(losses.Total) && losses.MeanSquaredError <= Explosion * _meanSquare)
        {
            return;
        }

        var finite = System.Numerics.Tensors.TensorPrimitives.IsFiniteAll<float>(_batch.Span());
        var cause = finite
            ? $"the learning rate {_options.LearningRate} is probably too high for {_options.Features} features; try a third of it"
            : "the activations of this batch hold values that are not finite: check the model";
        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
            $"Training of the dictionary diverged at step {step} of {_options.Steps} (mse {losses.MeanSquaredError:G4}, l1 {losses.L1:G4}): {cause}."));
    }

    /// <summary>Running means between two reports.</summary>
    private sealed class Averages
    {
        private double _mse;
        private double _l1;
        private double _active;
        private int _steps;
        private long _rows;

        public void Add(StepLosses losses, int rows)
        {
            _mse += losses.MeanSquaredError;
            _l1 += losses.L1;
            _active += losses.Active;
            _rows += rows;
            _steps++;
        }

        public DictionaryProgress Take(long step, long steps, float lambda, int dead, int resampled, double rate)
        {
            var progress = new DictionaryProgress(step, steps, _mse / _steps, _l1 / _steps, lambda, _active / _rows, dead, resampled, rate);
            (_mse, _l1, _active, _steps, _rows) = (0, 0, 0, 0, 0);
            return progress;
        }
    }
}
