using System.Globalization;
using System.Numerics;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Training.Configuration;

/// <summary>The form for a run: its values as people typed them, the configuration that they make, and what is wrong with them.</summary>
public sealed class RunForm
{
    private const int MostGroups = 16;
    private const string SameAsRun = "run:";

    private readonly Dictionary<string, string> _values = [];
    private readonly List<RunProblem> _problems = [];
    private readonly List<int> _groupOf = [];

    private RunForm()
    {
    }

    /// <summary>Rows of dictionaries; each may stand for several.</summary>
    public int Groups { get; private set; }

    /// <summary>The configuration, or null while values cannot even be read.</summary>
    public RunConfiguration? Configuration { get; private set; }

    public IReadOnlyList<RunProblem> Problems => _problems;

    /// <summary>The form as a configuration fills it in.</summary>
    /// <param name="configuration">What to begin with.</param>
    /// <param name="from">The run that it comes from, or null.</param>
    public static RunForm Of(RunConfiguration configuration, long? from)
    {
        var form = new RunForm { Groups = configuration.Dictionaries.Count, Configuration = configuration };
        var model = configuration.Transformer;
        form._values["preset"] = configuration.Preset;
        form._values["corpus"] = configuration.Corpus.Count == 0 ? string.Empty
            : configuration.Corpus.Count == 1 && CorpusFolder.Added(configuration.Corpus[0]) is not null ? configuration.Corpus[0] : $"{SameAsRun}{from}";
        form.Set(
            ("keep", configuration.Keep), ("model", configuration.Model), ("seed", configuration.Seed), ("heldOutTokens", configuration.HeldOutTokens),
            ("indexTokens", configuration.IndexTokens), ("evaluationTokens", configuration.EvaluationTokens), ("formingShare", configuration.FormingShare),
            ("transformer.tokens", model.Tokens), ("transformer.vocabulary", model.Vocabulary), ("transformer.layers", model.Layers),
            ("transformer.dModel", model.DModel), ("transformer.dMlp", model.DMlp), ("transformer.heads", model.Heads), ("transformer.context", model.Context),
            ("transformer.batchWindows", model.BatchWindows), ("transformer.learningRate", model.LearningRate), ("transformer.largestPasses", model.LargestPasses));
        foreach (var (dictionary, i) in configuration.Dictionaries.Select((d, i) => (d, i)))
        {
            string At(string name) => Field(i, name);
            var usual = DictionarySettings.For(dictionary.Name, dictionary.Features, dictionary.Variant);
            form.Set(
                (At("name"), dictionary.Name), (At("variant"), dictionary.Variant), (At("site"), dictionary.Site), (At("layer"), dictionary.Layer),
                (At("features"), dictionary.Features), (At("seeds"), dictionary.Seed),
                (At("lambda"), Unusual(dictionary.Lambda, usual.Lambda)), (At("k"), Unusual(dictionary.K, usual.K)),
                (At("samples"), Unusual(dictionary.Samples, usual.Samples)), (At("batch"), Unusual(dictionary.Batch, usual.Batch)),
                (At("learningRate"), Unusual(dictionary.LearningRate, usual.LearningRate)),
                (At("lambdaWarmup"), Unusual(dictionary.LambdaWarmup, usual.LambdaWarmup)));
        }

        return form;
    }

    /// <summary>The form as it was sent.</summary>
    /// <param name="sent">Value of a field, or null.</param>
    /// <param name="runs">Where a run is looked up whose corpus is wanted again.</param>
    public static RunForm Read(Func<string, string?> sent, RunStore runs)
    {
        var form = new RunForm();
        var rows = sent("groups");
        form.Groups = int.TryParse(rows, NumberStyles.None, CultureInfo.InvariantCulture, out var groups) && groups is >= 1 and <= MostGroups ? groups : 1;
        if (form.Groups != groups && !string.IsNullOrEmpty(rows))
        {
            form._problems.Add(new RunProblem("groups", $"The form has \"{rows}\" rows of dictionaries; there can be 1 to {MostGroups}. Load the page again."));
        }

        foreach (var field in form.Fields())
        {
            form._values[field] = (sent(field) ?? string.Empty).Trim();
        }

        form.Build(runs);
        return form;
    }

    /// <summary>Name of a field of a row of dictionaries.</summary>
    public static string Field(int group, string name) => string.Create(CultureInfo.InvariantCulture, $"dictionaries[{group}].{name}");

    /// <summary>What stands in a field.</summary>
    public string Value(string field) => _values.GetValueOrDefault(field, string.Empty);

    /// <summary>What is wrong with a field, or null.</summary>
    public string? Problem(string field) => _problems.FirstOrDefault(p => p.Field == field)?.Message;

    /// <summary>Adds problems of the configuration that its values alone do not show, such as names that are taken.</summary>
    public void AddOfConfiguration(IEnumerable<RunProblem> problems) => _problems.AddRange(problems.Select(problem => problem with { Field = InGroup(problem.Field) }));

    /// <summary>One more row of dictionaries, filled in like the last one.</summary>
    public void AddGroup()
    {
        if (Groups >= MostGroups)
        {
            return;
        }

        foreach (var name in GroupFields)
        {
            _values[Field(Groups, name)] = name == "name" ? string.Empty : Value(Field(Groups - 1, name));
        }

        Groups++;
    }

    private static IEnumerable<string> GroupFields => RunSetting.OfDictionary.Select(s => s.Field).Concat(["variant", "site"]);

    private IEnumerable<string> Fields() => RunSetting.OfText.Concat(RunSetting.OfModel).Concat(RunSetting.OfIndex).Select(s => s.Field)
        .Concat(["preset", "corpus", "replace"]).Concat(Enumerable.Range(0, Groups).SelectMany(i => GroupFields.Select(name => Field(i, name))));

    // What suits the size and the recipe stays empty, so that it follows when those are changed.
    private static object? Unusual<T>(T value, T usual) => Equals(value, usual) ? null : value;

    private void Set(params (string Field, object? Value)[] values)
    {
        foreach (var (field, value) in values)
        {
            _values[field] = Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty;
        }
    }

    private void Build(RunStore runs)
    {
        var configuration = new RunConfiguration
        {
            Preset = Preset(),
            Corpus = Corpus(runs),
            Keep = Value("keep"),
            Seed = Number<ulong>("seed"),
            Model = Value("model"),
            HeldOutTokens = Number<long>("heldOutTokens"),
            IndexTokens = Number<long>("indexTokens"),
            EvaluationTokens = Number<long>("evaluationTokens"),
            FormingShare = Number<double>("formingShare"),
            Replace = Value("replace") == "yes",
            Transformer = new TransformerSettings
            {
                Tokens = Number<long>("transformer.tokens"),
                Vocabulary = Number<int>("transformer.vocabulary"),
                Layers = Number<int>("transformer.layers"),
                DModel = Number<int>("transformer.dModel"),
                DMlp = Number<int>("transformer.dMlp"),
                Heads = Number<int>("transformer.heads"),
                Context = Number<int>("transformer.context"),
                BatchWindows = Number<int>("transformer.batchWindows"),
                LearningRate = Number<float>("transformer.learningRate"),
                LargestPasses = Number<double>("transformer.largestPasses"),
            },
            Dictionaries = Dictionaries(),
        };
        if (_problems.Count > 0)
        {
            return;
        }

        Configuration = NamedForItsPreset(configuration);
        _problems.AddRange(Configuration.Problems().Select(p => p with { Field = InGroup(p.Field) }));
    }

    private string Preset()
    {
        var named = Value("preset");
        if (named.Length > 0 && named != RunConfiguration.Custom && RunPreset.All.All(p => p.Preset != named))
        {
            _problems.Add(new RunProblem("preset", $"There is no preset \"{named}\"; there are {string.Join(" and ", RunPreset.All.Select(p => p.Preset))}."));
        }

        return named.Length > 0 ? named : RunConfiguration.Custom;
    }

    // A preset whose settings were changed is no longer that preset.
    private static RunConfiguration NamedForItsPreset(RunConfiguration configuration)
    {
        var preset = RunPreset.All.FirstOrDefault(p => p.Preset == configuration.Preset);
        var same = preset is not null && RunConfigurationJson.Write(preset with { Corpus = configuration.Corpus, Keep = configuration.Keep, Seed = configuration.Seed, Model = configuration.Model, Replace = configuration.Replace })
            == RunConfigurationJson.Write(configuration);
        return same ? configuration : configuration with { Preset = RunConfiguration.Custom };
    }

    private IReadOnlyList<string> Corpus(RunStore runs)
    {
        var chosen = Value("corpus");
        if (chosen.Length == 0 || CorpusFolder.Added(chosen) is not null)
        {
            return chosen.Length == 0 ? [] : [chosen];
        }

        // Files of the server are named on its command line or below the corpus root, not here: only those of a run that was there before.
        var known = chosen.StartsWith(SameAsRun, StringComparison.Ordinal) && long.TryParse(chosen[SameAsRun.Length..], CultureInfo.InvariantCulture, out var id)
            && runs.Find(id) is { } run ? RunConfigurationJson.Of(run) : null;
        if (known is null)
        {
            _problems.Add(new RunProblem("corpus", "Choose one of the corpora in the list, or add one first."));
        }

        return known?.Corpus ?? [];
    }

    private List<DictionarySettings> Dictionaries()
    {
        var dictionaries = new List<DictionarySettings>();
        var named = Enumerable.Range(0, Groups).Select(i => Value(Field(i, "name"))).Where(n => n.Length > 0).ToList();
        for (var group = 0; group < Groups; group++)
        {
            string At(string name) => Field(group, name);
            if (Value(At("features")).Length == 0 && Groups > 1)
            {
                continue; // an empty row
            }

            var sweep = new SweepSettings
            {
                Variant = Value(At("variant")),
                Site = Value(At("site")),
                Layer = Number<int>(At("layer")),
                Features = List<int>(At("features")),
                Lambda = List<float>(At("lambda")),
                K = List<int>(At("k")),
                Seeds = List<ulong>(At("seeds")),
                Samples = Optional<long>(At("samples")),
                Batch = Optional<int>(At("batch")),
                LearningRate = Optional<float>(At("learningRate")),
                LambdaWarmup = Optional<double>(At("lambdaWarmup")),
            };
            if (sweep.Features.Count == 0)
            {
                _problems.Add(new RunProblem(At("features"), "A dictionary needs a number of features, such as 4096."));
                continue;
            }

            var problems = sweep.Problems(dictionaries.Count);
            _problems.AddRange(problems.Select(p => p with { Field = At(p.Field) }));
            if (problems.Count > 0)
            {
                continue;
            }

            var name = Value(At("name"));
            var made = sweep.Expand(dictionaries.Select(d => d.Name).Concat(named.Where(n => n != name)), first: dictionaries.Count);
            dictionaries.AddRange(made.Count == 1 && name.Length > 0 ? [made[0] with { Name = name, NameIsDefault = false }] : made);
            _groupOf.AddRange(made.Select(_ => group));
        }

        return dictionaries;
    }

    /// <summary>From the place in the configuration's list to the row of the form.</summary>
    private string InGroup(string field)
    {
        const string start = "dictionaries[";
        if (!field.StartsWith(start, StringComparison.Ordinal))
        {
            return field;
        }

        var end = field.IndexOf(']', StringComparison.Ordinal);
        var rest = field[(end + 2)..];
        return Field(_groupOf[int.Parse(field[start.Length..end], CultureInfo.InvariantCulture)], rest == "seed" ? "seeds" : rest);
    }

    private T Number<T>(string field)
        where T : struct, INumber<T> => Parse<T>(field, Value(field)) ?? default;

    private T? Optional<T>(string field)
        where T : struct, INumber<T> => Value(field).Length == 0 ? null : Parse<T>(field, Value(field));

    private List<T> List<T>(string field)
        where T : struct, INumber<T> =>
        [.. Value(field).Split([',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries).Select(word => Parse<T>(field, word)).OfType<T>()];

    private T? Parse<T>(string field, string text)
        where T : struct, INumber<T>
    {
        if (T.TryParse(text.Replace("_", string.Empty, StringComparison.Ordinal), CultureInfo.InvariantCulture, out var number) && T.IsFinite(number))
        {
            return number;
        }

        if (_problems.All(p => p.Field != field))
        {
            _problems.Add(new RunProblem(field, $"Must be a {(typeof(T) == typeof(float) || typeof(T) == typeof(double) ? "number" : "whole number")}{(text.Length == 0 ? "." : $"; it is \"{text}\".")}"));
        }

        return null;
    }
}
