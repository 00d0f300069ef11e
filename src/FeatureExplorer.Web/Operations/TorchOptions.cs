namespace FeatureExplorer.Web.Operations;

/// <summary>Where libtorch lies, which computes on graphics cards.</summary>
public sealed record TorchOptions
{
    /// <summary>Name of the folder in the data folder that is looked at where nothing else is said.</summary>
    public const string FolderName = "torch";

    /// <summary>A folder with libtorch, or Python's <c>site-packages/torch</c>; empty: <c>torch</c> in the data folder, if it is there.</summary>
    public string LibraryPath { get; init; } = string.Empty;

    /// <summary>Whether another version of libtorch than the one that was tested may be tried.</summary>
    public bool AnyVersion { get; init; }

    internal IEnumerable<string> Problems()
    {
        if (LibraryPath.Length > 0 && !Directory.Exists(LibraryPath))
        {
            yield return $"Torch:LibraryPath is \"{LibraryPath}\"; there is no such folder.";
        }
    }
}
