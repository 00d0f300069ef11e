using System.Globalization;

namespace FeatureExplorer.Training.Configuration;

/// <summary>Checks a configuration and lists every problem with the name of its setting.</summary>
public static class RunChecks
{
    private const int MostDictionaries = 64;
    private const int LongestName = 32;

    private static readonly string[] ReservedNames =
        ["api", "about", "runs", "corpora", "pareto", "compare", "contexts", "search", "embed", "healthz", "theme", "not-found", "error", "account", "accounts", "setup", "admin", "login", "logout", "audit", "js", "lib", "_content"];

    private static readonly string[] ReservedDictionaryNames = ["neurons", "text", "map"];

    /// <summary>Throws an <see cref="ArgumentException"/> when a dictionary cannot have the name.</summary>
    public static void DemandDictionaryName(string name)
    {
        var problems = new List<RunProblem>();
        Name("--name", name, "dictionary", ReservedDictionaryNames, problems);
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
            problems.Add(new RunProblem("seed", $"{run.Seed} is too large; the largest is {long.MaxValue}."));
        }

        Between("heldOutTokens", run.HeldOutTokens, 1_000, 1_000_000_000, problems);
        Between("indexTokens", run.IndexTokens, 1_000, int.MaxValue, problems);
        Between("evaluationTokens", run.EvaluationTokens, 1, 1_000_000_000, problems);
        if (run.FormingShare is not (>= 0 and <= 1))
        {
            problems.Add(new RunProblem("formingShare", Invariant($"{run.FormingShare} is no share from 0 to 1.")));
        }

        OfTransformer(run.Transformer, problems);
        OfDictionaries(run, problems);
        return problems;
    }

    /// <summary>What is wrong with a number of dictionaries, or null.</summary>
    public static string? DictionaryCount(long count) =>
        count is 0 or > MostDictionaries ? $"There are {count}; a run has 1 to {MostDictionaries}." : null;

    private static void OfTransformer(TransformerSettings model, List<RunProblem> problems)
    {
        Between("transformer.vocabulary", model.Vocabulary, 257, 65_536, problems);
        Between("transformer.layers", model.Layers, 1, 48, problems);
        Between("transformer.dModel", model.DModel, 8, 8192, problems);
        Between("transformer.dMlp", model.DMlp, 8, 65_536, problems);
        Between("transformer.context", model.Context, 8, 4096, problems);
        Between("transformer.tokens", model.Tokens, 1, 1_000_000_000_000, problems);
        Between("transformer.batchWindows", model.BatchWindows, 1, 4096, problems);
        if (model.Heads < 1 || (model.DModel >= 1 && model.DModel % model.Heads != 0))
        {
            problems.Add(new RunProblem("transformer.heads", $"{model.Heads} heads do not divide the width {model.DModel} evenly; 1, 2, 4 and 8 often do."));
        }

        if (!(model.LargestPasses > 0 && model.LargestPasses <= 1000))
        {
            problems.Add(new RunProblem("transformer.largestPasses", Invariant($"{model.LargestPasses} must be more than 0 and at most 1,000.")));
        }

        LearningRate("transformer.learningRate", model.LearningRate, "5e-3", problems);
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
            if (run.Dictionaries.Take(i).Any(other => string.Equals(other.Name, dictionary.Name, StringComparison.OrdinalIgnoreCase)))
            {
                problems.Add(new RunProblem(at + ".name", $"\"{dictionary.Name}\" names two dictionaries; names differ."));
            }
        }
    }

    private static void OfDictionary(DictionarySettings dictionary, TransformerSettings model, string at, List<RunProblem> problems)
    {
        Name(at + ".name", dictionary.Name, "dictionary", ReservedDictionaryNames, problems);
        OneOf(at + ".variant", dictionary.Variant, RunChoices.Variants, problems);
        OneOf(at + ".site", dictionary.Site, RunChoices.Sites, problems);
        Between(at + ".features", dictionary.Features, 2, 1 << 20, problems);
        Between(at + ".layer", dictionary.Layer, 0, Math.Max(0, model.Layers - 1), problems);
        Between(at + ".samples", dictionary.Samples, 1, 1_000_000_000_000, problems);
        Between(at + ".batch", dictionary.Batch, 1, 1 << 16, problems);
        LearningRate(at + ".learningRate", dictionary.LearningRate, "1e-3", problems);
        if (dictionary.LambdaWarmup is not (>= 0 and <= 1))
        {
            problems.Add(new RunProblem(at + ".lambdaWarmup", Invariant($"{dictionary.LambdaWarmup} is no share from 0 to 1.")));
        }

        if (dictionary.Seed > long.MaxValue)
        {
            problems.Add(new RunProblem(at + ".seed", $"{dictionary.Seed} is too large; the largest is {long.MaxValue}."));
        }

        Ignored(dictionary, at, problems);
        if (RunChoices.Variants.FirstOrDefault(v => v.Name == dictionary.Variant) is not { FixesK: true })
        {
            if (!(dictionary.Lambda >= 0 && dictionary.Lambda <= 1000))
            {
                problems.Add(new RunProblem(at + ".lambda", Invariant($"{dictionary.Lambda} must be from 0 to 1,000; 7.3e-3 works well for 4,096 features.")));
            }
        }
        else if (dictionary.K is not { } k || k < 1 || k > dictionary.Features)
        {
            problems.Add(new RunProblem(at + ".k", $"{dictionary.Variant} needs a number of active features from 1 to {dictionary.Features}; 32 is usual."));
        }
    }

    // Settings that a recipe does not read stand at their usual value in every stored configuration.
    private static void Ignored(DictionarySettings dictionary, string at, List<RunProblem> problems)
    {
        var usual = DictionarySettings.For(dictionary.Name, dictionary.Features, dictionary.Variant);
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

    private static void Name(string field, string name, string what, string[] reserved, List<RunProblem> problems)
    {
        if (name.Length is 0 or > LongestName || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            problems.Add(new RunProblem(field, $"The {what}'s name \"{name}\" is part of addresses: use 1 to {LongestName} letters, digits, '-' or '_'."));
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

    private static void Between(string field, long value, long low, long high, List<RunProblem> problems)
    {
        if (value < low || value > high)
        {
            problems.Add(new RunProblem(field, string.Create(CultureInfo.InvariantCulture, $"{value} must be from {low:N0} to {high:N0}.")));
        }
    }

    private static void LearningRate(string field, float value, string usual, List<RunProblem> problems)
    {
        if (!(value > 0 && value < 1))
        {
            problems.Add(new RunProblem(field, Invariant($"{value} must lie between 0 and 1; {usual} works well.")));
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
