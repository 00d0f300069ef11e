using FeatureExplorer.Engine.Activations;

namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>
/// Trains several dictionaries (sizes, λ or k, seeds, variants) on one stream of activations, whose vectors are computed once and read by all. Each
/// comes out as if it had been trained alone on that stream, to the last bit, because each reads the same sequence at its own pace. The one that has
/// read least takes the next step, so that few vectors have to be kept: those that one reads more than another when it resamples.
/// </summary>
public sealed class DictionarySweep : IDisposable
{
    private readonly SharedActivations _shared;
    private readonly DictionaryTrainer[] _trainers;

    /// <param name="source">Not owned; read to the end of the longest training.</param>
    /// <param name="options">One for each dictionary. All of them are in memory at once: about 16 · m · 2n bytes each.</param>
    public DictionarySweep(IActivationSource source, IReadOnlyList<DictionaryOptions> options)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfZero(options.Count, nameof(options));
        foreach (var one in options)
        {
            one.Validate();
        }

        _shared = new SharedActivations(source, options.Count);
        _trainers = [.. options.Select((one, i) => new DictionaryTrainer(_shared.Reader(i), one))];
    }

    /// <summary>The trainers, in the order of the options.</summary>
    public IReadOnlyList<DictionaryTrainer> Trainers => _trainers;

    /// <summary>Most vectors that were kept at once for the slower readers.</summary>
    public long LargestBacklog => _shared.LargestBacklog;

    /// <summary>Runs all trainings to their ends.</summary>
    /// <param name="progress">Told of each dictionary by its place in the options.</param>
    /// <param name="cancellation">Looked at before every step.</param>
    /// <returns>The dictionaries in the order of the options; the caller disposes them.</returns>
    public IReadOnlyList<SparseAutoencoder> Train(
        IProgress<(int Dictionary, DictionaryProgress Progress)>? progress = null, CancellationToken cancellation = default)
    {
        while (Next() is { } next)
        {
            cancellation.ThrowIfCancellationRequested();
            _trainers[next].TakeStep(progress is null ? null : new Named(next, progress));
            if (_trainers[next].Step == _trainers[next].Options.Steps)
            {
                _shared.Finish(next);
            }
        }

        return [.. _trainers.Select(static trainer => trainer.Snapshot())];
    }

    public void Dispose()
    {
        foreach (var trainer in _trainers)
        {
            trainer.Dispose();
        }
    }

    /// <summary>Of those that are not finished, the one that has read least; the first of several.</summary>
    private int? Next()
    {
        int? next = null;
        for (var i = 0; i < _trainers.Length; i++)
        {
            var unfinished = _trainers[i].Step < _trainers[i].Options.Steps;
            if (unfinished && (next is null || _shared.Position(i) < _shared.Position(next.Value)))
            {
                next = i;
            }
        }

        return next;
    }

    private sealed class Named(int dictionary, IProgress<(int Dictionary, DictionaryProgress Progress)> progress) : IProgress<DictionaryProgress>
    {
        public void Report(DictionaryProgress value) => progress.Report((dictionary, value));
    }
}
