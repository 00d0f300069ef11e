using System.Diagnostics;
using System.Text.Json;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>
/// The state of a dictionary's training on disk, in one file that appears whole or not at all: parameters, both moments, counters, and the place in
/// the stream of activations. Written now and then; a training that was killed goes on from the last one to the same bits.
/// </summary>
/// <param name="directory">The dictionary's folder.</param>
/// <param name="run">What identifies the training besides its options, such as the model's fingerprint: a checkpoint of another is passed over.</param>
/// <param name="interval">Least time between two checkpoints; they also take at most a twentieth of the training's time.</param>
public sealed class DictionaryCheckpoint(string directory, string run, TimeSpan interval)
{
    public const string FileName = "training.safetensors";

    private const string RunKey = "run";
    private const string StateKey = "state";
    private const int LeastShare = 20;

    private readonly string _path = Path.Combine(directory, FileName);
    private long _saved = Stopwatch.GetTimestamp();
    private TimeSpan _duration;

    /// <summary>Steps of the last checkpoint written or restored; null when there is none.</summary>
    public long? Step { get; private set; }

    /// <summary>Puts a new trainer where the checkpoint left its training. False, and nothing is changed, when there is none of this training.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public bool TryRestore(DictionaryTrainer trainer)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        AtomicFile.RemoveLeftovers(_path);
        if (!File.Exists(_path))
        {
            return false;
        }

        using var file = Safetensors.Open(_path);
        if (file.Metadata.GetValueOrDefault(RunKey) != Identity(trainer))
        {
            return false;
        }

        trainer.Restore(file, State(file));
        Step = trainer.Step;
        return true;
    }

    /// <summary>Writes the state, unless a checkpoint was written a short while ago.</summary>
    public void SaveIfDue(DictionaryTrainer trainer)
    {
        var passed = Stopwatch.GetElapsedTime(_saved);
        if (passed >= interval && passed >= LeastShare * _duration)
        {
            Save(trainer);
        }
    }

    /// <summary>Writes the state, atomically.</summary>
    /// <exception cref="IOException">It could not be written; the checkpoint before it is as it was.</exception>
    public void Save(DictionaryTrainer trainer)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        var start = Stopwatch.GetTimestamp();
        var (tensors, state) = trainer.Save();
        try
        {
            Safetensors.Write(_path, tensors, new Dictionary<string, string>
            {
                [RunKey] = Identity(trainer),
                [StateKey] = JsonSerializer.Serialize(state, JsonSerializerOptions.Web),
            });
        }
        catch (IOException exception)
        {
            throw new CheckpointException(_path, trainer.Step, Step, exception);
        }

        (Step, _saved, _duration) = (trainer.Step, Stopwatch.GetTimestamp(), Stopwatch.GetElapsedTime(start));
    }

    /// <summary>Removes the state when the training is finished and its result saved.</summary>
    public void Remove() => File.Delete(_path);

    private string Identity(DictionaryTrainer trainer) => JsonSerializer.Serialize(new { run, trainer.Inputs, trainer.Options }, JsonSerializerOptions.Web);

    private TrainerState State(SafetensorsFile file)
    {
        try
        {
            return JsonSerializer.Deserialize<TrainerState>(file.Metadata.GetValueOrDefault(StateKey) ?? "", JsonSerializerOptions.Web)
                ?? throw new JsonException("it is empty.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{_path} does not hold the state of a training: {exception.Message} Delete it to begin anew.", exception);
        }
    }
}
