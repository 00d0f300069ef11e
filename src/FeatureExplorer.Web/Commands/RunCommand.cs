using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Devices;
using FeatureExplorer.Training.Names;
using FeatureExplorer.Training.Queue;
using FeatureExplorer.Training.Stages;
using FeatureExplorer.Web.Devices;

namespace FeatureExplorer.Web.Commands;

/// <summary><c>run</c>: from a corpus to published features in one go.</summary>
public static class RunCommand
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerOptions.Web) { WriteIndented = true };

    public static Command Create()
    {
        var options = new RunOptions();
        var data = SharedOptions.Data();
        var json = SharedOptions.Json();
        var queue = new Option<bool>("--queue") { Description = "Put the run into the queue of the server on the same data folder, and return at once." };
        var command = new Command("run", "Trains a model and its dictionaries and publishes their features.");
        options.AddTo(command);
        command.Options.Add(data);
        command.Options.Add(json);
        command.Options.Add(queue);
        command.SetAction((result, cancellation) => Task.Run(
            () => options.Synthetic(result) is { } test ? SyntheticRun.Run(test, result.GetValue(data)!, result.GetValue(queue), result.GetValue(json), cancellation)
                : result.GetValue(queue) ? Enqueue(OnImported(options, result, result.GetValue(data)!), result.GetValue(data)!)
                : Run(OnImported(options, result, result.GetValue(data)!), result.GetValue(data)!, result.GetValue(json), cancellation),
            CancellationToken.None));
        return command;
    }

    private static ContinuedSource Source(string id, string dataFolder) => File.Exists(Path.Combine(dataFolder, "featureexplorer.db"))
        ? new ContinuedDictionaries(FeatureDatabase.Open(new DataFolder(dataFolder))).Find(id)
        : throw new ArgumentException($"There is no data folder with dictionaries at {dataFolder}, so that nothing can go on from {id}: name one with --data.");

    /// <summary>With the sizes of the imported model that it names, where it names one, and the weights of the dictionaries that it goes on from.</summary>
    private static RunConfiguration OnImported(RunOptions options, ParseResult result, string dataFolder)
    {
        var configuration = options.Configuration(result, id => Source(id, dataFolder));
        if (!File.Exists(Path.Combine(dataFolder, "featureexplorer.db")))
        {
            return configuration;
        }

        var applied = new RunNames(FeatureDatabase.Open(new DataFolder(dataFolder)), TimeProvider.System).OnImported(configuration);
        if (applied.Imported is null)
        {
            return applied;
        }

        if (options.OfTraining(result) is { Count: > 0 } training)
        {
            throw new ArgumentException($"{applied.Model} was imported, so that nothing of it is trained: leave {string.Join(", ", training)} out.");
        }

        return applied.Transformer.Layers == 1 || options.NamesLayer(result) || applied.Dictionaries.All(static dictionary => dictionary.From is not null)
            ? applied
            : throw new ArgumentException($"{applied.Model} has {applied.Transformer.Layers} layers: say which one its dictionaries read, --layer 0 to --layer {applied.Transformer.Layers - 1}.");
    }

    private static int Enqueue(RunConfiguration configuration, string dataFolder)
    {
        Demand(configuration, dataFolder);
        var database = FeatureDatabase.Open(new DataFolder(dataFolder));
        // Which device it gets is decided where it runs.
        configuration = new RunNames(database, TimeProvider.System).Settle(configuration);
        var run = new RunStore(database, TimeProvider.System).Add(configuration.Preset, RunConfigurationJson.Write(configuration));
        Console.WriteLine($"Run {run.Id} waits in the queue; a server on {database.Folder.Root} takes it up.");
        return ExitCodes.Success;
    }

    private static int Run(RunConfiguration configuration, string dataFolder, bool json, CancellationToken cancellation)
    {
        Demand(configuration, dataFolder);
        var database = FeatureDatabase.Open(new DataFolder(dataFolder));
        var settings = SharedOptions.Settings(dataFolder);
        configuration = configuration.Device == DevicePlacement.Auto ? configuration with { Device = settings.Training.Device } : configuration;
        var devices = new TorchComputeDevices(settings);
        if (devices.Problem is { } problem)
        {
            Console.Error.WriteLine(problem);
        }

        var run = new RecordedRun(database, TimeProvider.System, message => Console.Error.WriteLine(message), devices);
        var result = run.Run(configuration, ConsoleProgress.ForStandardError(), cancellation);
        Console.WriteLine(json ? JsonSerializer.Serialize(result, Indented) : Text(result));
        return ExitCodes.Success;
    }

    // All that is wrong at once; a folder that is not there yet is not made for it.
    private static void Demand(RunConfiguration configuration, string dataFolder)
    {
        if (configuration.Problems() is not { Count: > 0 } problems)
        {
            return;
        }

        if (File.Exists(Path.Combine(dataFolder, "featureexplorer.db")))
        {
            problems = [.. problems, .. new RunNames(FeatureDatabase.Open(new DataFolder(dataFolder)), TimeProvider.System).Beside(configuration)];
        }

        throw RunConfiguration.Refusal(problems);
    }

    private static string Text(RunResult result)
    {
        var lines = new List<string>
        {
            Invariant($"{result.Model.Name}: loss {result.Model.HeldOutLoss:0.000} after {result.Model.Tokens:N0} tokens, {result.Model.TokensPerSecond:N0} tokens/s"),
        };
        lines.AddRange(result.Dictionaries.Select(d => Invariant(
            $"{d.Name}: {d.Features:N0} features, L0 {d.L0:0.0}, explained variance {d.ExplainedVariance:0.000}, loss recovered {d.LossRecovered:0.000}, {d.Dead} dead, {d.Ultralow} ultralow, {d.Index.Activations:N0} activations")));
        lines.Add(Invariant($"{result.Seconds:0} s, {result.PeakMemoryBytes / 1e9:0.0} GB at most. Start the server with the same --data to look at the features."));
        return string.Join(Environment.NewLine, lines);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
