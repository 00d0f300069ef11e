using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Training.Imports;
using FeatureExplorer.Training.Progress;

namespace FeatureExplorer.Web.Commands.Imports;

/// <summary><c>index G/1 --corpus PATH...</c>: the same weights as a new dictionary, with pages over another text.</summary>
public static class IndexCommand
{
    private static readonly JsonSerializerOptions Printed = new(JsonSerializerOptions.Web) { WriteIndented = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public static Command Create()
    {
        var dictionary = new Argument<string>("DICTIONARY") { Description = "A finished dictionary, trained here or imported: G/1." };
        var corpus = new Option<string[]>("--corpus") { Description = "Files and folders of text, or corpus:NAME.", AllowMultipleArgumentsPerToken = true, Required = true, HelpName = "PATH..." };
        var name = new Option<string?>("--name") { Description = "Name of what is made, as in G/2 or 2. Default: the next free number.", HelpName = "G/2" };
        var tokens = NumberOption.Of<long>("--tokens", "Tokens to index at most. Default: 300,000, or as many as other dictionaries over the same text.");
        var ablate = new Option<bool>("--ablate") { Description = "Also measure the effect of removing each feature." };
        var alone = new Option<bool>("--no-relate") { Description = "Leave relations, splitting and the map to a later \"relate\"." };
        var device = new Option<string?>("--device") { Description = "Where it computes: auto, cpu, torch:cpu, cuda:0, mps. Default: the setting Training:Device." };
        var data = SharedOptions.Data();
        var json = SharedOptions.Json();
        var command = new Command("index", "Indexes a finished dictionary over another text: a new dictionary with the same weights, whose pages are of that text. The old one stays.")
        {
            dictionary, corpus, name, tokens, ablate, alone, device, data, json,
        };
        command.SetAction((result, cancellation) => Task.Run(
            () => Run(
                new DictionaryIndexRequest
                {
                    Dictionary = result.GetValue(dictionary)!,
                    Corpus = result.GetValue(corpus)!,
                    Name = ImportDictionaryCommand.NameOf(result.GetValue(name), result.GetValue(dictionary)!.Split('/')[0]),
                    Tokens = result.GetValue(tokens),
                    Ablates = result.GetValue(ablate),
                    Relates = !result.GetValue(alone),
                },
                result.GetValue(data)!, result.GetValue(device), result.GetValue(json), cancellation),
            CancellationToken.None));
        return command;
    }

    private static int Run(DictionaryIndexRequest request, string dataFolder, string? device, bool json, CancellationToken cancellation)
    {
        if (!File.Exists(Path.Combine(dataFolder, "featureexplorer.db")))
        {
            throw new ArgumentException($"There is no data folder with dictionaries at {dataFolder}: name one with --data.");
        }

        if (request.Tokens is < 1)
        {
            throw new ArgumentException($"--tokens is {request.Tokens}; it must be at least 1.");
        }

        var result = ImportPlace.Run(FeatureDatabase.Open(new DataFolder(dataFolder)), device, (database, backend) => new DictionaryIndexer(database, TimeProvider.System, Console.Error.WriteLine, backend)
            .Run(request, new StageProgress(DictionaryIndexer.Stages, ConsoleProgress.ForStandardError()), cancellation));
        Console.WriteLine(json ? JsonSerializer.Serialize(result, Printed) : Text(result));
        return ExitCodes.Success;
    }

    private static string Text(DictionaryIndexResult result) => string.Join(Environment.NewLine, [Figures(result), .. result.Warnings.Select(static warning => $"  Warning: {warning}")]);

    private static string Figures(DictionaryIndexResult result) => string.Create(
        CultureInfo.InvariantCulture,
        $"{result.Name}: the weights of {result.Of} over {result.Text} ({result.Corpus}): L0 {result.L0:0.0}, explained variance {result.ExplainedVariance:0.000}, loss recovered {result.LossRecovered:0.000} on {result.EvaluationTokens:N0} tokens, {result.Dead:N0} dead, {result.Ultralow:N0} ultralow, {result.Index.Activations:N0} activations of {result.Index.Tokens:N0} tokens, {result.Seconds:0} s");
}
