using System.Globalization;
using System.Text.Json;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Engine.Transformer.Training;

/// <summary>
/// A training run on disk. <c>training.json</c> says how the model is trained and never changes; <c>optimizer.safetensors</c> holds the
/// parameters, the moments and the step together, so that the one rename that publishes it can leave no mixture of two states.
/// </summary>
public static class TransformerCheckpoint
{
    public const string OptionsFile = "training.json";
    public const string StateFile = "optimizer.safetensors";

    private const string StepKey = "step";
    private const string RunKey = "run";
    private const string Moment1 = "moment1.";
    private const string Moment2 = "moment2.";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Whether the folder holds a run that can go on.</summary>
    public static bool Exists(string directory) =>
        File.Exists(Path.Combine(directory, StateFile)) && File.Exists(Path.Combine(directory, OptionsFile));

    /// <summary>Writes the state of the run, atomically.</summary>
    /// <exception cref="CheckpointException">It could not be written; the checkpoint before it is as it was.</exception>
    public static void Save(TransformerTrainer trainer, string directory)
    {
        var run = JsonSerializer.Serialize(new Run(trainer.Model.Config, trainer.Options), Json);
        AtomicFile.WriteAllText(Path.Combine(directory, OptionsFile), run + "\n");
        var path = Path.Combine(directory, StateFile);
        trainer.Publish();
        try
        {
            Safetensors.WritePassing(
                path,
                [.. trainer.Model.Parameters.Tensors(), .. trainer.Computing.Moments(Moment1, Moment2)],
                new Dictionary<string, string> { [StepKey] = trainer.Step.ToString(CultureInfo.InvariantCulture), [RunKey] = run });
        }
        catch (IOException exception)
        {
            throw new CheckpointException(path, trainer.Step, trainer.SavedStep, exception);
        }

        trainer.SavedStep = trainer.Step;
    }

    /// <summary>The run as it was when it was saved, with a model of its own (<see cref="TransformerTrainer.Model"/>), which the caller disposes of.</summary>
    /// <param name="directory">Where it was saved.</param>
    /// <param name="tokens">The same training split.</param>
    /// <param name="backend">Where it goes on; null: the CPU engine.</param>
    /// <exception cref="InvalidDataException">A file is damaged, or the two do not belong together.</exception>
    public static TransformerTrainer Resume(string directory, TokenSource tokens, IComputeBackend? backend = null)
    {
        var path = Path.Combine(directory, StateFile);
        var run = ReadRun(Path.Combine(directory, OptionsFile), out var text);
        using var file = Safetensors.Open(path);
        if (file.Metadata.GetValueOrDefault(RunKey) != text
            || !long.TryParse(file.Metadata.GetValueOrDefault(StepKey), NumberStyles.None, CultureInfo.InvariantCulture, out var step))
        {
            throw new InvalidDataException($"{path} belongs to another run than {OptionsFile} beside it: delete both and train anew.");
        }
        var model = new TransformerModel(run.Model);
        try
        {
            model.Parameters.Read(file);
            var trainer = new TransformerTrainer(model, run.Options, tokens, backend);
            trainer.Computing.Restore(file, Moment1, Moment2);
            trainer.GoOnFrom(step);
            AtomicFile.RemoveLeftovers(path);
            return trainer;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Writes the finished model with <c>training.json</c> beside it, and removes the state that only a resumption would need.</summary>
    public static void Finish(TransformerTrainer trainer, string directory)
    {
        AtomicFile.WriteAllText(
            Path.Combine(directory, OptionsFile), JsonSerializer.Serialize(new Run(trainer.Model.Config, trainer.Options), Json) + "\n");
        trainer.Model.Save(directory);
        File.Delete(Path.Combine(directory, StateFile));
    }

    private static Run ReadRun(string path, out string text)
    {
        text = File.ReadAllText(path).TrimEnd('\n');
        try
        {
            var run = JsonSerializer.Deserialize<Run>(text, Json);
            return run is { Model: not null, Options: not null } ? run : throw new JsonException("model or options are missing.");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path} does not describe a training run: {JsonFault.Of(error)}.", error);
        }
    }

    private sealed record Run(TransformerConfig Model, TransformerTrainingOptions Options);
}
