using System.Diagnostics;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Backends.Cpu;

namespace FeatureExplorer.Engine.Transformer.Training;

/// <summary>
/// Trains a transformer to predict the next token: AdamW, global-norm clipping, linear warm-up and cosine decay, batches of windows in a
/// random order. On one back end the result is a function of the options, the model's start and the tokens; on the CPU engine, the number of threads and the
/// stops and resumptions on the way make no difference to a single bit.
/// </summary>
public sealed class TransformerTrainer : IDisposable
{
    private readonly TransformerModel _model;
    private readonly TransformerTrainingOptions _options;
    private readonly TokenSource _tokens;
    private readonly ITransformerStep _step;
    private readonly WindowOrder _order;
    private readonly int[] _batch;
    private readonly int[] _targets;
    private readonly Queue<(long Time, long Step)> _pace = new();

    /// <param name="model">Trained in place; not owned.</param>
    /// <param name="options">How.</param>
    /// <param name="tokens">The training split.</param>
    /// <param name="backend">Where; null: the CPU engine.</param>
    /// <exception cref="ArgumentException">An option is impossible, or the stream holds not one whole window.</exception>
    public TransformerTrainer(TransformerModel model, TransformerTrainingOptions options, TokenSource tokens, IComputeBackend? backend = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(tokens);
        options.Validate();
        var context = model.Config.Context;
        if (tokens.Windows(context) == 0)
        {
            throw new ArgumentException($"The training text has {tokens.Count} tokens, less than one window of {context} and a token: add text.", nameof(tokens));
        }
        (_model, _options, _tokens) = (model, options, tokens);
        Steps = options.Steps(context);
        _step = (backend ?? CpuBackend.Instance).TransformerStep(model, options);
        _order = new WindowOrder(options.Seed, tokens.Windows(context));
        _batch = new int[options.BatchWindows * context];
        _targets = new int[_batch.Length];
    }

    public TransformerModel Model => _model;

    public TransformerTrainingOptions Options => _options;

    /// <summary>Steps done so far.</summary>
    public long Step { get; private set; }

    /// <summary>Steps in all.</summary>
    public long Steps { get; }

    public long TokensPerStep => _batch.Length;

    /// <summary>Steps of the checkpoint that is on the disk; null when there is none.</summary>
    internal long? SavedStep { get; set; }

    /// <summary>The moments are its; its parameters reach <see cref="Model"/> by <see cref="Publish"/>.</summary>
    internal ITransformerStep Computing => _step;

    /// <summary>Takes all steps that are left.</summary>
    /// <param name="progress">Told after every step.</param>
    /// <param name="afterStep">Called after every step, for checkpoints.</param>
    /// <param name="cancellation">Looked at before every step.</param>
    /// <exception cref="TrainingDivergedException">Loss or gradient not finite, or the loss far above that of guessing.</exception>
    public void Run(
        IProgress<TransformerTrainingProgress>? progress = null, Action<TransformerTrainer>? afterStep = null, CancellationToken cancellation = default)
    {
        while (Step < Steps)
        {
            cancellation.ThrowIfCancellationRequested();
            var reached = TakeStep();
            progress?.Report(reached);
            afterStep?.Invoke(this);
        }

        Publish();
    }

    /// <summary>Brings what has been learnt so far into <see cref="Model"/>.</summary>
    public void Publish() => _step.Publish();

    /// <summary>Takes one step.</summary>
    /// <exception cref="TrainingDivergedException">Loss or gradient not finite, or the loss far above that of guessing.</exception>
    public TransformerTrainingProgress TakeStep()
    {
        FillBatch();
        var step = Step + 1;
        var learningRate = _options.LearningRateAt(step, Steps);
        var (loss, norm) = _step.ComputeGradient(_batch, _targets, _options.BatchWindows, _model.Config.Context);
        Check(step, loss, norm, learningRate);
        _step.Update(learningRate, step);
        Step = step;
        return new TransformerTrainingProgress(step, Steps, step * TokensPerStep, loss, learningRate, norm, TokensPerSecond());
    }

    public void Dispose() => _step.Dispose();

    /// <summary>Goes on from a checkpoint whose parameters and moments have been read.</summary>
    internal void GoOnFrom(long step) => SavedStep = Step = step;

    private void FillBatch()
    {
        for (var window = 0; window < _options.BatchWindows; window++)
        {
            _tokens.CopyWindow(_order[(Step * _options.BatchWindows) + window], _model.Config.Context, window, _batch, _targets);
        }
    }

    private void Check(long step, double loss, double norm, float learningRate)
    {
        var guessing = Math.Log(_model.Config.VocabularySize);
        if (double.IsFinite(loss) && double.IsFinite(norm) && loss < (2 * guessing) + 10)
        {
            return;
        }
        throw new TrainingDivergedException(step, FormattableString.Invariant(
            $"Training diverged at step {step} of {Steps}: loss {loss:G4} (guessing gives {guessing:F2}), gradient norm {norm:G4}, ") +
            FormattableString.Invariant($"learning rate {learningRate:G3}. The learning rate {_options.LearningRate:G3} is probably too high: halve it, ") +
            "or lengthen the warm-up.");
    }

    /// <summary>Over the last twenty steps or so.</summary>
    private double TokensPerSecond()
    {
        _pace.Enqueue((Stopwatch.GetTimestamp(), Step));
        if (_pace.Count > 20)
        {
            _pace.Dequeue();
        }
        var (first, last) = (_pace.Peek(), _pace.Last());
        return first.Step == last.Step ? 0 : (last.Step - first.Step) * TokensPerStep / Stopwatch.GetElapsedTime(first.Time, last.Time).TotalSeconds;
    }
}
