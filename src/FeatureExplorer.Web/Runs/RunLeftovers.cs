using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Labels;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Web.Runs;

/// <summary>
/// What goes with a run that is deleted, and what stays. Half-trained features and the state of their training go, unless another run that has not finished makes
/// a dictionary of the same name: they are that run's, too. So does its model, where no dictionary of it was finished and no other run has one of its name.
/// Finished dictionaries, their models and all labels stay.
/// </summary>
public sealed class RunLeftovers(RunStore runs, FeatureStore store, LabelStore labels, RunWriter writer, DataFolder folder)
{
    /// <summary>What a deletion would do, or null when there is no such run.</summary>
    public Found? Of(long run)
    {
        if (runs.Find(run) is not { } record || RunConfigurationJson.Of(record) is not { } configuration)
        {
            return runs.Find(run) is null ? null : new Found(null, [], [], [], [], 0, 0);
        }

        var others = runs.Unfinished().Where(other => other.Id != run).Select(other => (other.Id, Configuration: RunConfigurationJson.Of(other))).ToList();
        var made = configuration.Dictionaries.Select(d => store.FindDictionary(configuration.Model, d.Name)).OfType<DictionaryInfo>().ToList();
        var shared = new List<(string Dictionary, long Run)>();
        foreach (var dictionary in made.Where(static d => d.Forming is not null))
        {
            var owner = others.FirstOrDefault(other => Makes(other.Configuration, dictionary.Model, dictionary.Name));
            if (owner.Id > 0)
            {
                shared.Add((dictionary.Id, owner.Id));
            }
        }

        var forming = made.Where(d => d.Forming is not null && shared.All(s => s.Dictionary != d.Id)).ToList();
        var files = forming.Select(d => folder.Forming(d.Model, d.Folder ?? d.Name)).Concat(
            others.Any(other => other.Configuration is null || Same(other.Configuration.Model, configuration.Model)) ? [] : TrainingStates(configuration.Model)).ToList();
        var goes = record is { Started: not null, Status: not RunStatus.Finished } && IsOnlyOf(run, configuration.Model);
        if (goes)
        {
            files = [.. Folders(configuration.Model)];
        }

        var finished = made.Where(static d => d.Forming is null).ToList();
        return new Found(
            store.FindModel(configuration.Model) is null ? null : configuration.Model, forming, shared, finished, files, files.Sum(Bytes),
            finished.Sum(d => Bytes(folder.Dictionary(d))))
        { Labels = made.ToDictionary(static d => d.Id, d => labels.All(d).Count), ModelGoes = goes };
    }

    /// <summary>Removes what a run that is already deleted has left alone.</summary>
    public void Remove(Found found)
    {
        ArgumentNullException.ThrowIfNull(found);
        foreach (var dictionary in found.Forming)
        {
            writer.RemoveForming(dictionary.Model, dictionary.Name);
        }

        if (found is { ModelGoes: true, Model: { } model } && !writer.RemoveUnfinished(model))
        {
            return; // a dictionary was finished meanwhile, which reads these files
        }

        foreach (var file in found.Files)
        {
            try
            {
                if (Directory.Exists(file))
                {
                    Directory.Delete(file, recursive: true);
                }
                else
                {
                    File.Delete(file);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // A page still reads it, which only Windows minds: it stays, and nothing refers to it.
            }
        }
    }

    // A run that this version cannot read may make anything.
    private static bool Makes(RunConfiguration? other, string model, string name) =>
        other is null || (Same(other.Model, model) && other.Dictionaries.Any(d => Same(d.Name, name)));

    // A run that this version cannot read may use any model. Imported models have a note.
    private bool IsOnlyOf(long run, string model) => store.FindModel(model) is { Note: null }
        && store.Dictionaries().All(dictionary => dictionary.Forming is not null || !Same(dictionary.Model, model))
        && runs.Latest(int.MaxValue).Where(other => other.Id != run).All(other => RunConfigurationJson.Of(other) is { } configuration && !Same(configuration.Model, model));

    private IEnumerable<string> Folders(string model) =>
        (Directory.Exists(folder.Models) ? Directory.EnumerateDirectories(folder.Models).Where(path => Same(StageFolders.NameOf(path), model)) : [])
        .Append(folder.Dictionaries(model)).Where(Directory.Exists);

    // Names that differ in case alone are the same file on some systems.
    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private IEnumerable<string> TrainingStates(string model) => !Directory.Exists(folder.Models) ? []
        : Directory.EnumerateDirectories(folder.Models).Where(path => Same(StageFolders.NameOf(path), model))
            .SelectMany(static path => Directory.EnumerateFiles(path, "dictionaries*.training.safetensors*"));

    private static long Bytes(string path)
    {
        try
        {
            return Directory.Exists(path)
                ? new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(static file => file.Length)
                : File.Exists(path) ? new FileInfo(path).Length : 0;
        }
        catch (IOException)
        {
            return 0; // it goes at this very moment
        }
    }

    /// <summary>What a deletion does.</summary>
    /// <param name="Model">The run's model, where it is there.</param>
    /// <param name="Forming">Dictionaries whose half-trained features go.</param>
    /// <param name="Shared">Half-trained dictionaries that stay, and the run that makes them, too.</param>
    /// <param name="Finished">Dictionaries that stay.</param>
    /// <param name="Files">Files and folders that go.</param>
    /// <param name="Freed">Their bytes.</param>
    /// <param name="Kept">Bytes of the dictionaries that stay.</param>
    public sealed record Found(
        string? Model, IReadOnlyList<DictionaryInfo> Forming, IReadOnlyList<(string Dictionary, long Run)> Shared, IReadOnlyList<DictionaryInfo> Finished,
        IReadOnlyList<string> Files, long Freed, long Kept)
    {
        /// <summary>Whether the model goes, too, with all that is in its folders.</summary>
        public bool ModelGoes { get; init; }

        /// <summary>Features that have a label, by dictionary.</summary>
        public IReadOnlyDictionary<string, int> Labels { get; init; } = new Dictionary<string, int>();
    }
}
