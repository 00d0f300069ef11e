using System.Security.Claims;
using FeatureExplorer.Engine.Dictionaries.Imports;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Imports;
using FeatureExplorer.Web.Corpora;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Runs;
using FeatureExplorer.Web.Security;

namespace FeatureExplorer.Web.Imports;

/// <summary>
/// What administrators may import on the pages: models and dictionaries that they have sent or fetched, or that lie below the folder that the settings allow. Files are looked at before anything is computed; the
/// import itself is a run of the queue.
/// </summary>
public sealed class ImportDesk(FeatureDatabase database, RunQueue queue, Permissions permissions, ReceivedFiles received, TrainingOptions options, TimeProvider time)
{
    private const string Folder = "import folder";

    /// <summary>Of a folder of many, what is read while somebody waits.</summary>
    private const int MostRead = 8;

    /// <summary>Whether files of the server may be named, besides those that were received.</summary>
    public bool HasFolder => options.ImportRoot.Length > 0;

    /// <summary>Reads the files that are named and says what they hold; computes nothing.</summary>
    /// <exception cref="ArgumentException">A path or a choice does not work.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or cannot be used here.</exception>
    public ImportSight Look(ClaimsPrincipal user, ImportForm form)
    {
        permissions.Demand(user, Role.Admin);
        var run = Configuration(form);
        queue.Demand(run);
        var import = run.Import!;
        var paths = import.DictionaryPath is { } path ? DictionaryImport.Find(path) : [];
        List<string> read = [.. paths.Take(MostRead)];
        if (import.ModelPath is not null)
        {
            var (model, found) = ModelImporter.Look(ImportPipeline.RequestOf(run) with { Dictionaries = read });
            return new ImportSight(model, found, paths.Count - found.Count);
        }

        var importer = new DictionaryImporter(database, time, static _ => { });
        List<DictionaryFound> checkedOnes = [.. read.Select(each => importer.Check(new DictionaryImportRequest { Path = each, Model = run.Model, Site = import.Site }))];
        return new ImportSight(null, checkedOnes, paths.Count - checkedOnes.Count);
    }

    /// <summary>Puts the import into the queue.</summary>
    /// <exception cref="ArgumentException">A path, a name or a choice does not work.</exception>
    public RunInfo Start(ClaimsPrincipal user, ImportForm form) => queue.Enqueue(user, Configuration(form));

    private RunConfiguration Configuration(ImportForm form)
    {
        ArgumentNullException.ThrowIfNull(form);
        if (form.ModelPath.Trim().Length == 0 && form.DictionaryPath.Trim().Length == 0)
        {
            throw new ArgumentException("Say which files are the model or the dictionary: upload or fetch some first, then press Model or Dictionary beside them.");
        }

        if (form.Name.Trim().Length == 0)
        {
            throw new ArgumentException("Fill in the name of the model.");
        }

        var import = new ImportSettings
        {
            ModelPath = Resolve(form.ModelPath),
            TokenizerPath = Resolve(form.TokenizerPath),
            DictionaryPath = Resolve(form.DictionaryPath),
            Context = form.Context,
            Site = Text(form.Site),
            Ablates = form.Ablates,
        };
        return RunConfiguration.Importing(form.Name.Trim(), import, import.ModelPath is null || form.Corpus.Length == 0 ? [] : [form.Corpus]);
    }

    private string? Resolve(string path) => Text(path) is not { } relative ? null
        : relative.StartsWith(ReceivedFolder.Prefix, StringComparison.Ordinal) ? received.Resolve(relative)
        : HasFolder ? CorpusRoot.Resolve(options.ImportRoot, relative, Folder)
        : throw new ArgumentException($"\"{relative}\" is not among the files that were sent or fetched, which are written {ReceivedFolder.Prefix}NAME. Other files of the server may be named where the setting Training:ImportRoot allows their folder.");

    private static string? Text(string value) => value.Trim() is { Length: > 0 } text ? text : null;
}
