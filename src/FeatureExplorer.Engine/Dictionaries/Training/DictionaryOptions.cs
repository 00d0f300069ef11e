using System.Text.Json.Serialization;

namespace FeatureExplorer.Engine.Dictionaries.Training;

/// <summary>
/// How a dictionary is trained. The defaults are those of <c>paper-2023</c> (Bricken et al. 2023), scaled to the length of the run, with two
/// additions that can be switched off: a warm-up of λ, and activations scaled to E‖x‖ = √n. <see cref="Preset"/> has those of the others.
/// </summary>
public sealed record DictionaryOptions
{
    private const int ShortestDeadWindow = 50_000;

    /// <summary>One of <see cref="DictionaryVariants"/>: architecture and training rule.</summary>
    public string Variant { get; init; } = DictionaryVariants.Paper2023;

    /// <summary>m: number of features.</summary>
    public required int Features { get; init; }

    /// <summary>Activation vectors to train on.</summary>
    public required long Samples { get; init; }

    /// <summary>Vectors of a step. At this scale 1,024 beats the paper's 8,192, which leaves too few steps.</summary>
    public int Batch { get; init; } = 1024;

    /// <summary>Adam's rate.</summary>
    public float LearningRate { get; init; } = 1e-3f;

    /// <summary>Share of the steps, at the end, over which the rate falls to 0 in a straight line; 0: constant.</summary>
    public double LearningRateDecay { get; init; }

    /// <summary>Adam's β₁.</summary>
    public float Beta1 { get; init; } = 0.9f;

    /// <summary>Largest norm of all gradients together; 0: no limit.</summary>
    public double ClipNorm { get; init; }

    /// <summary>
    /// λ, for activations scaled to E‖x‖ = √n and the mean over n of the squared error, or their sum where the variant takes the sum
    /// (<c>april-2024</c>). The TopK kinds have none.
    /// </summary>
    public float Lambda { get; init; } = 7e-3f;

    /// <summary>Share of the steps over which λ rises from 0; 0 switches the warm-up off.</summary>
    public double LambdaWarmup { get; init; } = 0.2;

    /// <summary>Active features of a vector, for the TopK kinds (of the mean vector for <c>batchtopk</c> and <c>matryoshka</c>).</summary>
    public int K { get; init; } = 32;

    /// <summary>Dead features that reconstruct the residual of a vector, for the TopK kinds; null: half of n, 0: none.</summary>
    public int? AuxK { get; init; }

    /// <summary>Weight of the auxiliary loss of the dead features.</summary>
    public float AuxWeight { get; init; } = 1f / 32;

    /// <summary>Width of the kernel through which thresholds learn (<c>jumprelu</c>), for activations of norm 1: multiplied by √n.</summary>
    public float Bandwidth { get; init; } = 1e-3f;

    /// <summary>Where thresholds start (<c>jumprelu</c>), for activations of norm 1: multiplied by √n.</summary>
    public float InitialThreshold { get; init; } = 1e-3f;

    /// <summary>Ends of the nested dictionaries (<c>matryoshka</c>), as ascending shares of the features; the last is 1.</summary>
    public IReadOnlyList<double> Prefixes { get; init; } = [1.0 / 16, 1.0 / 8, 1.0 / 4, 1.0 / 2, 1];

    /// <summary>
    /// When dead features are resampled (<c>paper-2023</c> alone), as shares of the steps, ascending. The paper does it four times in the first tenth of a
    /// run that is a thousand times as long; a short run needs longer to see which features are dead.
    /// </summary>
    public IReadOnlyList<double> ResampleAt { get; init; } = [0.2, 0.4, 0.6];

    /// <summary>A feature is dead when it has not fired for so many vectors; null: the larger of 50,000 and 2 % of the run.</summary>
    public long? DeadWindow { get; init; }

    /// <summary>Vectors whose losses decide where resampled features go, at most.</summary>
    public int ResampleVectors { get; init; } = 65_536;

    /// <summary>Whether activations are scaled to E‖x‖ = √n during training.</summary>
    public bool Normalize { get; init; } = true;

    /// <summary>Same seed and data: same bits, for any number of threads.</summary>
    public ulong Seed { get; init; }

    /// <summary>
    /// Name of the sequence of random numbers within the seed. Without one, feature i of every dictionary of a seed starts in the same direction, and dictionaries
    /// of one model resemble each other by place.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Stream { get; init; }

    /// <summary>Hash of the weights that training starts from (<see cref="SparseAutoencoder.Hash"/>); null: the variant's own start.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Start { get; init; }

    /// <summary>Number of steps of the run.</summary>
    public long Steps => (Samples + Batch - 1) / Batch;

    /// <summary>The window in force.</summary>
    public long EffectiveDeadWindow => DeadWindow ?? Math.Max(ShortestDeadWindow, Samples / 50);

    /// <summary>Vectors read for b_dec's start and the scale, and at each resampling: at most a sixteenth of the run.</summary>
    public int SampleVectors => (int)Math.Clamp(Samples / 16, Math.Min(Batch, ResampleVectors), ResampleVectors);

    /// <summary>λ of a step, counted from 1: it rises from 0 in a straight line, so that features settle before sparsity presses.</summary>
    public float LambdaAt(long step)
    {
        var warmup = LambdaWarmup * Steps;
        return warmup <= 0 ? Lambda : (float)(Lambda * Math.Min(1, step / warmup));
    }

    /// <summary>The learning rate of a step, counted from 1.</summary>
    public float LearningRateAt(long step)
    {
        var decay = LearningRateDecay * Steps;
        return decay <= 0 ? LearningRate : (float)(LearningRate * Math.Min(1, (Steps - step + 1) / decay));
    }

    /// <summary>Values known to work on the one-layer models of this project, by number of features, with the variant's own rule.</summary>
    public static DictionaryOptions Preset(int features, string variant = DictionaryVariants.Paper2023)
    {
        var sized = features switch
        {
            <= 128 => new DictionaryOptions { Features = features, Samples = 1_500_000, LearningRate = 2e-3f, Lambda = 8.4e-3f },
            <= 1024 => new DictionaryOptions { Features = features, Samples = 2_000_000, LearningRate = 2e-3f, Lambda = 5.6e-3f },
            <= 2048 => new DictionaryOptions { Features = features, Samples = 2_500_000 },
            _ => new DictionaryOptions { Features = features, Samples = 10_000_000, Lambda = 7.3e-3f, LambdaWarmup = 0.1 },
        };
        return variant switch
        {
            DictionaryVariants.April2024 => sized with
            {
                Variant = variant,
                Lambda = 5,
                LambdaWarmup = 0.05,
                LearningRateDecay = 0.2,
                ClipNorm = 1,
                ResampleAt = [],
            },
            DictionaryVariants.TopK or DictionaryVariants.BatchTopK or DictionaryVariants.Matryoshka => sized with
            {
                Variant = variant,
                Lambda = 0,
                LambdaWarmup = 0,
                LearningRateDecay = 0.2,
                ResampleAt = [],
                K = Math.Min(32, features),
            },
            DictionaryVariants.JumpRelu => sized with
            {
                Variant = variant,
                Lambda = 1e-3f,
                Beta1 = 0,
                ResampleAt = [],
                // The source's 1e-3 for both needs far more steps: log θ moves by about the learning rate in each.
                Bandwidth = 0.07f,
                InitialThreshold = 0.07f,
            },
            DictionaryVariants.Gated => sized with { Variant = variant, Lambda = 1.2e-2f, Beta1 = 0, ResampleAt = [] },
            _ => sized with { Variant = variant },
        };
    }

    /// <summary>Throws an <see cref="ArgumentException"/> that names every setting out of range.</summary>
    public void Validate()
    {
        var problems = Problems().ToList();
        if (problems.Count > 0)
        {
            throw new ArgumentException("The dictionary's settings do not work: " + string.Join("; ", problems) + ".");
        }
    }

    private IEnumerable<string> Problems()
    {
        if (Features is < 1 or > 1 << 20)
        {
            yield return $"Features is {Features}, and must be between 1 and {1 << 20}";
        }

        if (!DictionaryVariants.All.Contains(Variant))
        {
            yield return $"Variant is \"{Variant}\", and must be one of {string.Join(", ", DictionaryVariants.All)}";
        }

        if (Samples < 1)
        {
            yield return $"Samples is {Samples}, and must be at least 1";
        }

        if (Batch is < 1 or > 1 << 16)
        {
            yield return $"Batch is {Batch}, and must be between 1 and {1 << 16}";
        }

        if (!(LearningRate > 0 && LearningRate < 1))
        {
            yield return FormattableString.Invariant($"LearningRate is {LearningRate}, and must lie between 0 and 1 (1e-3 works well)");
        }

        if (!(Lambda >= 0 && float.IsFinite(Lambda)))
        {
            yield return FormattableString.Invariant($"Lambda is {Lambda}, and must be 0 or more (7e-3 works well)");
        }

        if (!(LambdaWarmup is >= 0 and <= 1))
        {
            yield return FormattableString.Invariant($"LambdaWarmup is {LambdaWarmup}, and must be a share between 0 and 1");
        }

        if (!(LearningRateDecay is >= 0 and <= 1))
        {
            yield return FormattableString.Invariant($"LearningRateDecay is {LearningRateDecay}, and must be a share between 0 and 1");
        }

        if (!(Beta1 is >= 0 and < 1))
        {
            yield return FormattableString.Invariant($"Beta1 is {Beta1}, and must be at least 0 and below 1");
        }

        if (!(ClipNorm >= 0 && double.IsFinite(ClipNorm)))
        {
            yield return FormattableString.Invariant($"ClipNorm is {ClipNorm}, and must be 0 (no limit) or more");
        }

        if (ResampleAt.Any(static share => !(share is > 0 and < 1)) || ResampleAt.Zip(ResampleAt.Skip(1)).Any(static pair => pair.First >= pair.Second))
        {
            yield return "ResampleAt must list ascending shares of the run between 0 and 1";
        }

        if (DeadWindow is < 1)
        {
            yield return $"DeadWindow is {DeadWindow}, and must be at least 1 vector";
        }

        if (ResampleVectors < 1)
        {
            yield return $"ResampleVectors is {ResampleVectors}, and must be at least 1";
        }

        foreach (var problem in VariantProblems())
        {
            yield return problem;
        }
    }

    private IEnumerable<string> VariantProblems()
    {
        if (Variant is DictionaryVariants.TopK or DictionaryVariants.BatchTopK or DictionaryVariants.Matryoshka && (K < 1 || K > Features))
        {
            yield return $"K is {K}, and must be between 1 and the {Features} features";
        }

        if (AuxK is < 0)
        {
            yield return $"AuxK is {AuxK}, and must be 0 (off) or more";
        }

        if (!(AuxWeight >= 0 && float.IsFinite(AuxWeight)))
        {
            yield return FormattableString.Invariant($"AuxWeight is {AuxWeight}, and must be 0 or more (1/32 works well)");
        }

        if (!(Bandwidth > 0 && float.IsFinite(Bandwidth)))
        {
            yield return FormattableString.Invariant($"Bandwidth is {Bandwidth}, and must be above 0 (0.07 works well)");
        }

        if (!(InitialThreshold > 0 && float.IsFinite(InitialThreshold)))
        {
            yield return FormattableString.Invariant($"InitialThreshold is {InitialThreshold}, and must be above 0 (0.07 works well)");
        }

        if (Prefixes.Count == 0 || Prefixes[^1] != 1 || Prefixes.Any(static share => !(share > 0))
            || Prefixes.Zip(Prefixes.Skip(1)).Any(static pair => pair.First >= pair.Second))
        {
            yield return "Prefixes must list ascending shares of the features above 0, and end with 1";
        }
    }
}
