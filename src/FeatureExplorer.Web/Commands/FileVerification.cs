using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Web.Commands;

/// <summary><c>doctor --verify</c>: compares every file that numbers come from with its checksums.</summary>
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

        var folder = new DataFolder(data);
        int whole = 0, without = 0, recorded = 0;
        var damaged = new HashSet<string>(StringComparer.Ordinal);
        if (DatabaseProblem(folder) is { } problem)
        {
            damaged.Add(folder.Database);
            output.WriteLine($"DAMAGED           {problem}");
        }

        foreach (var file in DataFiles.All(folder))
        {
            var name = Path.GetRelativePath(folder.Root, file);
            try
            {
                if (Checksums.Verify(file))
                {
                    whole++;
                }
                else if (record)
                {
                    DataFiles.Record(file);
                    recorded++;
                    output.WriteLine($"checksum written  {name}");
                }
                else
                {
                    DataFiles.Check(file);
                    without++;
                    output.WriteLine($"no checksum       {name}");
                }
            }
            catch (DamagedFileException damage)
            {
                // Several files may be told of by one check.
                if (damaged.Add(damage.FilePath))
                {
                    output.WriteLine($"DAMAGED           {Path.GetRelativePath(folder.Root, damage.FilePath)}: {damage.Why}");
                }
            }
            catch (InvalidDataException exception)
            {
                damaged.Add(file);
                output.WriteLine($"DAMAGED           {name}: {exception.Message}");
            }
        }

        output.WriteLine($"{whole} files are as they were written, {damaged.Count} damaged, {without} without a checksum{(record ? $", {recorded} given one" : string.Empty)}.");
        output.WriteLine(damaged.Count > 0 ? "Restore the damaged ones from a backup, or run again what made them." : without > 0 ? "--record writes the checksums that are missing." : "Nothing to do.");
        return damaged.Count > 0 ? ExitCodes.Failure : ExitCodes.Success;
    }

    private static string? DatabaseProblem(DataFolder folder)
    {
        try
        {
            FeatureDatabase.Check(folder);
            return File.Exists(folder.Database) ? DatabaseCopy.Damage(folder.Database) : null;
        }
        catch (InvalidDataException exception)
        {
            return exception.Message;
        }
    }
}
