using FeatureExplorer.Storage.Database;
using Microsoft.Data.Sqlite;

namespace FeatureExplorer.Tests.Storage;

/// <summary>A folder for one test, removed afterwards.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Path = Directory.CreateTempSubdirectory("featureexplorer-test-").FullName;

    public string Path { get; }

    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Close(Path);
            Remove(Path);
        }
    }

    /// <summary>A thread that ends with its server may write a last file meanwhile: the folder is then tried again.</summary>
    private static void Remove(string folder)
    {
        for (var tries = 0; Directory.Exists(folder); tries++)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException) when (tries < 50)
            {
                Thread.Sleep(50);
            }
        }
    }

    /// <summary>Closes the idle connections to the databases of a folder: not those of other tests, which may depend on theirs.</summary>
    public static void Close(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.db", SearchOption.AllDirectories))
        {
            using var connection = new SqliteConnection(FeatureDatabase.Connection(file));
            SqliteConnection.ClearPool(connection);
        }
    }
}
