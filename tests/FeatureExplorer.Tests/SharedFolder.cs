namespace FeatureExplorer.Tests;

/// <summary>Reference data beside the repository that is not part of it; tests over it are skipped where it is absent.</summary>
internal static class SharedFolder
{
    /// <summary>A path in it, or null where it is not there.</summary>
    public static string? Find(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "FeatureExplorer.sln")))
            {
                var found = Path.Combine(folder.FullName, "..", "shared", path);
                return Directory.Exists(found) || File.Exists(found) ? found : null;
            }
        }

        return null;
    }
}
