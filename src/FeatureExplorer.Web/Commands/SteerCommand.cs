using System.CommandLine;
using System.Globalization;
using FeatureExplorer.Analysis.Steering;
using FeatureExplorer.Engine.Transformer.Generation;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Training.Queue;
using FeatureExplorer.Training.Stages;
using FeatureExplorer.Web.Steering;

namespace FeatureExplorer.Web.Commands;

/// <summary><c>steer A/1</c>: holds every live feature of a dictionary at one strength and ranks how far each moves text into its own context.</summary>
public static class SteerCommand
{
    private const int Shown = 20;

    public static Command Create()
    {
        var data = SharedOptions.Data();
        var dictionary = new Argument<string?>("dictionary") { Arity = ArgumentArity.ZeroOrOne, Description = "The dictionary, such as A/1." };
        var strength = NumberOption.Of("--strength", "Multiple of each feature's maximum at which it is held.", SteeringSurvey.UsualStrength);
        var samples = NumberOption.Of("--samples", "Samples of each feature.", new SteeringOptions().Samples);
        var tokens = NumberOption.Of("--tokens", "Tokens of each sample.", new SteeringOptions().Tokens);
        var seed = NumberOption.Of("--seed", "Seed of the samples.", new SteeringOptions().Seed);
        var prompt = new Option<string>("--prompt") { Description = "What the model goes on with.", DefaultValueFactory = static _ => SteeringQuery.UsualPrompt };
        var command = new Command("steer", "Holds every live feature of a dictionary at one strength while the model generates text, and ranks how far each moves it into the feature's own context.")
        {
            dictionary, strength, samples, tokens, seed, prompt, data,
        };
        command.SetAction((result, cancellation) => Task.Run(
            () => Run(
                result.GetValue(data)!, result.GetValue(dictionary), result.GetValue(prompt)!, result.GetValue(strength),
                new SteeringOptions { Samples = result.GetValue(samples), Tokens = result.GetValue(tokens), Seed = result.GetValue(seed), Sampling = new SamplingOptions() }, cancellation),
            CancellationToken.None));
        return command;
    }

    private static int Run(string dataFolder, string? name, string prompt, double strength, SteeringOptions options, CancellationToken cancellation)
    {
        var problem = string.IsNullOrEmpty(name) ? "Say which dictionary: steer A/1" : !Directory.Exists(dataFolder) ? $"There is no data folder {dataFolder}: name one with --data." : Problem(strength, options);
        if (problem is not null)
        {
            Console.Error.WriteLine(problem);
            return ExitCodes.Usage;
        }

        var database = FeatureDatabase.Open(new DataFolder(dataFolder));
        using var hold = RunLock.TryTake(database.Folder.Root)
            ?? throw new IOException($"A run is writing to {database.Folder.Root}: wait for it, or choose another folder with --data.");
        var store = new FeatureStore(database);
        if (name!.Split('/') is not [var model, var of] || store.FindDictionary(model, of) is not { } dictionary)
        {
            var known = store.Dictionaries().Concat(store.Neurons()).Select(static d => d.Id).ToList();
            Console.Error.WriteLine($"There is no dictionary \"{name}\" in {database.Folder.Root}. {(known.Count == 0 ? "It has none." : $"It has {string.Join(", ", known)}.")}");
            return ExitCodes.Usage;
        }

        var effects = new SteerStage(database).Run(dictionary, prompt, strength, options, new StageProgress(1, ConsoleProgress.ForStandardError()), cancellation);
        foreach (var effect in effects.Take(Shown))
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{dictionary.Id}/{effect.Feature,-6} {dictionary.TitleOf(effect.Context),-28} {effect.Base,6:P0} -> {effect.Steered,5:P0}   loss {effect.BaseLoss:0.00} -> {effect.SteeredLoss:0.00}"));
        }

        return ExitCodes.Success;
    }

    private static string? Problem(double strength, SteeringOptions options) =>
        !(strength >= SteeringQuery.Weakest && strength <= SteeringQuery.Strongest) ? string.Create(CultureInfo.InvariantCulture, $"--strength is {strength}; it must be from {SteeringQuery.Weakest} to {SteeringQuery.Strongest}.")
        : options.Samples is < 1 or > SteeringQuery.MostSamples ? $"--samples is {options.Samples}; it must be from 1 to {SteeringQuery.MostSamples}."
        : options.Tokens is < 1 or > SteeringQuery.MostTokens ? $"--tokens is {options.Tokens}; it must be from 1 to {SteeringQuery.MostTokens}."
        : null;
}
