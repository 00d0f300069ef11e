using System.Globalization;

namespace FeatureExplorer.Training.Configuration;

/// <summary>Several dictionaries at once: every combination of the sites, the sizes, the sparsities and the seeds that are listed.</summary>
public sealed record SweepSettings
{
    public string Variant { get; init; } = RunChoices.Paper2023;

    /// <summary>m of each.</summary>
    public required IReadOnlyList<int> Features { get; init; }

    /// <summary>λ of each; empty for the value that suits each size.</summary>
    public IReadOnlyList<float> Lambda { get; init; } = [];

    /// <summary>k of each, for recipes that fix the number of active features.</summary>
    public IReadOnlyList<int> K { get; init; } = [];

    /// <summary>Empty for the run's seed.</summary>
    public IReadOnlyList<ulong> Seeds { get; init; } = [];

    public string Site { get; init; } = RunChoices.MlpPost;

    /// <summary>One dictionary for each, in the place of <see cref="Site"/>; empty for that one alone. With a recipe that fixes k they have the same L0.</summary>
    public IReadOnlyList<string> Sites { get; init; } = [];

    public int Layer { get; init; }

    /// <summary>Vectors to train on; null for the number that suits each size.</summary>
    public long? Samples { get; init; }

    public int? Batch { get; init; }

    public float? LearningRate { get; init; }

    public double? LambdaWarmup { get; init; }

    /// <summary>The finished dictionary that each goes on from; null: none.</summary>
    public string? From { get; init; }

    /// <summary>What is wrong with the sweep as a whole, by its settings: it makes too many dictionaries, or its recipe does not read a setting. Look before <see cref="Expand"/>.</summary>
    /// <param name="others">The run's other dictionaries.</param>
    public IReadOnlyList<RunProblem> Problems(int others = 0)
    {
        var problems = new List<RunProblem>();
        void Ignored(string field, bool given, bool k)
        {
            if (given && RunChoices.Ignores(Variant, k) is { } why)
            {
                problems.Add(new RunProblem(field, why));
            }
        }

        void Repeated<T>(string field, IReadOnlyList<T> values)
        {
            if (values.GroupBy(static value => value).FirstOrDefault(static group => group.Count() > 1) is { } twice)
            {
                problems.Add(new RunProblem(field, string.Create(CultureInfo.InvariantCulture, $"{RunSetting.Find($"dictionaries[0].{field}")!.Label}: {twice.Key} is listed {(twice.Count() == 2 ? "twice" : $"{twice.Count()} times")}; list each value once.")));
            }
        }

        Repeated("site", Sites);
        Repeated("features", Features);
        Repeated("lambda", Lambda);
        Repeated("k", K);
        Repeated("seeds", Seeds);
        Ignored("k", K.Count > 0, k: true);
        Ignored("lambda", Lambda.Count > 0, k: false);
        Ignored("lambdaWarmup", LambdaWarmup is not null, k: false);
        var made = (double)Math.Max(1, Sites.Count) * Features.Count * Math.Max(1, FixesK ? K.Count : Lambda.Count) * Math.Max(1, Seeds.Count);
        if (RunChecks.DictionaryCount((long)Math.Min(made + others, long.MaxValue)) is { } many)
        {
            problems.Add(new RunProblem("features", many));
        }

        return problems;
    }

    /// <summary>The dictionaries, with the names that come next after those taken: numbers.</summary>
    /// <param name="taken">Names of the run's other dictionaries.</param>
    /// <param name="first">The first number to try.</param>
    public IReadOnlyList<DictionarySettings> Expand(IEnumerable<string> taken, int first = 0)
    {
        var names = taken.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var number = first;
        var dictionaries = new List<DictionarySettings>();
        var combinations =
            from site in Sites.DefaultIfEmpty(Site)
            from features in Features
            from sparsity in FixesK ? K.Select(k => (double?)k).DefaultIfEmpty() : Lambda.Select(l => (double?)l).DefaultIfEmpty()
            from seed in Seeds.Select(s => (ulong?)s).DefaultIfEmpty()
            select (site, features, sparsity, seed);
        foreach (var (site, features, sparsity, seed) in combinations)
        {
            while (!names.Add($"{number}"))
            {
                number++;
            }

            dictionaries.Add(One($"{number}", site, features, sparsity, seed));
        }

        return dictionaries;
    }

    private bool FixesK => RunChoices.FixesK(Variant);

    private DictionarySettings One(string name, string site, int features, double? sparsity, ulong? seed)
    {
        var usual = DictionarySettings.For(name, features, Variant, From);
        return usual with
        {
            NameIsDefault = true,
            OwnStart = true,
            Lambda = FixesK ? usual.Lambda : (float)(sparsity ?? usual.Lambda),
            K = FixesK ? (int?)sparsity ?? usual.K : null,
            Seed = seed,
            Site = site,
            Layer = Layer,
            Samples = Samples ?? usual.Samples,
            Batch = Batch ?? usual.Batch,
            LearningRate = LearningRate ?? usual.LearningRate,
            LambdaWarmup = LambdaWarmup ?? usual.LambdaWarmup,
        };
    }
}
