using System.CommandLine;
using FeatureExplorer.Engine.Exports;
using FeatureExplorer.Storage;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Web.Exports;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Commands;

/// <summary><c>export A/1 --format saelens --out FOLDER</c>: a dictionary or a model for another program. It changes nothing in the data folder, and nothing that exists is overwritten.</summary>
public static class ExportCommand
{
    public static Command Create()
    {
        var what = new Argument<string>("WHAT") { Description = "The dictionary, such as A/1; or the model, such as A, with --format huggingface-model." };
        var format = new Option<string>("--format") { Description = $"One of {string.Join(", ", ExportFormats.Names)}.", Required = true, HelpName = "FORMAT" };
        var path = new Option<string>("--out") { Description = "A new folder; with --format html a new file.", Required = true, HelpName = "PATH" };
        var features = new Option<string?>("--features") { Description = "These features alone: 1,5,7.", HelpName = "NUMBERS" };
        var where = new Option<string?>("--where") { Description = "The features of a list, written as its address is: \"state=live&context=dna&sort=max&order=desc\".", HelpName = "LIST" };
        var limit = new Option<int?>("--limit") { Description = "So many features of the list at most." };
        var data = SharedOptions.Data();
        var command = new Command("export", "Writes a dictionary or a model for other programs: SAELens, dictionary_learning, Hugging Face, Neuronpedia, circuit-tracer, as a page to read offline, as tables.")
        {
            what, format, path, features, where, limit, data,
        };
        command.SetAction((result, cancellation) => Task.Run(
            () => Run(
                result.GetValue(data)!, result.GetValue(what)!, result.GetValue(format)!, result.GetValue(path)!, new Chosen(result.GetValue(features), result.GetValue(where), result.GetValue(limit)), cancellation),
            CancellationToken.None));
        return command;
    }

    private sealed record Chosen(string? Features, string? Where, int? Limit)
    {
        public bool IsGiven => Features is not null || Where is not null || Limit is not null;
    }

    private static async Task<int> Run(string dataFolder, string what, string formatName, string path, Chosen chosen, CancellationToken cancellation)
    {
        var format = ExportFormats.Parse(formatName) ?? throw new ArgumentException($"--format is {formatName}; it must be one of {string.Join(", ", ExportFormats.Names)}.");
        if (chosen.IsGiven && !ExportFormats.TakesFeatures(format))
        {
            throw new ArgumentException($"--format {formatName} writes all weights: leave --features, --where and --limit out.");
        }

        if (chosen.Limit is < 1)
        {
            throw new ArgumentException($"--limit is {chosen.Limit}; it must be at least 1.");
        }

        if (!File.Exists(Path.Combine(dataFolder, "featureexplorer.db")))
        {
            throw new ArgumentException($"There is no data folder at {dataFolder}: name one with --data.");
        }

        // Before anything is computed.
        NewPath.Demand(path, ExportFormats.IsFile(format) ? "file" : "folder");
        var database = FeatureDatabase.Open(new DataFolder(dataFolder));
        await using var services = new ServiceCollection().AddLogging().AddFeatureStorage(database).AddSingleton<EvidenceReader>().AddSingleton<FeatureReader>().AddExports().BuildServiceProvider();
        try
        {
            await Write(services, what, format, path, chosen, cancellation);
        }
        catch (NotSupportedException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return ExitCodes.Failure;
        }

        var written = format == ExportFormat.HuggingFaceModel ? $"The model {what.Split('/')[0]}" : what;
        Console.WriteLine($"{written} is in {Path.GetFullPath(path)}, as {formatName}: {Show.Bytes(Size(path))}.");
        return ExitCodes.Success;
    }

    private static async Task Write(IServiceProvider services, string what, ExportFormat format, string path, Chosen chosen, CancellationToken cancellation)
    {
        var (store, exporter) = (services.GetRequiredService<FeatureStore>(), services.GetRequiredService<DictionaryExporter>());
        if (store.FindModel(what) is { } model)
        {
            if (format != ExportFormat.HuggingFaceModel)
            {
                throw new ArgumentException($"{what} is a model, which is written as {ExportFormats.NameOf(ExportFormat.HuggingFaceModel)} alone: name a dictionary, such as {what}/1.");
            }

            NewFolder.Write(path, sink => exporter.WriteModel(model, sink));
            return;
        }

        var dictionary = Find(store, what);
        var features = ExportFormats.TakesFeatures(format) ? services.GetRequiredService<ExportSelection>().Of(dictionary, chosen.Features, chosen.Where, chosen.Limit) : null;
        if (format != ExportFormat.Html)
        {
            NewFolder.Write(path, sink => exporter.Write(dictionary, format, features, sink, cancellation));
            return;
        }

        features ??= services.GetRequiredService<FeatureCatalog>().Indexes(dictionary, new FeatureQuery());
        if (features.Count > StandaloneHtml.MostFeatures)
        {
            throw new ArgumentException($"These are {Show.Count(features.Count)} features, and one page holds at most {StandaloneHtml.MostFeatures}: choose some with --features 1,5,7, --where state=live or --limit {StandaloneHtml.MostFeatures}.");
        }

        NewFile.Write(path, stream => exporter.WritePage(dictionary, features, stream, cancellation).GetAwaiter().GetResult());
    }

    private static DictionaryInfo Find(FeatureStore store, string what)
    {
        if (what.Split('/') is [var model, var name] && store.FindDictionary(model, name) is { } dictionary)
        {
            return dictionary;
        }

        var known = store.Dictionaries().Concat(store.Neurons()).Select(static d => d.Id).ToList();
        throw new ArgumentException($"There is no dictionary or model \"{what}\" here. {(known.Count == 0 ? "The data folder has none." : $"There are {string.Join(", ", known)}.")}");
    }

    private static long Size(string path) =>
        File.Exists(path) ? new FileInfo(path).Length : new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(static file => file.Length);
}
