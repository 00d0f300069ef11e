using System.CommandLine;
using System.Globalization;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Web.Operations;

namespace FeatureExplorer.Web.Commands;

/// <summary><c>backup</c> and <c>restore</c>: a copy of the data folder, also while it is in use, and back.</summary>
public static class BackupCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("path") { Description = "A new folder for the copy." };
        var data = SharedOptions.Data();
        var without = new Option<bool>("--without-accounts") { Description = "Leave out accounts, sessions, the audit log, people's names, keys and settings: a copy to give away." };
        var command = new Command("backup", "Copies the data folder, also while a server or a run uses it.") { path, data, without };
        command.SetAction((result, cancellation) => Task.Run(
            () => Print(
                "Copied", DataBackup.Create(new DataFolder(result.GetValue(data)!), result.GetValue(path)!, TimeProvider.System, result.GetValue(without), cancellation),
                $"Restore it with: restore {result.GetValue(path)} --data DIR"),
            CancellationToken.None));
        return command;
    }

    public static Command CreateRestore()
    {
        var path = new Argument<string>("path") { Description = "A folder that backup made." };
        var data = new Option<string>("--data") { Description = "The data folder to make; it must not exist yet, or be empty.", Required = true, HelpName = "DIR" };
        var command = new Command("restore", "Makes a data folder from a backup.") { path, data };
        command.SetAction((result, cancellation) => Task.Run(
            () => Print(
                "Restored", DataBackup.Restore(result.GetValue(path)!, result.GetValue(data)!, cancellation),
                $"Start the server with: serve --data {result.GetValue(data)}"),
            CancellationToken.None));
        return command;
    }

    private static int Print(string done, BackupManifest manifest, string next)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done} {manifest.Files.Count} files, {manifest.Files.Sum(f => f.Bytes) / 1e6:N1} MB. {next}"));
        foreach (var damaged in manifest.Damaged ?? [])
        {
            Console.Error.WriteLine($"damaged: {damaged}");
        }

        if (manifest.Damaged is not { Count: > 0 } files)
        {
            return ExitCodes.Success;
        }

        Console.Error.WriteLine($"{(files.Count == 1 ? "This file is" : "These files are")} damaged in the data folder that was copied, and so in the copy: restore {(files.Count == 1 ? "it" : "them")} from an older backup, or run again what made {(files.Count == 1 ? "it" : "them")}. Keep older backups until then.");
        return ExitCodes.Failure;
    }
}
