using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Dictionaries.Imports;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Training.Imports;
using FeatureExplorer.Training.Progress;

namespace FeatureExplorer.Web.Commands.Imports;

/// <summary><c>import dictionary PATH --model G</c>: a dictionary of another tool, with pages of its own.</summary>
public static class ImportDictionaryCommand
{
    private const int Shown = 20;

    private static readonly JsonSerializerOptions Printed = new(JsonSerializerOptions.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static Command Create()
    {
        var path = new Argument<string[]>("PATH") { Description = "The folder of a dictionary, its file of weights, or with --all a folder of several. Or addresses: that of a folder, which ends with \"/\", and names of files in it; or that of one file.", Arity = ArgumentArity.OneOrMore };
        var model = new Option<string>("--model") { Description = "The model of the data folder that it reads.", Required = true, HelpName = "G" };
        var name = new Option<string?>("--name") { Description = "Its name, as in G/1 or 1. Default: the next free number.", HelpName = "G/1" };
        var site = new Option<string?>("--site") { Description = "The site that it reads, where its files do not say: resid.post.0; for a transcoder mlp.in.0, mlp.norm.0 or resid.mid.0.", HelpName = "SITE" };
        var scale = new Option<float?>("--scale") { Description = "What activations were multiplied by in its training, where its files do not say." };
        var norms = new Option<bool>("--keep-norms") { Description = "Leave the lengths of decoder rows as they are; otherwise each becomes 1, and its length goes to the encoder." };
        var tokens = new Option<long?>("--tokens") { Description = "Held-out tokens to index at most. Default: as many as the model's other dictionaries." };
        var corpus = new Option<string[]>("--corpus") { Description = "Files and folders of text to index it over, or corpus:NAME. Default: the model's text.", AllowMultipleArgumentsPerToken = true, HelpName = "PATH..." };
        var ablate = new Option<bool>("--ablate") { Description = "Also measure the effect of removing each feature." };
        var alone = new Option<bool>("--no-relate") { Description = "Leave relations, splitting and the map to a later \"relate\"; with very many features they take longest." };
        var all = new Option<bool>("--all") { Description = "Import every dictionary of a folder: a checkpoint of several runs, a sweep." };
        var check = new Option<bool>("--check") { Description = "Only say what the files hold, and refuse what the import would refuse; compute and write nothing." };
        var device = new Option<string?>("--device") { Description = "Where it computes: auto, cpu, torch:cpu, cuda:0, mps. Default: the setting Training:Device." };
        var data = SharedOptions.Data();
        var json = SharedOptions.Json();
        var command = new Command("dictionary", $"A dictionary of another tool ({string.Join(", ", DictionaryImport.FormatNames)}), with index, statistics and relations over the model's corpus.")
        {
            path, model, name, site, scale, norms, corpus, tokens, ablate, alone, all, check, device, data, json,
        };
        command.SetAction((result, cancellation) => Task.Run(
            () => Run(
                new DictionaryImportRequest
                {
                    Path = string.Empty,
                    Model = result.GetValue(model)!,
                    Name = NameOf(result.GetValue(name), result.GetValue(model)!),
                    Site = result.GetValue(site),
                    Corpus = result.GetValue(corpus) ?? [],
                    Tokens = result.GetValue(tokens),
                    Ablates = result.GetValue(ablate),
                    Relates = !result.GetValue(alone),
                    Options = new DictionaryImportOptions { KeepsNorms = result.GetValue(norms), Scale = Positive(result.GetValue(scale)) },
                },
                result.GetValue(path)!, result.GetValue(data)!, result.GetValue(device), result.GetValue(all), result.GetValue(check), result.GetValue(json), cancellation),
            CancellationToken.None));
        return command;
    }

    private static int Run(DictionaryImportRequest request, IReadOnlyList<string> path, string dataFolder, string? device, bool all, bool check, bool json, CancellationToken cancellation)
    {
        if (!File.Exists(Path.Combine(dataFolder, "featureexplorer.db")))
        {
            throw new ArgumentException($"There is no data folder with models at {dataFolder}: name one with --data, or train or import a model first.");
        }

        if (request.Tokens is < 1)
        {
            throw new ArgumentException($"--tokens is {request.Tokens}; it must be at least 1.");
        }

        using var fetched = FetchedPath.Of(path, "PATH", dataFolder, cancellation);
        request = request with { Path = fetched.Local };
        var paths = Paths(request, all);
        var (results, failed) = check ? ImportPlace.Look(dataFolder, device, database => Check(database, request, paths, cancellation))
            : ImportPlace.Run(FeatureDatabase.Open(new DataFolder(dataFolder)), device, (database, backend) => Import(database, backend, request, paths, cancellation));
        if (!check && !failed)
        {
            fetched.Used();
        }

        Console.WriteLine(json ? JsonSerializer.Serialize(paths.Count == 1 && results.Count == 1 ? results[0] : (object)results, Printed) : string.Join(Environment.NewLine, results.Select(Text)));
        return failed ? ExitCodes.Failure : ExitCodes.Success;
    }

    private static (List<DictionaryImportResult> Results, bool Failed) Check(
        FeatureDatabase database, DictionaryImportRequest request, IReadOnlyList<string> paths, CancellationToken cancellation) => Each(
        paths, path => new DictionaryImportResult(null, new DictionaryImporter(database, TimeProvider.System, Console.Error.WriteLine).Check(request with { Path = path }, cancellation)));

    private static (List<DictionaryImportResult> Results, bool Failed) Import(
        FeatureDatabase database, IComputeBackend backend, DictionaryImportRequest request, IReadOnlyList<string> paths, CancellationToken cancellation)
    {
        var importer = new DictionaryImporter(database, TimeProvider.System, Console.Error.WriteLine, backend);
        return Each(paths, path => importer.Run(request with { Path = path }, new StageProgress(DictionaryImporter.Stages + (request.Corpus.Count > 0 ? 1 : 0), ConsoleProgress.ForStandardError()), cancellation));
    }

    /// <summary>One after the other; of several, one that cannot be imported does not keep the others back.</summary>
    private static (List<DictionaryImportResult> Results, bool Failed) Each(IReadOnlyList<string> paths, Func<string, DictionaryImportResult> import)
    {
        var (results, failed) = (new List<DictionaryImportResult>(), false);
        foreach (var path in paths)
        {
            try
            {
                results.Add(import(path));
            }
            catch (Exception exception) when (paths.Count > 1 && exception is InvalidDataException)
            {
                failed = true;
                Console.Error.WriteLine($"{path} was not imported: {exception.Message}");
            }
        }

        return (results, failed);
    }

    private static IReadOnlyList<string> Paths(DictionaryImportRequest request, bool all)
    {
        var found = DictionaryImport.Find(request.Path, static folder => Console.Error.WriteLine($"{folder} holds an activation index and no weights, as folders of neurons do: it was passed over."));
        if (found.Count > 1 && !all)
        {
            throw new ArgumentException(
                $"{request.Path} holds {found.Count} dictionaries: name one of them, or import all with --all. They are {string.Join(", ", found.Take(Shown))}{(found.Count > Shown ? ", ..." : string.Empty)}.");
        }

        return found.Count == 1 || request.Name is null ? found : throw new ArgumentException($"--name gives one name, and {request.Path} holds {found.Count} dictionaries: leave it out.");
    }

    internal static string? NameOf(string? name, string model) => name?.Split('/') switch
    {
        null => null,
        [var own] => own,
        [var of, var own] when of == model => own,
        _ => throw new ArgumentException($"--name is {name}; a dictionary of {model} is called {model}/1 or 1."),
    };

    private static float? Positive(float? scale) =>
        scale is null || (scale > 0 && float.IsFinite(scale.Value)) ? scale : throw new ArgumentException(FormattableString.Invariant($"--scale is {scale}; it must be a number above 0."));

    /// <summary>An import in a few lines.</summary>
    internal static string Text(DictionaryImportResult result)
    {
        var (found, origin) = (result.Found, result.Found.Origin);
        var lines = new List<string>
        {
            Invariant($"{(result.Name is { } name ? name + ": " : string.Empty)}{origin.Format}, {origin.Architecture}, {found.Features:N0} features on {found.Site} ({found.Inputs:N0} numbers), from {origin.File}"),
        };
        if (result.Name is not null)
        {
            lines.Add(Invariant(
                $"  L0 {result.L0:0.0}{(origin.L0 is { } l0 ? Invariant($" (its files claim {l0:0.0}, {origin.L0Source})") : string.Empty)}, explained variance {result.ExplainedVariance:0.000}, loss recovered {result.LossRecovered:0.000} on {result.EvaluationTokens:N0} tokens, {result.Dead:N0} dead, {result.Ultralow:N0} ultralow, {result.Index!.Activations:N0} activations of {result.Index.Tokens:N0} tokens, {result.Seconds:0} s"));
        }
        else if (origin.L0 is { } claimed)
        {
            lines.Add(Invariant($"  its files claim an L0 of {claimed:0.0} ({origin.L0Source})"));
        }

        lines.AddRange(origin.Notes.Select(static note => $"  - {note}"));
        lines.AddRange(origin.Warnings.Select(static warning => $"  Warning: {warning}"));
        return string.Join(Environment.NewLine, lines);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
