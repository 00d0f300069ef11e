using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Web.Commands;

/// <summary><c>doctor --verify</c>: compares every file that numbers come from with its checksums, and with what it was made from.</summary>
public static class FileVerification
{
    /// <summary>Prints what is damaged and what has no checksum.</summary>
    /// <param name="data">The data folder.</param>
    /// <param name="record">Whether files without a checksum get one.</param>
    /// <param name="output">Where to.</param>
    /// <returns>An <see cref="ExitCodes"/> value: a failure when a file is damaged.</returns>
    public static int Run(string data, bool record, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (!Directory.Exists(data))
        {
            throw new DirectoryNotFoundException($"There is no data folder {Path.GetFullPath(data)}: name one with --data.");
        }

        var counts = new int[Enum.GetValues<FolderCheck.State>().Length];
        foreach (var finding in FolderCheck.Run(new DataFolder(data), record))
        {
            counts[(int)finding.State]++;
            if (Words(finding.State) is { } words)
            {
                output.WriteLine($"{words,-17} {finding.File}{(finding.Why.Length > 0 ? $": {finding.Why}" : string.Empty)}");
            }
        }

        int Count(FolderCheck.State state) => counts[(int)state];
        var (damaged, without) = (Count(FolderCheck.State.Damaged), Count(FolderCheck.State.WithoutChecksum));
        output.WriteLine($"{counts.Sum()} {(counts.Sum() == 1 ? "file" : "files")}: {Count(FolderCheck.State.Whole)} as written, {damaged} damaged, {without} without a checksum{(record ? $", {Count(FolderCheck.State.Recorded)} given one" : string.Empty)}.");
        output.WriteLine(damaged > 0 ? "Restore the damaged ones from a backup, or run again what made them." : without > 0 ? "--record writes the checksums that are missing." : "Nothing to do.");
        return damaged > 0 ? ExitCodes.Failure : ExitCodes.Success;
    }

    private static string? Words(FolderCheck.State state) => state switch
    {
        FolderCheck.State.Damaged => "DAMAGED",
        FolderCheck.State.Recorded => "checksum written",
        FolderCheck.State.WithoutChecksum => "no checksum",
        _ => null,
    };
}
