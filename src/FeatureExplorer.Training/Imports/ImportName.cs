using System.Globalization;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Training.Imports;

/// <summary>The name of an imported dictionary: one that nothing finished, and no run that has not ended, has.</summary>
internal sealed class ImportName(FeatureDatabase database, TimeProvider time)
{
    /// <summary>The name asked for, or the next free number.</summary>
    /// <exception cref="ArgumentException">It is taken, or cannot be one.</exception>
    public string Of(string model, string? asked)
    {
        var taken = Taken(model);
        if (asked is null)
        {
            return Free(taken);
        }

        RunChecks.DemandDictionaryName(asked);
        return taken.TryGetValue(asked, out var other)
            ? throw new ArgumentException($"{model}/{other} is there, or a run makes it: an import replaces nothing. {model}/{Free(taken)} is free (--name {Free(taken)}).")
            : asked;
    }

    private HashSet<string> Taken(string model)
    {
        var folder = database.Folder.Dictionaries(model);
        return new HashSet<string>(
            [
                .. new FeatureStore(database).Dictionaries().Where(dictionary => Alike(dictionary.Model, model)).Select(static dictionary => dictionary.Name),
                .. Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).Where(Finished).Select(StageFolders.NameOf) : [],
                .. new RunStore(database, time).Unfinished().Select(RunConfigurationJson.Of).OfType<RunConfiguration>().Where(run => Alike(run.Model, model))
                    .SelectMany(static run => run.Dictionaries.Select(static dictionary => dictionary.Name)),
            ],
            StringComparer.OrdinalIgnoreCase);
    }

    private static bool Finished(string folder) => StageRecord.Exists(folder, DictionaryStage.RecordName) || StageRecord.Exists(folder, DictionaryImporter.RecordName);

    private static string Free(HashSet<string> taken) =>
        Enumerable.Range(1, int.MaxValue - 1).Select(static number => number.ToString(CultureInfo.InvariantCulture)).First(name => !taken.Contains(name));

    private static bool Alike(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
