using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Training.Devices;
using FeatureExplorer.Training.Queue;
using FeatureExplorer.Web.Devices;

namespace FeatureExplorer.Web.Commands.Imports;

/// <summary>Where an import of the command line computes: nothing else may write to the data folder meanwhile.</summary>
internal static class ImportPlace
{
    /// <summary>Imports on a device, alone in the data folder.</summary>
    /// <param name="database">Of the data folder.</param>
    /// <param name="device">As given; null for the settings' own.</param>
    /// <param name="import">What is to be done.</param>
    /// <exception cref="IOException">A run is going on there.</exception>
    public static T Run<T>(FeatureDatabase database, string? device, Func<FeatureDatabase, IComputeBackend, T> import)
    {
        using var hold = RunLock.TryTake(database.Folder.Root)
            ?? throw new IOException($"A run is writing to {database.Folder.Root}: wait for it, or choose another folder with --data.");
        using var backend = Open(database.Folder.Root, device);
        return import(database, backend);
    }

    /// <summary>The same in a data folder that need not be there: it is made, and goes away again where the import fails before a model is in it.</summary>
    /// <exception cref="IOException">A run is going on there.</exception>
    public static T RunIn<T>(string dataFolder, string? device, Func<FeatureDatabase, IComputeBackend, T> import)
    {
        var isNew = !File.Exists(Path.Combine(dataFolder, "featureexplorer.db")) && (!Directory.Exists(dataFolder) || Directory.GetFileSystemEntries(dataFolder).All(static entry => Path.GetFileName(entry) == "imports"));
        var database = FeatureDatabase.Open(new DataFolder(dataFolder));
        try
        {
            return Run(database, device, import);
        }
        catch when (isNew && new FeatureStore(database).Models().Count == 0)
        {
            Remove(database);
            throw;
        }
    }

    /// <summary>Looks at something without writing: in the data folder, or in an empty one for a moment where there is none.</summary>
    /// <param name="dataFolder">As given.</param>
    /// <param name="device">As given; null for the settings' own.</param>
    /// <param name="look">What is to be looked at.</param>
    /// <exception cref="ArgumentException">There is no such device.</exception>
    public static T Look<T>(string dataFolder, string? device, Func<FeatureDatabase, T> look)
    {
        Open(dataFolder, device).Dispose();
        if (File.Exists(Path.Combine(dataFolder, "featureexplorer.db")))
        {
            return look(FeatureDatabase.Open(new DataFolder(dataFolder)));
        }

        var empty = FeatureDatabase.Open(new DataFolder(Directory.CreateTempSubdirectory("featureexplorer-check-").FullName));
        try
        {
            return look(empty);
        }
        finally
        {
            Remove(empty);
        }
    }

    private static IComputeBackend Open(string dataFolder, string? device)
    {
        var settings = SharedOptions.Settings(dataFolder);
        var devices = new TorchComputeDevices(settings);
        return devices.Open(DevicePlacement.Choose(device ?? settings.Training.Device, devices), DevicePlacement.Float32);
    }

    private static void Remove(FeatureDatabase database)
    {
        database.Close();
        foreach (var entry in new DirectoryInfo(database.Folder.Root).EnumerateFileSystemInfos())
        {
            // What was fetched is kept for the same command.
            if (entry is DirectoryInfo folder)
            {
                if (folder.FullName != database.Folder.Imports)
                {
                    folder.Delete(recursive: true);
                }
            }
            else
            {
                entry.Delete();
            }
        }

        if (!Directory.Exists(database.Folder.Imports))
        {
            Directory.Delete(database.Folder.Root);
        }
    }
}
