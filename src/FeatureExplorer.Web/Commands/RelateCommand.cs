using System.CommandLine;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Training.Devices;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Training.Queue;
using FeatureExplorer.Training.Stages;
using FeatureExplorer.Web.Devices;

namespace FeatureExplorer.Web.Commands;

/// <summary><c>relate</c>: neurons as features, relations, ablations, splitting and systems of features for the dictionaries of a data folder that lack them.</summary>
public static class RelateCommand
{
    public static Command Create()
    {
        var data = SharedOptions.Data();
        var device = new Option<string?>("--device") { Description = "Where it computes: auto (a card where there is one), cpu, torch:cpu, cuda:0, mps. Default: the setting Training:Device." };
        var precision = new Option<string>("--precision") { Description = "Precision of the model's matrix products on a card: float32, tf32, bf16.", DefaultValueFactory = static _ => DevicePlacement.Float32 };
        precision.AcceptOnlyFromAmong([.. DevicePlacement.Precisions]);
        var command = new Command("relate", "Compares the features of all dictionaries of a data folder with each other and with the neurons, removes each one from its model, and finds how features split and hand over to each other, and which lie near each other.") { data, device, precision };
        command.SetAction((result, cancellation) => Task.Run(() => Run(result.GetValue(data)!, result.GetValue(device), result.GetValue(precision)!, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(string dataFolder, string? device, string precision, CancellationToken cancellation)
    {
        var database = FeatureDatabase.Open(new DataFolder(dataFolder));
        using var hold = RunLock.TryTake(database.Folder.Root)
            ?? throw new IOException($"A run is writing to {database.Folder.Root}: wait for it, or choose another folder with --data.");
        var settings = SharedOptions.Settings(dataFolder);
        var devices = new TorchComputeDevices(settings);
        using var backend = devices.Open(DevicePlacement.Choose(device ?? settings.Training.Device, devices), precision);
        new RelateStage(database, TimeProvider.System, backend).Run(new StageProgress(RelateStage.Stages, ConsoleProgress.ForStandardError()), cancellation);
        return ExitCodes.Success;
    }
}
