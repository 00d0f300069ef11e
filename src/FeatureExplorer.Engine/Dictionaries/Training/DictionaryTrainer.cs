using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer.Training;

namespace FeatureExplorer.Engine.Dictionaries.Training;

/// <summary>
/// Trains a dictionary of any <see cref="DictionaryVariants">variant</see>: λ and the learning rate follow the options' schedule, activations are
/// scaled as they say, and dead features are resampled or taught where the variant does so. On one back end the result is a function of the options and the
/// source; on the CPU engine the number of threads, and the stops and resumptions on the way, make no difference to a single bit.
/// </summary>
public sealed unsafe class DictionaryTrainer : IDisposable
{
    private const int StepsPerReport = 50;

    // A loss so far above that of x̂ = 0 cannot come from data.
    private const double Explosion = 1000;

    private const string ParametersTensors = "parameters";
    private const string FirstMomentsTensors = "moment1";
    private const string SecondMomentsTensors = "moment2";
    private const string FiredTensor = "last_fired";

    private readonly DictionaryOptions _options;
    private readonly IActivationSource _source;
    private readonly DictionaryVariant _variant;
    private readonly SparseAutoencoder? _start;
    private readonly IComputeBackend _backend;
    private readonly IDictionaryStep _step;
    private readonly Rows _batch;
    private readonly long[] _lastFired;
    private readonly CounterRandom _random;
    private readonly HashSet<long> _resampleSteps;
    private readonly ReportAverages _report = new();
    private readonly bool _teachesDead;
    private readonly Stopwatch _clock = new();
    private (long Step, TimeSpan Time) _reported;
    private float _scale = 1;
    private double _meanSquare;
    private long _samples;
    private long _firstStep;
    private int _resampled;
    private bool _begun;

    /// <param name="source">Not owned.</param>
    /// <param name="options">How.</param>
    /// <param name="backend">Where; null: the CPU engine.</param>
    /// <param name="start">The dictionary of <see cref="DictionaryOptions.Start"/>, whose weights come in the place of the first ones; not owned. Null where the options name none.</param>
    /// <exception cref="ArgumentException">The options do not work, or the dictionary is not theirs, or the variant cannot go on from it.</exception>
    public DictionaryTrainer(IActivationSource source, DictionaryOptions options, IComputeBackend? backend = null, SparseAutoencoder? start = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        DictionaryStart.Demand(start, options, source.Inputs);
        (_options, _start) = (options, start);
        _source = source;
        var random = new CounterRandom(options.Seed).Stream("dictionary");
        _random = options.Stream is { } stream ? random.Stream(stream) : random;
        _variant = DictionaryVariant.Of(options);
        _backend = backend ?? CpuBackend.Instance;
        _step = _backend.DictionaryStep(source.Inputs, options.Batch, _variant);
        _resampleSteps = _variant.Resamples ? [.. options.ResampleAt.Select(share => (long)(share * options.Steps))] : [];
        _teachesDead = _variant.DeadPerRow(source.Inputs) > 0;
        _batch = _backend.Rows(options.Batch, source.Inputs);
        _lastFired = new long[options.Features];
    }

    public DictionaryOptions Options => _options;

    /// <summary>n.</summary>
    public int Inputs => _source.Inputs;

    /// <summary>Steps done.</summary>
    public long Step { get; private set; }

    /// <summary>What each vector is multiplied by during training: √n / E‖x‖, or 1.</summary>
    public float Scale => _scale;

    /// <summary>Features resampled over the whole run.</summary>
    public int Resampled => _resampled;

    /// <summary>Whether all steps are done.</summary>
    public bool IsFinished => Step >= _options.Steps;

    /// <summary>Runs the whole training from where it stands; <see cref="DictionarySweep"/> does it with checkpoints.</summary>
    /// <param name="progress">Told every 50 steps.</param>
    /// <param name="cancellation">Looked at before every step.</param>
    /// <returns>The dictionary for activations as the source gives them; the caller disposes it.</returns>
    /// <exception cref="TrainingDivergedException">The training diverged.</exception>
    /// <exception cref="InvalidOperationException">The activations cannot be trained on.</exception>
    public SparseAutoencoder Train(IProgress<DictionaryProgress>? progress = null, CancellationToken cancellation = default)
    {
        while (!IsFinished)
        {
            cancellation.ThrowIfCancellationRequested();
            TakeStep(progress);
        }

        return Snapshot();
    }

    /// <summary>Takes one step, after reading what the start needs if it is the first.</summary>
    public void TakeStep(IProgress<DictionaryProgress>? progress = null)
    {
        // Only its own time counts: others may train between two steps of it.
        _clock.Start();
        Begin();
        var step = Step + 1;
        var lambda = _options.LambdaAt(step);
        _batch.Fill(_source, _options.Batch);
        var losses = _step.ComputeGradients(_batch, _options.Batch, _scale, lambda, _teachesDead ? [.. DeadFeatures()] : null);
        ThrowIfDiverged(step, losses);
        _step.Update(new AdamSettings(_options.LearningRateAt(step), _options.Beta1), step, _options.ClipNorm);
        _samples += _options.Batch;
        MarkFired();
        _report.Add(losses, _options.Batch);
        if (_resampleSteps.Contains(step))
        {
            ResampleDead(step, lambda);
        }

        Step = step;
        _clock.Stop();
        if (step % StepsPerReport == 0 || step == _options.Steps)
        {
            var now = _clock.Elapsed;
            var rate = (step - _firstStep) * _options.Batch / now.TotalSeconds;
            var pace = (step - Math.Max(_firstStep, _reported.Step)) * _options.Batch / (now - _reported.Time).TotalSeconds;
            _reported = (step, now);
            progress?.Report(_report.Take(step, _options.Steps, lambda, DeadFeatures().Count, _resampled, rate) with { Pace = pace });
        }
    }

    /// <summary>The dictionary as it stands, for activations as the source gives them; the caller disposes it.</summary>
    public SparseAutoencoder Snapshot() => _variant.Export(_step.Download().Parameters, _scale);

    public void Dispose()
    {
        _step.Dispose();
        _batch.Dispose();
    }

    /// <summary>All that a resumption needs but the stream's: tensors, whose names begin with a prefix, and numbers.</summary>
    /// <exception cref="TrainingDivergedException">A parameter is not finite, and a checkpoint of it would be worthless.</exception>
    internal (IReadOnlyList<NamedTensor> Tensors, TrainerState State) Save(string prefix)
    {
        var state = _step.Download();
        ThrowIfNotFinite(state);
        return (
            [
                .. state.Parameters.Named(prefix + ParametersTensors), .. state.FirstMoments.Named(prefix + FirstMomentsTensors),
                .. state.SecondMoments.Named(prefix + SecondMomentsTensors),
                NamedTensor.Integers(prefix + FiredTensor, [.. _lastFired], _lastFired.Length),
            ],
            new TrainerState(Step, _samples, _scale, _meanSquare, _resampled, _step.WasDense, _variant.State));
    }

    /// <summary>Goes on from what <see cref="Save"/> gave; the source is put in its place by its owner.</summary>
    internal void Restore(SafetensorsFile file, TrainerState state, string prefix)
    {
        var host = _step.Download();
        host.Parameters.Read(file, prefix + ParametersTensors);
        host.FirstMoments.Read(file, prefix + FirstMomentsTensors);
        host.SecondMoments.Read(file, prefix + SecondMomentsTensors);
        _step.Upload();
        file.ReadIntegers(prefix + FiredTensor).CopyTo(_lastFired.AsSpan());
        (Step, _samples, _scale, _meanSquare, _resampled) = (state.Step, state.Samples, state.Scale, state.MeanSquare, state.Resampled);
        (_step.WasDense, _variant.State, _firstStep, _begun) = (state.WasDense, state.Variant, state.Step, state.Step > 0);
    }

    private void Begin()
    {
        if (_begun)
        {
            return;
        }

        _begun = true;
        var n = _source.Inputs;
        var rows = _options.SampleVectors;
        using var sample = new VectorSample(_source, rows);
        var (norms, x) = (new double[rows], new float[n]);
        for (var row = 0; row < rows; row++)
        {
            sample.CopyTo(row, x);
            norms[row] = Math.Sqrt(TensorPrimitives.SumOfSquares<float>(x));
        }

        var mean = norms.Average();
        if (!(mean > 0 && double.IsFinite(mean)))
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"The mean norm of {rows} activation vectors is {mean}: the model gives no usable activations; train or check it first."));
        }

        _scale = _options.Normalize ? (float)(Math.Sqrt(n) / mean) : 1;
        _meanSquare = norms.Average(static norm => norm * norm) / n * _scale * _scale;
        if (_start is null)
        {
            _variant.Initialize(_step.Download().Parameters, sample, _scale, _random);
        }
        else
        {
            _variant.Continue(_step.Download().Parameters, _start, _scale);
        }

        _step.Upload();
    }

    private void MarkFired()
    {
        var fired = _step.Fired;
        for (var feature = 0; feature < _lastFired.Length; feature++)
        {
            if (fired[feature] > 0)
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

        using var candidates = new VectorSample(_source, _options.SampleVectors, _scale);
        FeatureResampler.Resample(_step.Download(), dead, candidates, _step.Losses(candidates, lambda), _random.Stream($"resample {step}"));
        _step.Upload();
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

        var cause = _batch.IsFinite(_options.Batch)
            ? $"the learning rate {_options.LearningRate} is probably too high for {_options.Features} features; try a third of it"
            : "the activations of this batch hold values that are not finite: check the model";
        throw Diverged(step, string.Create(CultureInfo.InvariantCulture, $"mse {losses.MeanSquaredError:G4}, sparsity {losses.Sparsity:G4}"), cause);
    }

    private void ThrowIfNotFinite(DictionaryState state)
    {
        foreach (var (start, length) in state.Parameters.Parts())
        {
            for (var done = 0L; done < length; done += int.MaxValue)
            {
                if (!TensorPrimitives.IsFiniteAll(new ReadOnlySpan<float>((float*)start + done, (int)Math.Min(int.MaxValue, length - done))))
                {
                    throw Diverged(Step, "weights that are not finite", $"the learning rate {_options.LearningRate} is probably too high; try a third of it");
                }
            }
        }
    }

    private TrainingDivergedException Diverged(long step, string what, string cause) => new(step, string.Create(
        CultureInfo.InvariantCulture, $"Training of the dictionary diverged at step {step} of {_options.Steps} ({what}): {cause}."));
}
