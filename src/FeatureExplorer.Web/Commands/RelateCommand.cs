using System.CommandLine;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Training.Queue;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Web.Commands;

/// <summary><c>relate</c>: neurons as features, relations and ablations for the dictionaries of a data folder that lack them.</summary>
public static class RelateCommand
{
    public static Command Create()
    {
        var data = SharedOptions.Data();
        var command = new Command("relate", "Compares the features of all dictionaries of a data folder with each other and with the neurons, and removes each one from its model.") { data };
        command.SetAction((result, cancellation) => Task.Run(() => Run(result.GetValue(data)!, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(string dataFolder, CancellationToken cancellation)
    {
        var database = FeatureDatabase.Open(new DataFolder(dataFolder));
        using var hold = RunLock.TryTake(database.Folder.Root)
            ?? throw new IOException($"A run is writing to {database.Folder.Root}: wait for it, or choose another folder with --data.");
        new RelateStage(database, TimeProvider.System).Run(new StageProgress(RelateStage.Stages, ConsoleProgress.ForStandardError()), cancellation);
        return ExitCodes.Success;
    }
}
