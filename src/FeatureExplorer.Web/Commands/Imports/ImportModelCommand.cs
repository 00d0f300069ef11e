using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Dictionaries.Imports;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Training.Imports;
using FeatureExplorer.Training.Progress;

namespace FeatureExplorer.Web.Commands.Imports;

/// <summary><c>import model PATH</c>: a model of another tool, with text in its tokens, for dictionaries that are imported or trained on it.</summary>
public static class ImportModelCommand
{
    private static readonly JsonSerializerOptions Printed = new(JsonSerializerOptions.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static Command Create()
    {
        var path = new Argument<string[]>("PATH") { Description = "A folder with config.json and weights (Hugging Face, TransformerLens), a checkpoint of nanoGPT, or llama2.c's file. Or addresses: that of a folder, which ends with \"/\", and names of files in it; or that of one file.", Arity = ArgumentArity.OneOrMore };
        var name = new Option<string?>("--name") { Description = "Its name. Default: the first letter that no model has.", HelpName = "G" };
        var corpus = new Option<string[]>("--corpus") { Description = "Files and folders of text, or corpus:NAME. Default: the demo corpus.", AllowMultipleArgumentsPerToken = true, HelpName = "PATH..." };
        var keep = new Option<string>("--keep") { Description = "The share of each domain to keep: english=0.5,dna=0.05.", DefaultValueFactory = static _ => string.Empty };
        var tokenizer = new Option<string?>("--tokenizer") { Description = "The folder or file of its tokenizer, where that is not with the model.", HelpName = "PATH" };
        var context = new Option<int?>("--context") { Description = "Tokens of a window. Default: 512, or what the model takes if that is less." };
        var start = new Option<bool?>("--start-token") { Description = "Whether the token that begins a text stands before every window. Default: where the tokenizer names one." };
        var heldOut = NumberOption.Of<long>("--held-out-tokens", "Tokens to hold out, which dictionaries are indexed over.", 330_000);
        var dictionary = new Option<string?>("--dictionary") { Description = "Also import a dictionary of it, or a folder of several; or addresses, as for PATH, within quotation marks.", HelpName = "PATH" };
        var check = new Option<bool>("--check") { Description = "Only say what the files hold, and refuse what the import would refuse; compute and write nothing." };
        var device = new Option<string?>("--device") { Description = "Where it computes: auto, cpu, torch:cpu, cuda:0, mps. Default: the setting Training:Device." };
        var data = SharedOptions.Data();
        var json = SharedOptions.Json();
        var command = new Command("model", "A model of another tool: GPT-2, GPT-Neo, GPT-NeoX (Pythia), Llama and its like, TransformerLens' GELU models, nanoGPT, llama2.c.")
        {
            path, name, dictionary, corpus, keep, tokenizer, context, start, heldOut, check, device, data, json,
        };
        command.SetAction((result, cancellation) => Task.Run(
            () => Run(
                new ModelImportRequest
                {
                    Path = string.Empty,
                    Name = result.GetValue(name),
                    Corpus = result.GetValue(corpus) ?? [],
                    Keep = result.GetValue(keep)!,
                    Tokenizer = result.GetValue(tokenizer),
                    Context = result.GetValue(context),
                    StartToken = result.GetValue(start),
                    HeldOutTokens = result.GetValue(heldOut),
                },
                result.GetValue(path)!, result.GetValue(dictionary), result.GetValue(data)!, result.GetValue(device), result.GetValue(check), result.GetValue(json), cancellation),
            CancellationToken.None));
        return command;
    }

    private static int Run(
        ModelImportRequest request, IReadOnlyList<string> path, string? dictionary, string dataFolder, string? device, bool check, bool json, CancellationToken cancellation)
    {
        using var model = FetchedPath.Of(path, "PATH", dataFolder, cancellation);
        using var dictionaries = dictionary is null ? null : FetchedPath.Of([dictionary], "--dictionary", dataFolder, cancellation);
        request = request with { Path = model.Local, Called = model.Called, Dictionaries = dictionaries is null ? [] : [dictionaries.Local] };
        var code = Run(request, dataFolder, device, check, json, cancellation);
        if (!check)
        {
            model.Used();
            dictionaries?.Used();
        }

        return code;
    }

    private static int Run(ModelImportRequest request, string dataFolder, string? device, bool check, bool json, CancellationToken cancellation)
    {
        // Before anything of the data folder is touched: a mistyped path leaves nothing behind.
        if (!File.Exists(request.Path) && !Directory.Exists(request.Path))
        {
            throw new FileNotFoundException($"There is no file or folder {request.Path}: name the folder of a model, or its one file.");
        }

        request = request with { Dictionaries = [.. request.Dictionaries.SelectMany(static each => DictionaryImport.Find(each))] };
        var result = check ? ImportPlace.Look(dataFolder, device, database => Check(database, request, cancellation))
            : ImportPlace.RunIn(dataFolder, device, (database, backend) => Import(database, backend, request, cancellation));
        Console.WriteLine(json ? JsonSerializer.Serialize(result, Printed) : Text(result, dataFolder));
        return ExitCodes.Success;
    }

    private static ModelImportResult Check(FeatureDatabase database, ModelImportRequest request, CancellationToken cancellation)
    {
        var (model, found) = new ModelImporter(database, TimeProvider.System, Console.Error.WriteLine).Check(request, cancellation);
        return new ModelImportResult(null, model) { Dictionaries = [.. found.Select(static each => new DictionaryImportResult(null, each))] };
    }

    private static ModelImportResult Import(FeatureDatabase database, IComputeBackend backend, ModelImportRequest request, CancellationToken cancellation)
    {
        var progress = new StageProgress(ModelImporter.Stages + (request.Dictionaries.Count * DictionaryImporter.Stages), ConsoleProgress.ForStandardError());
        var model = new ModelImporter(database, TimeProvider.System, Console.Error.WriteLine, backend).Run(request, progress, cancellation);
        var importer = new DictionaryImporter(database, TimeProvider.System, Console.Error.WriteLine, backend);
        return model with { Dictionaries = [.. request.Dictionaries.Select(path => importer.Run(new DictionaryImportRequest { Path = path, Model = model.Name! }, progress, cancellation))] };
    }

    private static string Text(ModelImportResult result, string dataFolder)
    {
        var (found, origin) = (result.Found, result.Found.Origin);
        var lines = new List<string>
        {
            Invariant($"{(result.Name is { } name ? name + ": " : string.Empty)}{origin.Family}, {found.Layers:N0} {(found.Layers == 1 ? "layer" : "layers")}, {found.DModel:N0} wide, {found.DMlp:N0} neurons, {found.Heads:N0} heads, {found.Vocabulary:N0} token ids, from {origin.Files}"),
            $"  A sentence as it sees it: {string.Join('|', found.Sample)}",
        };
        if (result.HeldOutLoss is { } loss)
        {
            lines.Add(Invariant($"  {origin.Parameters:N0} parameters; loss {loss:0.000} nats a token on {result.LossTokens:N0} held-out tokens of {result.Corpus}; {result.Seconds:0} s"));
        }

        lines.AddRange(origin.Notes.Select(static note => $"  - {note}"));
        lines.AddRange(result.Warnings.Select(static warning => $"  Warning: {warning}"));
        lines.AddRange(result.Dictionaries.Select(ImportDictionaryCommand.Text));
        if (result is { Name: { } made, Dictionaries.Count: 0 })
        {
            lines.Add($"  Next: import dictionary PATH --model {made} --data {dataFolder}, or run --model {made}{(found.Layers == 1 ? string.Empty : Invariant($" --layer {found.Layers / 2}"))} --data {dataFolder}");
        }

        return string.Join(Environment.NewLine, lines);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
