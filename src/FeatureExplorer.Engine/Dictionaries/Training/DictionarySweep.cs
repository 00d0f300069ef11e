using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Transformer.Training;

namespace FeatureExplorer.Engine.Dictionaries.Training;

/// <summary>
/// Trains one or several dictionaries (sizes, λ or k, seeds, variants) on one stream of activations, whose vectors are computed once and read by all.
/// Each comes out as if it had been trained alone on that stream, to the last bit, because each reads the same sequence at its own pace. The one that
/// has read least takes the next step, so that few vectors have to be kept: those that one reads more than another when it resamples.
/// </summary>
public sealed class DictionarySweep : IDisposable
{
    private const string PositionsTensor = "shared.positions";

    private readonly SharedActivations _shared;
    private readonly DictionaryTrainer[] _trainers;

    /// <param name="source">Not owned; read to the end of the longest training.</param>
    /// <param name="options">One for each dictionary. All of them are in memory at once: about 16 · m · 2n bytes each.</param>
    /// <param name="backend">Where; null: the CPU engine.</param>
    /// <param name="starts">For each, the dictionary that it goes on from, or null; not owned, and read at its first step. Null: all begin anew.</param>
    /// <exception cref="ArgumentException">Options do not work, or do not fit what they go on from.</exception>
    public DictionarySweep(IActivationSource source, IReadOnlyList<DictionaryOptions> options, IComputeBackend? backend = null, IReadOnlyList<SparseAutoencoder?>? starts = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfZero(options.Count, nameof(options));
        foreach (var one in options)
        {
            one.Validate();
        }

        _shared = new SharedActivations(source, options.Count, backend);
        _trainers = [.. options.Select((one, i) => new DictionaryTrainer(_shared.Reader(i), one, backend, starts?[i]))];
    }

    /// <summary>The trainers, in the order of the options.</summary>
    public IReadOnlyList<DictionaryTrainer> Trainers => _trainers;

    /// <summary>Steps that all dictionaries have done together.</summary>
    public long Steps => _trainers.Sum(static trainer => trainer.Step);

    /// <summary>Most vectors that were kept at once for the slower readers.</summary>
    public long LargestBacklog => _shared.LargestBacklog;

    /// <summary>Runs all trainings to their ends, without checkpoints.</summary>
    /// <inheritdoc cref="Train(DictionaryCheckpoint?, IProgress{ValueTuple{int, DictionaryProgress}}?, CancellationToken)"/>
    public IReadOnlyList<SparseAutoencoder> Train(
        IProgress<(int Dictionary, DictionaryProgress Progress)>? progress = null, CancellationToken cancellation = default) =>
        Train(null, progress, cancellation);

    /// <summary>Runs all trainings to their ends, from their start or from where a checkpoint left them.</summary>
    /// <param name="checkpoint">Where the state is kept; null: nowhere.</param>
    /// <param name="progress">Told of each dictionary by its place in the options, every 50 of its steps.</param>
    /// <param name="cancellation">Looked at before every step; the checkpoint is written before it is obeyed.</param>
    /// <returns>The dictionaries in the order of the options; the caller disposes them.</returns>
    /// <exception cref="TrainingDivergedException">A training diverged.</exception>
    /// <exception cref="InvalidOperationException">The activations cannot be trained on.</exception>
    /// <exception cref="CheckpointException">The checkpoint could not be written; the one before it is as it was.</exception>
    public IReadOnlyList<SparseAutoencoder> Train(
        DictionaryCheckpoint? checkpoint, IProgress<(int Dictionary, DictionaryProgress Progress)>? progress, CancellationToken cancellation)
    {
        checkpoint?.TryRestore(this);
        while (Next is not null)
        {
            if (cancellation.IsCancellationRequested)
            {
                checkpoint?.Save(this);
                cancellation.ThrowIfCancellationRequested();
            }

            TakeStep(checkpoint, progress);
        }

        return [.. _trainers.Select(static trainer => trainer.Snapshot())];
    }

    /// <summary>Of those that are not finished, the one that has read least, by its place in the options; the first of several; null at the end.</summary>
    public int? Next
    {
        get
        {
            int? next = null;
            for (var i = 0; i < _trainers.Length; i++)
            {
                if (!_trainers[i].IsFinished && (next is null || _shared.Position(i) < _shared.Position(next.Value)))
                {
                    next = i;
                }
            }

            return next;
        }
    }

    /// <summary>One step of <see cref="Next"/>, and a checkpoint when it is time for one.</summary>
    /// <returns>The dictionary that took it.</returns>
    /// <exception cref="InvalidOperationException">All are finished.</exception>
    /// <exception cref="TrainingDivergedException">The training diverged.</exception>
    public int TakeStep(DictionaryCheckpoint? checkpoint = null, IProgress<(int Dictionary, DictionaryProgress Progress)>? progress = null)
    {
        var next = Next ?? throw new InvalidOperationException("All dictionaries of this sweep are finished.");
        try
        {
            _trainers[next].TakeStep(progress is null ? null : new Named(next, progress));
            FinishAt(next);
            checkpoint?.SaveIfDue(this);
            return next;
        }
        catch (TrainingDivergedException diverged) when (checkpoint?.StepOf(next) is { } saved)
        {
            throw new TrainingDivergedException(diverged.Step, $"{diverged.Message} The checkpoint of step {saved} is intact.");
        }
    }

    public void Dispose()
    {
        foreach (var trainer in _trainers)
        {
            trainer.Dispose();
        }

        _shared.Dispose();
    }

    /// <summary>All that a resumption needs: of each dictionary its tensors, named after its place, and its numbers; and what the stream needs.</summary>
    /// <exception cref="TrainingDivergedException">A parameter is not finite, and a checkpoint of it would be worthless.</exception>
    internal (IReadOnlyList<NamedTensor> Tensors, IReadOnlyList<TrainerState> States) Save()
    {
        var saved = _trainers.Select((trainer, i) => trainer.Save($"{i}.")).ToList();
        var positions = Enumerable.Range(0, _trainers.Length).Select(_shared.Position).ToArray();
        return (
            [
                .. saved.SelectMany(static one => one.Tensors), .. _shared.SaveState(),
                NamedTensor.Integers(PositionsTensor, positions, positions.Length),
            ],
            [.. saved.Select(static one => one.State)]);
    }

    /// <summary>Goes on from what <see cref="Save"/> gave.</summary>
    /// <param name="file">The tensors.</param>
    /// <param name="states">The numbers.</param>
    /// <param name="places">For each dictionary of this sweep, its place in the one that was saved, which may have had more.</param>
    internal void Restore(SafetensorsFile file, IReadOnlyList<TrainerState> states, IReadOnlyList<int> places)
    {
        var positions = file.ReadIntegers(PositionsTensor);
        if (positions.Length != states.Count || places.Any(place => place >= states.Count))
        {
            throw new InvalidDataException($"{file.FilePath} holds {positions.Length} positions and {states.Count} states: delete it and begin anew.");
        }

        for (var i = 0; i < _trainers.Length; i++)
        {
            _trainers[i].Restore(file, states[places[i]], $"{places[i]}.");
        }

        _shared.RestoreState(file, [.. places.Select(place => positions[place])]);
    }

    private void FinishAt(int dictionary)
    {
        if (_trainers[dictionary].IsFinished)
        {
            _shared.Finish(dictionary);
        }
    }

    private sealed class Named(int dictionary, IProgress<(int Dictionary, DictionaryProgress Progress)> progress) : IProgress<DictionaryProgress>
    {
        public void Report(DictionaryProgress value) => progress.Report((dictionary, value));
    }
}
