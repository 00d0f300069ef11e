using System.Globalization;
using FeatureExplorer.Analysis;
using FeatureExplorer.Storage.Corpora;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Imports;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Training.Names;

/// <summary>
/// The names of a run's model and dictionaries. Nothing finished is written over: a name stands for one model or dictionary, and only the same settings on the
/// same text may come back to it. A dictionary whose name nobody chose takes the next free number; a chosen name that is taken is refused, with one that is
/// free, unless the run asks for replacement.
/// </summary>
/// <param name="database">What is finished, and which runs have reserved names.</param>
/// <param name="time">For the store of runs.</param>
public sealed class RunNames(FeatureDatabase database, TimeProvider time)
{
    private const int RunsLookedAt = 1000;

    /// <summary>The configuration with names that it can have.</summary>
    /// <exception cref="ArgumentException">A chosen name is taken; the message names one that is free.</exception>
    public RunConfiguration Settle(RunConfiguration configuration, CancellationToken cancellation = default)
    {
        var (settled, problems) = Check(configuration, reserved: true, cancellation);
        var text = TextProblems(configuration, cancellation);
        // A path that is not there is told by the run itself, if nothing else is wrong: it may be there when the run's turn comes.
        return problems.Count == 0 && text.All(static problem => problem.Field == CorpusStage.PathField) ? settled : throw Refusal(problems, text);
    }

    /// <summary>The configuration with the sizes of the imported model that it names, where it names one, and the weights of the dictionaries that it goes on from.</summary>
    /// <exception cref="ArgumentException">It asks for what an imported model does not have, or contradicts a dictionary that it goes on from.</exception>
    public RunConfiguration OnImported(RunConfiguration configuration) =>
        configuration.Import is null ? new ContinuedDictionaries(database).Apply(new ImportedModels(database).Apply(configuration)) : configuration;

    /// <summary>The configuration with names that it can have, and what is wrong with those that it cannot.</summary>
    public (RunConfiguration Settled, IReadOnlyList<RunProblem> Problems) Check(RunConfiguration configuration) => Check(configuration, reserved: true, CancellationToken.None);

    /// <summary>Checks the names once more before anything is computed: other runs may have finished since. What only waits is not looked at.</summary>
    /// <exception cref="ArgumentException">A name is taken by finished work of other settings.</exception>
    public void Demand(RunConfiguration configuration, CancellationToken cancellation = default)
    {
        if (Check(configuration, reserved: false, cancellation).Problems is { Count: > 0 } problems)
        {
            throw Refusal(problems, TextProblems(configuration, cancellation));
        }
    }

    /// <summary>What is wrong with the names and the text of a run whose settings have problems, too: all that can be told without them.</summary>
    public IReadOnlyList<RunProblem> Beside(RunConfiguration configuration)
    {
        var text = configuration.Problems().Any(static problem => problem.Field == "keep") ? TextProblems(configuration with { Keep = string.Empty }) : TextProblems(configuration);
        try
        {
            return [.. text, .. Check(configuration).Problems];
        }
        catch (ArgumentException)
        {
            // Whether a name stands for the same model shows only with settings that work.
            return text;
        }
    }

    private IReadOnlyList<RunProblem> TextProblems(RunConfiguration configuration, CancellationToken cancellation = default) =>
        new CorpusStage(database.Folder, new CorpusStore(database), static _ => { }).Problems(configuration, cancellation);

    private static ArgumentException Refusal(IReadOnlyList<RunProblem> names, IReadOnlyList<RunProblem> text) => new(
        (text.Count == 0 ? "The run cannot have these names. " : "The run cannot begin. ") + string.Join(" ", text.Concat(names).Select(problem => $"{problem.Field}: {problem.Message}")));

    private (RunConfiguration Settled, IReadOnlyList<RunProblem> Problems) Check(RunConfiguration configuration, bool reserved, CancellationToken cancellation)
    {
        var problems = new List<RunProblem>();
        if (configuration.Import is not null)
        {
            return (configuration, ImportProblem(configuration, reserved, cancellation) is { } wrong ? [wrong] : []);
        }

        try
        {
            configuration = new ImportedModels(database).Apply(configuration);
        }
        catch (ArgumentException exception)
        {
            return (configuration, [new RunProblem("model", exception.Message)]);
        }

        var (continued, contradictions) = new ContinuedDictionaries(database).Check(configuration);
        if (contradictions.Count > 0)
        {
            return (configuration, contradictions);
        }

        configuration = continued;
        if (ControlProblem(configuration) is { } problem)
        {
            return (configuration, [problem]);
        }

        var taken = new TakenNames(database, new RunStore(database, time).Latest(RunsLookedAt), configuration, reserved, cancellation);
        var model = taken.Model();
        if (model is { Free: false } && !(configuration.Replace && model.MayBeReplaced))
        {
            problems.Add(new RunProblem("model", $"{model.Reason} {FreeModel(taken)} is free{Choice(model)}."));
            return (configuration, problems);
        }

        if (model is { Free: false } && taken.OtherDictionaries() is { Count: > 0 } orphans)
        {
            problems.Add(new RunProblem(
                "model",
                $"To replace the model {configuration.Model} would take it from {Wording.Listed([.. orphans.Order(NaturalOrder.Names)])}, which this run does not make anew: name {Wording.Of(orphans.Count, "it", "them")} in the run, too, or give the new model another name, such as {FreeModel(taken)}."));
            return (configuration, problems);
        }

        return (configuration with { Dictionaries = Dictionaries(configuration, taken, problems) }, problems);
    }

    /// <summary>Why an import cannot have its model's name; null where it can.</summary>
    private RunProblem? ImportProblem(RunConfiguration configuration, bool reserved, CancellationToken cancellation)
    {
        var store = new FeatureStore(database);
        if (configuration.Import!.ModelPath is null)
        {
            return store.FindModel(configuration.Model) is not null ? null
                : new RunProblem("model", $"There is no model {configuration.Model} for the dictionary: import the model, too.");
        }

        var taken = new TakenNames(database, new RunStore(database, time).Latest(RunsLookedAt), configuration, reserved, cancellation);
        return !taken.Models.Contains(configuration.Model) || ImportPipeline.HasModel(store, configuration) ? null
            : new RunProblem("model", $"There is a model {configuration.Model}, or a run makes it: an import replaces nothing. {FreeModel(taken)} is free.");
    }

    /// <summary>Why there is no model whose weights the run could shuffle; null where there is one, or none is asked for.</summary>
    private RunProblem? ControlProblem(RunConfiguration configuration)
    {
        if (configuration.Control is null)
        {
            return null;
        }

        var models = new FeatureStore(database).Models();
        var trained = models.Where(static model => model is { ControlOf: null, Note: null, Origin: null }).Select(static model => model.Name).ToList();
        if (RunControl.OriginalOf(configuration) is { } named && models.Any(model => model.Name == named && model.Origin is not null))
        {
            return new RunProblem("control", $"{named} was imported, and controls are made of models that are trained here.");
        }

        if (trained.Count == 0)
        {
            return new RunProblem("control", "There is no finished model whose weights could be shuffled: run the same settings without the control first.");
        }

        return RunControl.OriginalOf(configuration) is not { } original || trained.Contains(original) ? null
            : new RunProblem("model", models.Any(model => model.Name == original)
                ? $"{original} is no model that was trained here, so it has no control; {Wording.ThereAre(trained)}."
                : $"There is no model {original} whose weights could be shuffled; {Wording.ThereAre(trained)}.");
    }

    private static List<DictionarySettings> Dictionaries(RunConfiguration configuration, TakenNames taken, List<RunProblem> problems)
    {
        var used = configuration.Dictionaries.Where(settings => !settings.NameIsDefault).Select(settings => settings.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var settled = new List<DictionarySettings>();
        foreach (var (settings, i) in configuration.Dictionaries.Select((settings, i) => (settings, i)))
        {
            var named = configuration.Replace ? settings : settings.NameIsDefault ? Default(settings, taken, used) : AsMade(settings, taken);
            used.Add(named.Name);
            settled.Add(named with { NameIsDefault = false });
            var state = taken.Dictionary(named);
            if (state is { Free: false } && !(configuration.Replace && state.MayBeReplaced))
            {
                problems.Add(new RunProblem(
                    string.Create(CultureInfo.InvariantCulture, $"dictionaries[{i}].name"),
                    $"{state.Reason} {configuration.Model}/{FreeNumber(taken, used, 1)} is free{Choice(state)}."));
            }
        }

        return settled;
    }

    /// <summary>With the name under which the same dictionary is there or being made; otherwise the next free number.</summary>
    private static DictionarySettings Default(DictionarySettings settings, TakenNames taken, HashSet<string> used) =>
        taken.Names.Where(name => !used.Contains(name)).Select(name => AsMade(settings with { Name = name }, taken)).FirstOrDefault(made => taken.Dictionary(made) is { Same: true })
        ?? settings with { Name = FreeNumber(taken, used, int.TryParse(settings.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var first) ? first : 1) };

    // What an earlier version finished or began with the same settings is the same dictionary, though it shares its first weights with others.
    private static DictionarySettings AsMade(DictionarySettings settings, TakenNames taken)
    {
        var earlier = settings with { OwnStart = false };
        return settings.OwnStart && taken.Dictionary(settings) is not { Same: true } && taken.Dictionary(earlier) is { Same: true } ? earlier : settings;
    }

    private static string FreeNumber(TakenNames taken, HashSet<string> used, int first) => Enumerable.Range(first, int.MaxValue - first)
        .Select(static number => number.ToString(CultureInfo.InvariantCulture))
        .First(name => !used.Contains(name) && !taken.Names.Contains(name));

    /// <summary>The first letter that no model has, then A1, A2, ...</summary>
    private static string FreeModel(TakenNames taken) => Enumerable.Range('A', 26).Select(static letter => ((char)letter).ToString())
        .Concat(Enumerable.Range(1, int.MaxValue - 1).Select(static number => string.Create(CultureInfo.InvariantCulture, $"A{number}")))
        .First(name => !taken.Models.Contains(name));

    // A reader may meet it on a page, in a terminal or in an answer of the API: each way is named with its place.
    private static string Choice(NameState state) => state.MayBeReplaced
        ? "; or let a new run replace what is there: “Replace what has these names” on the page New run, --replace on the command line, \"replace\": true in a file of settings"
        : string.Empty;
}
