using System.Diagnostics;
using System.Text.Json;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Engine.Dictionaries.Training;

/// <summary>
/// The state of a sweep on disk, in one file that appears whole or not at all: parameters, both moments and counters of each dictionary, and the place
/// in the stream of activations. Written now and then; a training that was killed goes on from the last one to the same bits.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="run">What identifies the training besides its options, such as the model's fingerprint: a checkpoint of another is passed over.</param>
/// <param name="interval">Least time between two checkpoints; they also take at most a twentieth of the training's time.</param>
public sealed class DictionaryCheckpoint(string path, string run, TimeSpan interval)
{
    private const string DictionariesKey = "dictionaries";
    private const string StatesKey = "states";
    private const int LeastShare = 20;

    private long _saved = Stopwatch.GetTimestamp();
    private TimeSpan _duration;
    private List<long>? _steps;

    /// <summary>Steps of all dictionaries together in the last checkpoint written or restored; null when there is none.</summary>
    public long? Steps => _steps?.Sum();

    /// <summary>Steps of one dictionary, by its place in the sweep, in the last checkpoint; null when there is none.</summary>
    public long? StepOf(int dictionary) => _steps?[dictionary];

    /// <summary>
    /// Puts a new sweep where the checkpoint left its training. The checkpoint may hold more dictionaries, which have been finished since. False, and
    /// nothing is changed, when it lacks one of the sweep's.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public bool TryRestore(DictionarySweep sweep)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        AtomicFile.RemoveLeftovers(path);
        if (!File.Exists(path))
        {
            return false;
        }

        using var file = Safetensors.Open(path);
        var saved = file.Metadata.TryGetValue(DictionariesKey, out var text) ? Parse<List<string>>(text) : [];
        var places = Identities(sweep).Select(identity => saved.IndexOf(identity)).ToList();
        if (places.Contains(-1))
        {
            return false;
        }

        sweep.Restore(file, Parse<List<TrainerState>>(file.Metadata.GetValueOrDefault(StatesKey) ?? ""), places);
        _steps = StepsOf(sweep);
        return true;
    }

    /// <summary>Writes the state, unless a checkpoint was written a short while ago.</summary>
    public void SaveIfDue(DictionarySweep sweep)
    {
        var passed = Stopwatch.GetElapsedTime(_saved);
        if (passed >= interval && passed >= LeastShare * _duration)
        {
            Save(sweep);
        }
    }

    /// <summary>Writes the state, atomically.</summary>
    /// <exception cref="IOException">It could not be written; the checkpoint before it is as it was.</exception>
    public void Save(DictionarySweep sweep)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        var start = Stopwatch.GetTimestamp();
        var (tensors, states) = sweep.Save();
        try
        {
            Safetensors.WritePassing(path, tensors, new Dictionary<string, string>
            {
                [DictionariesKey] = JsonSerializer.Serialize(Identities(sweep), JsonSerializerOptions.Web),
                [StatesKey] = JsonSerializer.Serialize(states, JsonSerializerOptions.Web),
            });
        }
        catch (IOException exception)
        {
            throw new CheckpointException(path, sweep.Steps, Steps, exception);
        }

        (_steps, _saved, _duration) = (StepsOf(sweep), Stopwatch.GetTimestamp(), Stopwatch.GetElapsedTime(start));
    }

    /// <summary>Removes the state when the training is finished and its result saved.</summary>
    public void Remove() => File.Delete(path);

    private static List<long> StepsOf(DictionarySweep sweep) => [.. sweep.Trainers.Select(static trainer => trainer.Step)];

    private List<string> Identities(DictionarySweep sweep) =>
        [.. sweep.Trainers.Select(trainer => JsonSerializer.Serialize(new { run, trainer.Inputs, trainer.Options }, JsonSerializerOptions.Web))];

    private T Parse<T>(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(text, JsonSerializerOptions.Web) ?? throw new JsonException("it is empty.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path} does not hold the state of a training: {JsonFault.Of(exception)}. Delete it to begin anew.", exception);
        }
    }
}
