using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Features;

namespace FeatureExplorer.Training.Stages;

/// <summary>
/// Chooses where a stage puts its files, so that nothing finished is written over: in the folder of the name, or, where that holds the finished work of other
/// settings, in one beside it that is named for the new settings. Pages go on with the older files until the new ones are published; the same run started
/// again finds its own.
/// </summary>
public sealed class StageFolders(FeatureDatabase database)
{
    private const int FingerprintLength = 8;

    private readonly FeatureStore _store = new(database);

    /// <summary>Name of the folder of a model.</summary>
    /// <param name="name">Name of the model.</param>
    /// <param name="fingerprint">What decides it.</param>
    public string Model(string name, string fingerprint)
    {
        var published = _store.FindModel(name);
        return Choose(name, fingerprint, published is null ? null : published.Folder ?? name, database.Folder.Model, ModelStage.RecordName, ModelStage.StartedName);
    }

    /// <summary>Name of the folder of a dictionary.</summary>
    /// <param name="model">Name of its model.</param>
    /// <param name="name">Name of the dictionary.</param>
    /// <param name="fingerprint">What decides it.</param>
    /// <param name="record">Name of the record that its stage leaves.</param>
    public string Dictionary(string model, string name, string fingerprint, string record)
    {
        var published = _store.FindDictionary(model, name) is { Forming: null } finished ? finished.Folder ?? name : null;
        return Choose(name, fingerprint, published, folder => database.Folder.Dictionary(model, folder), record);
    }

    /// <summary>Name of the model or dictionary that a folder belongs to.</summary>
    public static string NameOf(string folder) => Path.GetFileName(folder).Split('.')[0];

    private static string Choose(string name, string fingerprint, string? published, Func<string, string> path, params string[] records)
    {
        if (published is not null && StageRecord.Has(path(published), records[0], fingerprint))
        {
            return published;
        }

        var taken = published == name || records.Any(record => StageRecord.Exists(path(name), record));
        return !taken || records.Any(record => StageRecord.Has(path(name), record, fingerprint)) ? name : $"{name}.{fingerprint[..FingerprintLength]}";
    }
}
