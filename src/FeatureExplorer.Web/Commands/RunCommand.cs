using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FeatureExplorer.Storage;
using FeatureExplorer.Web.Training;

namespace FeatureExplorer.Web.Commands;

/// <summary><c>run</c>: from a corpus to published features in one go.</summary>
public static class RunCommand
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerOptions.Web) { WriteIndented = true };

    public static Command Create()
    {
        var corpus = new Option<string[]>("--corpus")
        {
            Description = "Files and folders: text, source code, .jsonl, .jsonl.gz. Without it, the demo corpus.",
            AllowMultipleArgumentsPerToken = true,
            HelpName = "PATH",
        };
        var preset = new Option<string>("--preset")
        {
            Description = "Sizes: demo (minutes) or standard (A/0 with 512 and A/1 with 4,096 features).",
            DefaultValueFactory = _ => RunPreset.Demo.Name,
        };
        preset.AcceptOnlyFromAmong([.. RunPreset.All.Select(p => p.Name)]);
        var keep = new Option<string>("--keep")
        {
            Description = "Keep a share of a domain's documents: arabic=0.1,dna=0.05",
            DefaultValueFactory = _ => string.Empty,
            HelpName = "DOMAIN=SHARE,...",
        };
        var seed = new Option<ulong>("--seed") { Description = "Same seed, corpus and preset: same bits." };
        var model = new Option<string>("--model") { Description = "Name of the model.", DefaultValueFactory = _ => "A" };
        var data = SharedOptions.Data();
        var json = SharedOptions.Json();
        var command = new Command("run", "Trains a model and its dictionaries and publishes their features.") { corpus, preset, keep, seed, model, data, json };
        command.SetAction((result, cancellation) => Task.Run(
            () => Run(
                new RunConfiguration
                {
                    Corpus = result.GetValue(corpus) ?? [],
                    Preset = result.GetValue(preset)!,
                    Keep = result.GetValue(keep)!,
                    Seed = result.GetValue(seed),
                    Model = result.GetValue(model)!,
                },
                result.GetValue(data)!,
                result.GetValue(json),
                cancellation),
            CancellationToken.None));
        return command;
    }

    private static int Run(RunConfiguration configuration, string dataFolder, bool json, CancellationToken cancellation)
    {
        configuration.Validate();
        var database = FeatureDatabase.Open(new DataFolder(dataFolder));
        var run = new RecordedRun(database, TimeProvider.System, message => Console.Error.WriteLine(message));
        var result = run.Run(configuration, ConsoleProgress.ForStandardError(), cancellation);
        Console.WriteLine(json ? JsonSerializer.Serialize(result, Indented) : Text(result));
        return ExitCodes.Success;
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
