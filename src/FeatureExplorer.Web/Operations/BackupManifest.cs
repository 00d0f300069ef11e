using System.Text.Json.Serialization;

namespace FeatureExplorer.Web.Operations;

/// <summary>What a backup holds, written last: a folder without it is no whole backup.</summary>
/// <param name="Version">Version of the program that made it.</param>
/// <param name="Created">UTC.</param>
/// <param name="Files">Every file, by path.</param>
public sealed record BackupManifest(string Version, DateTime Created, IReadOnlyList<BackupManifest.Entry> Files)
{
    /// <summary>Its name within the backup.</summary>
    public const string FileName = "backup.json";

    /// <summary>What was found damaged in the copy, as it was in the data folder: each file and how that was noticed. Null where nothing was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Damaged { get; init; }

    /// <summary>One file.</summary>
    /// <param name="Path">Path within the data folder, with '/'.</param>
    /// <param name="Bytes">Size.</param>
    /// <param name="Sha256">Hash of its content, hexadecimal.</param>
    public sealed record Entry(string Path, long Bytes, string Sha256);
}
