using System.Globalization;
using System.Numerics;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Training.Configuration;

/// <summary>Reads a form once: every value that can be read is checked, also where others cannot.</summary>
internal sealed class RunFormReader(RunForm form, RunStore runs)
{
    // In place of a size that cannot be read, so that the row's other values are checked all the same.
    private const int AnyFeatures = 4096;

    /// <summary>Checks that compare a value with another one say nothing where the other one is wrong itself.</summary>
    private static readonly (string Field, string On)[] Comparisons = [("transformer.heads", "transformer.dModel"), ("layer", "transformer.layers"), ("k", "features")];

    private readonly List<RunProblem> _problems = [];
    private readonly List<int> _rowOf = [];

    public RunReading Read()
    {
        var configuration = new RunConfiguration
        {
            Preset = Preset(),
            Corpus = Corpus(),
            Keep = form.Value("keep"),
            Seed = Number<ulong>("seed"),
            Model = form.Value("model"),
            HeldOutTokens = Number<long>("heldOutTokens"),
            IndexTokens = Number<long>("indexTokens"),
            EvaluationTokens = Number<long>("evaluationTokens"),
            FormingShare = Number<double>("formingShare"),
            Steer = Optional<double>("steer"),
            Device = form.Value("device"),
            Precision = form.Value("precision"),
            Replace = form.Value("replace") == RunForm.Yes,
            Control = form.Value("control") is { Length: > 0 } control ? control : null,
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
                Architecture = form.Value("transformer.architecture") is { Length: > 0 } architecture ? architecture : null,
            },
            Dictionaries = Dictionaries(),
        };
        var readable = _problems.Count == 0;
        _problems.AddRange(configuration.Problems().Select(p => p with { Field = RunReading.InRow(p.Field, _rowOf) }));
        var wrong = _problems.Select(static p => p.Field).ToHashSet(StringComparer.Ordinal);
        var order = form.Fields().Select(static (field, i) => (field, i)).ToDictionary(static f => f.field, static f => f.i, StringComparer.Ordinal);
        var shown = _problems.Where(p => !Follows(p.Field, wrong)).DistinctBy(static p => p.Field).OrderBy(p => order.GetValueOrDefault(p.Field, int.MaxValue));
        return new RunReading(readable ? NamedForItsPreset(configuration) : null, [.. shown], _rowOf);
    }

    private static bool Follows(string field, HashSet<string> wrong)
    {
        if (field == "dictionaries")
        {
            return wrong.Any(static other => other.StartsWith("dictionaries[", StringComparison.Ordinal));
        }

        var name = field[(field.IndexOf("].", StringComparison.Ordinal) is >= 0 and var end ? end + 2 : 0)..];
        return Comparisons.Any(c => c.Field == name && (wrong.Contains(c.On) || wrong.Contains(field[..^name.Length] + c.On)));
    }

    private string Preset()
    {
        var named = form.Value("preset");
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
        var same = preset is not null && RunConfigurationJson.Write(preset with { Corpus = configuration.Corpus, Keep = configuration.Keep, Seed = configuration.Seed, Model = configuration.Model, Replace = configuration.Replace, Control = configuration.Control, Device = configuration.Device, Precision = configuration.Precision })
            == RunConfigurationJson.Write(configuration);
        return same ? configuration : configuration with { Preset = RunConfiguration.Custom };
    }

    private IReadOnlyList<string> Corpus()
    {
        var chosen = form.Value("corpus");
        if (chosen.Length == 0 || CorpusFolder.Added(chosen) is not null)
        {
            return chosen.Length == 0 ? [] : [chosen];
        }

        // Files of the server are named on its command line or below the corpus root, not here: only those of a run that was there before.
        var known = chosen.StartsWith(RunForm.SameAsRun, StringComparison.Ordinal) && long.TryParse(chosen[RunForm.SameAsRun.Length..], CultureInfo.InvariantCulture, out var id)
            && runs.Find(id) is { } run ? RunConfigurationJson.Of(run) : null;
        if (known is null)
        {
            _problems.Add(new RunProblem("corpus", "This corpus is not in the list: choose another, or add it first."));
        }

        return known?.Corpus ?? [];
    }

    private List<DictionarySettings> Dictionaries()
    {
        var dictionaries = new List<DictionarySettings>();
        var named = Enumerable.Range(0, form.Rows).Select(i => form.Value(RunForm.Field(i, "name"))).Where(n => n.Length > 0).ToList();
        for (var row = 0; row < form.Rows; row++)
        {
            var sweep = Sweep(row, dictionaries.Count);
            var name = form.Value(RunForm.Field(row, "name"));
            var made = sweep.Expand(dictionaries.Select(d => d.Name).Concat(named.Where(n => n != name)), first: dictionaries.Count);
            dictionaries.AddRange(made.Count == 1 && name.Length > 0 ? [made[0] with { Name = name, NameIsDefault = false }] : made);
            _rowOf.AddRange(Enumerable.Repeat(row, made.Count));
        }

        return dictionaries;
    }

    /// <summary>What a row asks for. Where it cannot be as a whole, the problem is noted, and what comes back can be expanded all the same.</summary>
    private SweepSettings Sweep(int row, int others)
    {
        string At(string name) => RunForm.Field(row, name);
        var features = List<int>(At("features"));
        if (form.Value(At("features")).Length == 0)
        {
            _problems.Add(new RunProblem(At("features"), RunSetting.Find(At("features"))!.Refuse(string.Empty)));
        }

        var sweep = new SweepSettings
        {
            Variant = form.Value(At("variant")),
            Site = form.Value(At("site")),
            Layer = Number<int>(At("layer")),
            Features = features.Count > 0 ? features : [AnyFeatures],
            Lambda = List<float>(At("lambda")),
            K = List<int>(At("k")),
            Seeds = List<ulong>(At("seeds")),
            Samples = Optional<long>(At("samples")),
            Batch = Optional<int>(At("batch")),
            LearningRate = Optional<float>(At("learningRate")),
            LambdaWarmup = Optional<double>(At("lambdaWarmup")),
            From = form.Value(At("from")) is { Length: > 0 } from ? from : null,
        };
        var problems = sweep.Problems(others);
        _problems.AddRange(problems.Select(p => p with { Field = At(p.Field) }));
        return problems.Count == 0 ? sweep : sweep with { Features = [sweep.Features[0]], Lambda = [], K = [], Seeds = [], LambdaWarmup = null };
    }

    private T Number<T>(string field)
        where T : struct, INumber<T> => Parse<T>(field, form.Value(field)) ?? default;

    private T? Optional<T>(string field)
        where T : struct, INumber<T> => form.Value(field).Length == 0 ? null : Parse<T>(field, form.Value(field));

    // In order of the values, whatever order they were typed in, so that the names of the dictionaries go up with them.
    private List<T> List<T>(string field)
        where T : struct, INumber<T>
    {
        var numbers = new List<T>();
        foreach (var word in form.Value(field).Split([' ', ';'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (NumberText.Ambiguous(RunSetting.Find(field)!, word) is { } problem)
            {
                _problems.Add(new RunProblem(field, problem));
            }
            else
            {
                numbers.AddRange(word.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(number => Parse<T>(field, number)).OfType<T>());
            }
        }

        numbers.Sort();
        return numbers;
    }

    private T? Parse<T>(string field, string text)
        where T : struct, INumber<T>
    {
        if (NumberText.TryParse<T>(text, out var number))
        {
            return number;
        }

        _problems.Add(new RunProblem(field, NumberText.Ambiguous(RunSetting.Find(field)!, text) ?? RunSetting.Find(field)!.Refuse(text)));
        return null;
    }
}
