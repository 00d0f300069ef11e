using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Training.Stages;

/// <summary>Removes the files of what has been replaced, once nothing published reads them any more.</summary>
internal static class ReplacedFiles
{
    /// <summary>The files of a dictionary in whose place another was published.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="older">What was published before; or null.</param>
    /// <param name="newer">What is published now.</param>
    public static void Remove(DataFolder folder, DictionaryInfo? older, DictionaryInfo newer)
    {
        if (older is { Forming: null } && folder.Dictionary(older) is var files && files != folder.Dictionary(newer))
        {
            Delete(files);
        }
    }

    /// <summary>The files of a model in whose place another was published, unless one of its dictionaries still reads them.</summary>
    public static void Remove(FeatureDatabase database, ModelInfo? older)
    {
        if (older is null)
        {
            return;
        }

        var (folder, store) = (database.Folder, new FeatureStore(database));
        var readers = store.Dictionaries().Concat(store.Neurons()).Where(dictionary => dictionary.Model == older.Name).Select(folder.Model);
        var files = folder.Model(older);
        if (store.FindModel(older.Name) is { } newer && folder.Model(newer) != files && !readers.Contains(files))
        {
            Delete(files);
        }
    }

    private static void Delete(string files)
    {
        try
        {
            if (Directory.Exists(files))
            {
                Directory.Delete(files, recursive: true);
            }
        }
        catch (Exception exception) when (OperatingSystem.IsWindows() && exception is IOException or UnauthorizedAccessException)
        {
            // A page still reads them, which only Windows minds: they stay, and nothing refers to them.
        }
    }
}
