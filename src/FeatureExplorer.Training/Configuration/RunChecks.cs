using System.Globalization;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Training.Devices;

namespace FeatureExplorer.Training.Configuration;

/// <summary>Checks a configuration and lists every problem with the name of its setting.</summary>
public static class RunChecks
{
    private const int MostDictionaries = 64;
    private const int LongestName = 32;

    private static readonly string[] ReservedNames =
        ["api", "about", "runs", "imports", "corpora", "pareto", "synthetic", "compare", "contexts", "search", "embed", "charts", "healthz", "theme", "not-found", "error", "account", "accounts", "setup", "admin", "login", "logout", "audit", "js", "lib", "_content"];

    private static readonly string[] ReservedDictionaryNames = ["neurons", "text", "map", "splitting", "sites"];

    /// <summary>Throws an <see cref="ArgumentException"/> when a dictionary cannot have the name.</summary>
    public static void DemandDictionaryName(string name)
    {
        var problems = new List<RunProblem>();
        DictionaryName("--name", name, problems);
        if (problems.Count > 0)
        {
            throw new ArgumentException($"{problems[0].Field}: {problems[0].Message}");
        }
    }

    /// <summary>Throws an <see cref="ArgumentException"/> when a model cannot have the name.</summary>
    public static void DemandModelName(string name)
    {
        var problems = new List<RunProblem>();
        Name("--name", name, "model", ReservedNames, problems);
        if (problems.Count > 0)
        {
            throw new ArgumentException($"{problems[0].Field}: {problems[0].Message}");
        }
    }

    public static IReadOnlyList<RunProblem> Of(RunConfiguration run)
    {
        var problems = new List<RunProblem>();
        Name("model", run.Model, "model", ReservedNames, problems);
        Keep(run, problems);
        if (run.Seed > long.MaxValue)
        {
            problems.Add(new RunProblem("seed", $"Seed is {run.Seed}; it must be at most {long.MaxValue}."));
        }

        Within("heldOutTokens", run.HeldOutTokens, problems);
        Within("indexTokens", run.IndexTokens, problems);
        Within("evaluationTokens", run.EvaluationTokens, problems);
        Within("formingShare", run.FormingShare, problems);
        if (run.Steer is { } strength)
        {
            Within("steer", strength, problems);
        }

        if (run.Control is { } control && !RunControl.All.Contains(control))
        {
            problems.Add(new RunProblem("control", $"There is no control \"{control}\"; there is {string.Join(", ", RunControl.All)}."));
        }

        OfDevice(run, problems);
        if (run.Import is { } import)
        {
            if (import is { ModelPath: null, DictionaryPath: null })
            {
                problems.Add(new RunProblem("model", "There is nothing to import: name the files of a model, of a dictionary, or of both."));
            }

            return problems;
        }

        OfTransformer(run.Transformer, problems);
        OfDictionaries(run, problems);
        return problems;
    }

    /// <summary>What is wrong with a number of dictionaries, or null.</summary>
    public static string? DictionaryCount(long count) =>
        count is 0 or > MostDictionaries ? $"There are {count}; a run has 1 to {MostDictionaries}." : null;

    /// <summary>Why something cannot have a name, which is part of addresses; null when it can.</summary>
    internal static string? NameProblem(string name, string what) =>
        name.Length is > 0 and <= LongestName && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? null
            : $"The {what}'s name \"{name}\" is part of addresses: use 1 to {LongestName} letters, digits, '-' or '_'.";

    private static void OfDevice(RunConfiguration run, List<RunProblem> problems)
    {
        if (!DevicePlacement.IsDevice(run.Device))
        {
            problems.Add(new RunProblem("device", $"\"{run.Device}\" is no device; use auto, cpu, torch:cpu, cuda:0 (or another number) or mps."));
        }

        if (!DevicePlacement.Precisions.Contains(run.Precision))
        {
            problems.Add(new RunProblem("precision", $"\"{run.Precision}\" is no precision; use {string.Join(", ", DevicePlacement.Precisions)}."));
        }
        else if (run is { Device: BackendInfo.CpuId, Precision: not DevicePlacement.Float32 })
        {
            problems.Add(new RunProblem("precision", $"The CPU engine computes in float32 only; {run.Precision} needs another device."));
        }
    }

    private static void OfTransformer(TransformerSettings model, List<RunProblem> problems)
    {
        Within("transformer.vocabulary", model.Vocabulary, problems);
        Within("transformer.layers", model.Layers, problems);
        Within("transformer.dModel", model.DModel, problems);
        Within("transformer.dMlp", model.DMlp, problems);
        Within("transformer.context", model.Context, problems);
        Within("transformer.tokens", model.Tokens, problems);
        Within("transformer.batchWindows", model.BatchWindows, problems);
        if (model.Heads < 1 || (model.DModel >= 1 && model.DModel % model.Heads != 0))
        {
            problems.Add(new RunProblem("transformer.heads", $"The width {model.DModel} is not a multiple of {model.Heads} heads; try 1, 2, 4 or 8."));
        }

        if (model.Architecture is { } architecture && !TransformerSettings.Architectures.Contains(architecture))
        {
            problems.Add(new RunProblem("transformer.architecture", $"There is no architecture \"{architecture}\"; there is {string.Join(", ", TransformerSettings.Architectures)}, and without it the paper's."));
        }

        Within("transformer.largestPasses", model.LargestPasses, problems);
        Within("transformer.learningRate", model.LearningRate, problems);
    }

    private static void OfDictionaries(RunConfiguration run, List<RunProblem> problems)
    {
        if (DictionaryCount(run.Dictionaries.Count) is { } wrong)
        {
            problems.Add(new RunProblem("dictionaries", wrong));
            return;
        }

        for (var i = 0; i < run.Dictionaries.Count; i++)
        {
            var dictionary = run.Dictionaries[i];
            var at = $"dictionaries[{i}]";
            OfDictionary(dictionary, run.Transformer, at, problems);
            if (dictionary.From is { } from && !from.StartsWith($"{run.Model}/", StringComparison.Ordinal))
            {
                problems.Add(new RunProblem(at + ".from", $"The dictionary to go on from is {from}, and the run's model is {run.Model}: it has to be a dictionary of that model, such as {run.Model}/1."));
            }

            if (run.Dictionaries.Take(i).Any(other => string.Equals(other.Name, dictionary.Name, StringComparison.OrdinalIgnoreCase)))
            {
                problems.Add(new RunProblem(at + ".name", $"Two dictionaries are named \"{dictionary.Name}\"; choose another name, or leave it empty."));
            }
        }
    }

    private static void OfDictionary(DictionarySettings dictionary, TransformerSettings model, string at, List<RunProblem> problems)
    {
        DictionaryName(at + ".name", dictionary.Name, problems);
        OneOf(at + ".variant", dictionary.Variant, RunChoices.Variants, problems);
        OneOf(at + ".site", dictionary.Site, RunChoices.Sites, problems);
        Within(at + ".features", dictionary.Features, problems);
        Within(at + ".samples", dictionary.Samples, problems);
        Within(at + ".batch", dictionary.Batch, problems);
        Within(at + ".learningRate", dictionary.LearningRate, problems);
        Within(at + ".lambdaWarmup", dictionary.LambdaWarmup, problems);
        if (dictionary.Layer < 0 || dictionary.Layer >= Math.Max(1, model.Layers))
        {
            problems.Add(new RunProblem(at + ".layer", $"Layer is {dictionary.Layer}; the model has {(model.Layers > 1 ? $"the layers 0 to {model.Layers - 1}" : "layer 0 only")}."));
        }

        if (dictionary.Seed > long.MaxValue)
        {
            problems.Add(new RunProblem(at + ".seed", $"Seed is {dictionary.Seed}; it must be at most {long.MaxValue}."));
        }

        Ignored(dictionary, at, problems);
        if (RunChoices.Variants.FirstOrDefault(v => v.Name == dictionary.Variant) is not { FixesK: true })
        {
            Within(at + ".lambda", dictionary.Lambda, problems);
        }
        else if (dictionary.K is not { } k || k < 1 || k > dictionary.Features)
        {
            problems.Add(new RunProblem(at + ".k", $"k is {dictionary.K?.ToString(CultureInfo.InvariantCulture) ?? "missing"}; with {dictionary.Features} features it must be from 1 to {dictionary.Features}. 32 is usual."));
        }
    }

    // Settings that a recipe does not read stand at their usual value in every stored configuration.
    private static void Ignored(DictionarySettings dictionary, string at, List<RunProblem> problems)
    {
        var usual = DictionarySettings.For(dictionary.Name, dictionary.Features, dictionary.Variant, dictionary.From);
        if (dictionary.K is not null && RunChoices.Ignores(dictionary.Variant, k: true) is { } noK)
        {
            problems.Add(new RunProblem(at + ".k", noK));
        }

        if (RunChoices.Ignores(dictionary.Variant, k: false) is { } noLambda)
        {
            (string Field, bool Given)[] settings = [("lambda", dictionary.Lambda != usual.Lambda), ("lambdaWarmup", dictionary.LambdaWarmup != usual.LambdaWarmup)];
            problems.AddRange(settings.Where(s => s.Given).Select(s => new RunProblem($"{at}.{s.Field}", noLambda)));
        }
    }

    private static void Keep(RunConfiguration run, List<RunProblem> problems)
    {
        try
        {
            _ = run.Mixture();
        }
        catch (ArgumentException exception)
        {
            problems.Add(new RunProblem("keep", exception.Message));
        }
    }

    private static void DictionaryName(string field, string name, List<RunProblem> problems)
    {
        Name(field, name, "dictionary", ReservedDictionaryNames, problems);
        if (name is ['0', _, ..] && name.All(char.IsAsciiDigit))
        {
            var number = name.TrimStart('0') is { Length: > 0 } rest ? rest : "0";
            problems.Add(new RunProblem(field, $"The dictionary's name \"{name}\" is the number {number} with zeros before it, and would be another dictionary than {number}: write {number}."));
        }
    }

    private static void Name(string field, string name, string what, string[] reserved, List<RunProblem> problems)
    {
        if (NameProblem(name, what) is { } problem)
        {
            problems.Add(new RunProblem(field, problem));
        }
        else if (reserved.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            problems.Add(new RunProblem(field, $"The {what}'s name \"{name}\" is an address of its own: choose another, such as A."));
        }
    }

    private static void OneOf(string field, string value, IReadOnlyList<RunChoices.Choice> choices, List<RunProblem> problems)
    {
        if (choices.All(choice => choice.Name != value))
        {
            problems.Add(new RunProblem(field, $"There is no \"{value}\"; there is {string.Join(", ", choices.Select(choice => choice.Name))}."));
        }
    }

    // As people wrote it: 0.005f is 0.004999999888 as a double.
    private static void Within(string field, float value, List<RunProblem> problems) =>
        Within(field, double.Parse(value.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture), problems);

    private static void Within(string field, double value, List<RunProblem> problems)
    {
        var setting = RunSetting.Find(field)!;
        if (!setting.Takes(value))
        {
            problems.Add(new RunProblem(field, setting.Refuse(value)));
        }
    }
}
