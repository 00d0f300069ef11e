using System.CommandLine;
using FeatureExplorer.Engine.Transformer.Training;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Web.Commands.Imports;
using FeatureExplorer.Web.Operations;

namespace FeatureExplorer.Web.Commands;

/// <summary>The commands of the one executable; without a command it serves.</summary>
public static class CommandLine
{
    // As long as a container has: a server finishes its answers, a run its step.
    private static readonly TimeSpan Shutdown = TimeSpan.FromSeconds(9.5);

    /// <summary>Parses and runs a command line.</summary>
    /// <returns>An <see cref="ExitCodes"/> value.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        LargeBlocks.ReturnAtOnce();
        var root = new RootCommand("Trains a small language model and sparse autoencoders on it, and shows every feature in a browser.")
        {
            RunCommand.Create(),
            ImportCommand.Create(),
            IndexCommand.Create(),
            ExportCommand.Create(),
            RelateCommand.Create(),
            SteerCommand.Create(),
            BenchCommand.Create(),
            DoctorCommand.Create(),
            TorchCommand.Create(),
            AccountsCommand.Create(),
            BackupCommand.Create(),
            BackupCommand.CreateRestore(),
        };
        var serve = ServeCommand.Create();
        root.Subcommands.Insert(0, serve);
        ServeCommand.ActAs(root);
        var result = root.Parse(args);
        if (result.Errors.Count > 0)
        {
            foreach (var error in result.Errors)
            {
                await Console.Error.WriteLineAsync(error.Message);
            }

            await Console.Error.WriteLineAsync($"See {result.CommandResult.Command.Name} --help.");
            return ExitCodes.Usage;
        }

        try
        {
            return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = Shutdown });
        }
        catch (ArgumentException exception)
        {
            await Console.Error.WriteLineAsync(Plain(exception));
            return ExitCodes.Usage;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped.");
            return ExitCodes.Failure;
        }
        catch (Exception exception) when (DataFault.NeedsWords(exception))
        {
            await Console.Error.WriteLineAsync($"{DataFault.Describe(exception)} ({exception.Message})");
            return ExitCodes.Failure;
        }
        catch (Exception exception) when (NetworkFault.Describe(exception) is { } sentence)
        {
            await Console.Error.WriteLineAsync(sentence);
            return ExitCodes.Failure;
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException or InvalidOperationException or TrainingDivergedException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return ExitCodes.Failure;
        }
    }

    // Without the names of the program's own parameters, which the framework adds.
    private static string Plain(ArgumentException exception) => exception.ParamName is { } name
        ? exception.Message.Split(Environment.NewLine)[0].Replace($" (Parameter '{name}')", string.Empty, StringComparison.Ordinal)
        : exception.Message;
}
