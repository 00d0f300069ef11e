using System.Diagnostics;
using System.Globalization;
using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Evaluation;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Progress;

namespace FeatureExplorer.Training.Stages;

/// <summary>
/// Makes the features of a dictionary in training browsable: the first held-out tokens are indexed with the dictionary as it stands, and its
/// features are published with the step, until the finished ones take their place. Training is not touched by it: the bits stay the same.
/// </summary>
/// <param name="database">Where features are published.</param>
/// <param name="corpus">Its held-out split.</param>
/// <param name="corpusId">Name of its folder.</param>
/// <param name="model">The model that the dictionaries read.</param>
/// <param name="configuration">The run's.</param>
/// <param name="folders">Where the dictionaries' files go.</param>
/// <param name="draft">A dictionary's settings and metrics to what is published of it.</param>
/// <param name="wanted">True once when somebody has asked for the features.</param>
/// <param name="backend">Where it computes; null: the CPU engine.</param>
public sealed class FormingStage(
    FeatureDatabase database, TokenizedCorpus corpus, string corpusId, TransformerModel model, RunConfiguration configuration, RunFolders folders,
    Func<DictionarySettings, DictionaryMetrics, ContextSet, DictionaryDraft> draft, Func<bool> wanted, IComputeBackend? backend = null)
{
    /// <summary>Held-out tokens that are indexed meanwhile.</summary>
    public const int Tokens = 65_536;

    private const int EvaluatedTokens = 4096;

    private readonly DataFolder _folder = database.Folder;

    private int _requests;

    /// <summary>Looks after one training.</summary>
    /// <param name="settings">The dictionary.</param>
    /// <param name="trainer">Its trainer.</param>
    /// <param name="progress">Told of what can be browsed.</param>
    /// <param name="together">Dictionaries that are trained together: they share the time that is allowed.</param>
    public Watcher Watch(DictionarySettings settings, DictionaryTrainer trainer, StageProgress progress, int together) =>
        new(this, settings, trainer, progress, together);

    /// <summary>Adds the finished features to the history, and removes what only the training needed.</summary>
    /// <param name="settings">The dictionary.</param>
    /// <param name="dictionary">Its final weights.</param>
    /// <param name="features">By index: density, largest activation, best context or null, its score.</param>
    public void Finish(DictionarySettings settings, SparseAutoencoder dictionary, IReadOnlyList<(double Density, float Max, string? Context, double Score)> features)
    {
        var directory = folders.Forming(settings.Name);
        if (!Directory.Exists(directory))
        {
            return;
        }

        var formation = new Formation(folders, settings.Name, dictionary.Features);
        if (formation.Steps > 0)
        {
            formation.Add(settings.Options(configuration.Seed).Steps, dictionary, features);
        }

        Directory.Delete(directory, recursive: true);
    }

    private void Publish(DictionarySettings settings, DictionaryTrainer trainer, StageProgress progress, CancellationToken cancellation)
    {
        if (new FeatureStore(database).FindDictionary(configuration.Model, settings.Name) is { Forming: null })
        {
            return; // the finished one of an earlier run stays until this one is finished, too
        }

        using var dictionary = trainer.Snapshot();
        dictionary.Site = settings.At(model.Config);
        using var contexts = Contexts(cancellation);
        using var index = Index(settings, dictionary, contexts, cancellation);
        var metrics = DictionaryEvaluator.Evaluate(model, dictionary, corpus.HeldOut, EvaluatedTokens, backend: backend, cancellation: cancellation);
        var analyzer = new FeatureAnalyzer(index, corpus.HeldOut, contexts, dictionary, model, corpus.UnigramCounts);
        var text = new TokenText(corpus.Tokenizer);
        var features = new List<(double, float, string?, double)>();
        var info = new RunWriter(database).Publish(
            draft(settings, metrics, contexts) with
            {
                Samples = trainer.Step * trainer.Options.Batch,
                Index = new IndexSummary(index.Tokens, index.Activations, index.BytesPerActivation, 0),
                Forming = new FormingStep(trainer.Step, trainer.Options.Steps),
            },
            analyzer.Analyze(null, cancellation).Select(report =>
            {
                features.Add((report.Density, report.Max, report.BestContext?.Context, report.BestContext?.Pearson ?? 0));
                return report;
            }),
            tokens => text.Line([.. tokens]), () => analyzer.BestOfContexts, cancellationToken: cancellation);
        new Formation(folders, settings.Name, dictionary.Features).Add(trainer.Step, dictionary, features);
        Measured(info.Id, trainer, metrics, progress);
        progress.Note(RunEventKind.Features, $"The features of {info.Id} at step {trainer.Step.ToString("N0", CultureInfo.InvariantCulture)} can be browsed");
    }

    private void Evaluate(DictionarySettings settings, DictionaryTrainer trainer, StageProgress progress, CancellationToken cancellation)
    {
        using var dictionary = trainer.Snapshot();
        dictionary.Site = settings.At(model.Config);
        var metrics = DictionaryEvaluator.Evaluate(model, dictionary, corpus.HeldOut, EvaluatedTokens, backend: backend, cancellation: cancellation);
        Measured($"{configuration.Model}/{settings.Name}", trainer, metrics, progress);
    }

    private static void Measured(string id, DictionaryTrainer trainer, DictionaryMetrics metrics, StageProgress progress) => progress.Point(new CurvePoint(
        Curves.HeldOut(id), trainer.Options.Steps, Curves.OfHeldOut, trainer.Step, [metrics.ExplainedVariance, metrics.LossRecovered, metrics.L0]));

    private ContextSet Contexts(CancellationToken cancellation)
    {
        var tokens = Math.Min(Math.Min(Tokens, configuration.IndexTokens), corpus.HeldOut.Count);
        var directory = _folder.FormingContexts(corpusId, tokens);
        try
        {
            if (Directory.Exists(directory) && ContextSet.Open(directory) is var kept)
            {
                if (kept.Corpus == corpus.Hash && kept.Tokens == tokens)
                {
                    return kept;
                }

                kept.Dispose();
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or DamagedFileException)
        {
            // Found again below.
        }

        return ContextSet.Build(corpus, tokens, directory, null, cancellation);
    }

    private ActivationIndex Index(DictionarySettings settings, SparseAutoencoder dictionary, ContextSet contexts, CancellationToken cancellation)
    {
        var file = Path.Combine(folders.Forming(settings.Name), "index.bin");
        var header = new IndexHeader { Corpus = corpus.Hash, Tokenizer = corpus.Tokenizer.Hash, Model = model.Hash, Dictionary = dictionary.Hash };
        using var encoder = new ModelFeatureEncoder(model, dictionary, backend: backend);
        ActivationIndexBuilder.Build(file, corpus.HeldOut, contexts.Tokens, encoder, header, null, cancellation);
        return ActivationIndex.Open(file);
    }

    /// <summary>Decides after each step whether it is time, within the share of the training's time that the run allows.</summary>
    public sealed class Watcher
    {
        // The figures alone cost little and make the curves: they get a share of their own.
        private const double EvaluationShare = 0.02;
        private const double LeastProgress = 0.04;
        private const double FirstProgress = 0.2;
        private const double MostProgress = 0.97;

        private readonly FormingStage _stage;
        private readonly DictionarySettings _settings;
        private readonly DictionaryTrainer _trainer;
        private readonly StageProgress _progress;
        private readonly long _start = Stopwatch.GetTimestamp();
        private readonly int _together;
        private int _requestsMet;
        private double _spentShowing;
        private double _spentEvaluating;
        private double _costOfShowing;
        private double _costOfEvaluating = 0.5;
        private readonly long _first;
        private long _lastEvaluated;

        internal Watcher(FormingStage stage, DictionarySettings settings, DictionaryTrainer trainer, StageProgress progress, int together)
        {
            (_stage, _settings, _trainer, _progress, _together) = (stage, settings, trainer, progress, together);
            _requestsMet = stage._requests;
            // Before the first time: what it took on two fast cores.
            _costOfShowing = 0.5 + (settings.Features * 0.6e-3);
            _lastEvaluated = _first = trainer.Step;
        }

        /// <summary>Call after every step.</summary>
        public void AfterStep(CancellationToken cancellation)
        {
            var (step, steps) = (_trainer.Step, _trainer.Options.Steps);
            if (_stage.Requests() is var requests && requests != _requestsMet && step < steps)
            {
                _requestsMet = requests;
                Do(() => _stage.Publish(_settings, _trainer, _progress, cancellation), ref _spentShowing, ref _costOfShowing);
                _lastEvaluated = step;
                return;
            }

            var share = _stage.Share / _together;
            if (step - _lastEvaluated < LeastProgress * steps || step > MostProgress * steps)
            {
                return;
            }

            var elapsed = Stopwatch.GetElapsedTime(_start).TotalSeconds;
            if (share > 0 && _spentShowing + _costOfShowing <= share * TimeToShareIn(elapsed))
            {
                Do(() => _stage.Publish(_settings, _trainer, _progress, cancellation), ref _spentShowing, ref _costOfShowing);
                _lastEvaluated = step;
            }
            else if (_spentEvaluating + _costOfEvaluating <= EvaluationShare / _together * elapsed)
            {
                Do(() => _stage.Evaluate(_settings, _trainer, _progress, cancellation), ref _spentEvaluating, ref _costOfEvaluating);
                _lastEvaluated = step;
            }
        }

        /// <summary>The time so far; for the first showing, which people wait for, what the whole training will take.</summary>
        private double TimeToShareIn(double elapsed)
        {
            var (step, steps) = (_trainer.Step, _trainer.Options.Steps);
            return _spentShowing == 0 && step >= FirstProgress * steps ? elapsed * (steps - _first) / (step - _first) : elapsed;
        }

        private static void Do(Action what, ref double spent, ref double cost)
        {
            var start = Stopwatch.GetTimestamp();
            what();
            cost = Stopwatch.GetElapsedTime(start).TotalSeconds;
            spent += cost;
        }
    }

    private double Share => configuration.FormingShare;

    /// <summary>How often somebody has asked for features so far: each dictionary in training answers each time.</summary>
    private int Requests()
    {
        if (wanted())
        {
            _requests++;
        }

        return _requests;
    }
}
