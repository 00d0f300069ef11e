using System.Globalization;
using FeatureExplorer.Analysis;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Transformer.Training;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Progress;

namespace FeatureExplorer.Training.Stages;

/// <summary>
/// The training of a group's dictionaries on one stream of activations: each comes out as soon as its own last step is done, while the others wait.
/// Checkpoints hold them all.
/// </summary>
/// <param name="model">Name of the model.</param>
/// <param name="sweep">The trainers of those that are to be trained, in the order of <paramref name="settings"/>; not owned.</param>
/// <param name="settings">What they are.</param>
/// <param name="checkpoint">Where their state is kept.</param>
/// <param name="forming">Makes their features browsable meanwhile; or null.</param>
/// <param name="progress">Told of each report, resampling and checkpoint.</param>
internal sealed class GroupTraining(
    string model, DictionarySweep sweep, IReadOnlyList<DictionarySettings> settings, DictionaryCheckpoint checkpoint, FormingStage? forming, StageProgress progress)
{
    private const int NamedAtMost = 3;

    private readonly DictionaryProgress?[] _last = new DictionaryProgress?[settings.Count];
    private readonly FormingStage.Watcher?[] _watchers = [.. settings.Select((one, i) => forming?.Watch(one, sweep.Trainers[i], progress, settings.Count))];
    private readonly int[] _resampled = [.. sweep.Trainers.Select(trainer => trainer.Resampled)];

    /// <summary>What is being done, with the addresses of those that are still in training, or how many they are.</summary>
    /// <param name="dictionary">The one that comes out next.</param>
    public string Title(int dictionary)
    {
        var ids = Enumerable.Range(0, settings.Count).Where(i => i == dictionary || !sweep.Trainers[i].IsFinished).Select(Id).ToList();
        return ids.Count switch
        {
            1 => $"Training dictionary {ids[0]}",
            <= NamedAtMost => $"Training dictionaries {string.Join(", ", ids)}",
            _ => $"Training {Wording.Counted(ids.Count, "dictionary")}",
        };
    }

    /// <summary>Says where a checkpoint was found.</summary>
    public void NoteRestored() => progress.Note(RunEventKind.Checkpoint, $"{Where()}: going on from the checkpoint");

    /// <summary>Takes steps until one dictionary is finished, and saves the state of all.</summary>
    /// <param name="dictionary">Its place.</param>
    /// <param name="from">The share of its training that belongs to the stages before this one.</param>
    /// <param name="cancellation">Looked at before every step; the checkpoint is written before it is obeyed.</param>
    /// <returns>Vectors per second of its own steps; 0 when none was left.</returns>
    public double Finish(int dictionary, double from, CancellationToken cancellation)
    {
        var trainer = sweep.Trainers[dictionary];
        var report = new StageProgress.Direct<(int Dictionary, DictionaryProgress Progress)>(p =>
        {
            Show(p.Dictionary, p.Progress);
            progress.Report(Share(trainer, from), Detail(p.Dictionary, p.Progress));
        });
        while (!trainer.IsFinished)
        {
            if (cancellation.IsCancellationRequested)
            {
                Save();
                cancellation.ThrowIfCancellationRequested();
            }

            TakeStep(report, cancellation);
        }

        Save();
        return _last[dictionary]?.SamplesPerSecond ?? 0;
    }

    private void TakeStep(IProgress<(int Dictionary, DictionaryProgress Progress)> report, CancellationToken cancellation)
    {
        var (saved, next) = (checkpoint.Steps, sweep.Next!.Value);
        try
        {
            sweep.TakeStep(checkpoint, report);
        }
        catch (TrainingDivergedException diverged)
        {
            throw new TrainingDivergedException(diverged.Step, $"{Id(next)}: {diverged.Message}");
        }

        if (checkpoint.Steps != saved)
        {
            NoteCheckpoint();
        }

        _watchers[next]?.AfterStep(cancellation);
    }

    private void Save()
    {
        if (sweep.Steps > 0 && checkpoint.Steps != sweep.Steps)
        {
            checkpoint.Save(sweep);
            NoteCheckpoint();
        }
    }

    private void NoteCheckpoint() => progress.Note(RunEventKind.Checkpoint, $"Checkpoint of {Where()}");

    private string Where() => settings.Count > NamedAtMost
        ? Invariant($"{Wording.Counted(settings.Count, "dictionary")} at {sweep.Steps:N0} of {Wording.Counted(sweep.Trainers.Sum(static trainer => (long)trainer.Options.Steps), "step")}")
        : string.Join(", ", settings.Select((_, i) => Invariant($"{Id(i)} at step {sweep.Trainers[i].Step:N0} of {sweep.Trainers[i].Options.Steps:N0}")));

    private string Id(int place) => $"{model}/{settings[place].Name}";

    private void Show(int place, DictionaryProgress p)
    {
        var id = Id(place);
        progress.Point(new CurvePoint(
            id, p.Steps, Curves.OfDictionary, p.Step,
            [p.MeanSquaredError + p.L1, p.MeanSquaredError, p.L0, p.Lambda, sweep.Trainers[place].Options.LearningRateAt(p.Step), p.Dead, StageProgress.Known(p.Pace)]));
        if (p.Resampled > _resampled[place])
        {
            progress.Note(RunEventKind.Resampling, Invariant($"{id}: {p.Resampled - _resampled[place]:N0} dead {Wording.Noun(p.Resampled - _resampled[place], "feature")} {Wording.Of(p.Resampled - _resampled[place], "was", "were")} given new weights by step {p.Step:N0}"));
        }

        (_last[place], _resampled[place]) = (p, p.Resampled);
    }

    private string Detail(int place, DictionaryProgress p) =>
        (settings.Count > 1 ? $"{Id(place)}: " : string.Empty)
        + Invariant($"L0 {p.L0:0.0}, error {p.MeanSquaredError:0.000}{StageProgress.Rate(p.Pace, "samples/s")}");

    private static double Share(DictionaryTrainer trainer, double from) =>
        from >= 1 ? 0.98 : Math.Clamp((((double)trainer.Step / trainer.Options.Steps) - from) / (1 - from), 0, 0.98);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
