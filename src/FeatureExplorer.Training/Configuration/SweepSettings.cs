namespace FeatureExplorer.Training.Configuration;

/// <summary>Several dictionaries at once: every combination of the sizes, the sparsities and the seeds that are listed.</summary>
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

    public int Layer { get; init; }

    /// <summary>Vectors to train on; null for the number that suits each size.</summary>
    public long? Samples { get; init; }

    public int? Batch { get; init; }

    public float? LearningRate { get; init; }

    public double? LambdaWarmup { get; init; }

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

        Ignored("k", K.Count > 0, k: true);
        Ignored("lambda", Lambda.Count > 0, k: false);
        Ignored("lambdaWarmup", LambdaWarmup is not null, k: false);
        var made = (double)Features.Count * Math.Max(1, RunChoices.FixesK(Variant) ? K.Count : Lambda.Count) * Math.Max(1, Seeds.Count);
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
        var fixesK = RunChoices.FixesK(Variant);
        var dictionaries = new List<DictionarySettings>();
        foreach (var features in Features)
        {
            foreach (var sparsity in fixesK ? K.Select(k => (double?)k).DefaultIfEmpty() : Lambda.Select(l => (double?)l).DefaultIfEmpty())
            {
                foreach (var seed in Seeds.Select(s => (ulong?)s).DefaultIfEmpty())
                {
                    while (!names.Add($"{number}"))
                    {
                        number++;
                    }

                    dictionaries.Add(One($"{number}", features, fixesK, sparsity, seed));
                }
            }
        }

        return dictionaries;
    }

    private DictionarySettings One(string name, int features, bool fixesK, double? sparsity, ulong? seed)
    {
        var usual = DictionarySettings.For(name, features, Variant);
        return usual with
        {
            NameIsDefault = true,
            Lambda = fixesK ? usual.Lambda : (float)(sparsity ?? usual.Lambda),
            K = fixesK ? (int?)sparsity ?? usual.K : null,
            Seed = seed,
            Site = Site,
            Layer = Layer,
            Samples = Samples ?? usual.Samples,
            Batch = Batch ?? usual.Batch,
            LearningRate = LearningRate ?? usual.LearningRate,
            LambdaWarmup = LambdaWarmup ?? usual.LambdaWarmup,
        };
    }
}
