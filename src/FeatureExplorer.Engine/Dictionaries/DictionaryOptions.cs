namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>
/// How a dictionary is trained: the recipe of Bricken et al. (2023), <c>paper-2023</c>, scaled to the length of the run, with two additions
/// that can be switched off: a warm-up of λ, and activations scaled to E‖x‖ = √n.
/// </summary>
public sealed record DictionaryOptions
{
    /// <summary>m: number of features.</summary>
    public required int Features { get; init; }

    /// <summary>Activation vectors to train on.</summary>
    public required long Samples { get; init; }

    /// <summary>Vectors of a step. At this scale 1,024 beats the paper's 8,192, which leaves too few steps.</summary>
    public int Batch { get; init; } = 1024;

    /// <summary>Adam's rate, constant.</summary>
    public float LearningRate { get; init; } = 1e-3f;

    /// <summary>λ, for activations scaled to E‖x‖ = √n and the mean over n of the squared error.</summary>
    public float Lambda { get; init; } = 7e-3f;

    /// <summary>Share of the steps over which λ rises from 0; 0 switches the warm-up off.</summary>
    public double LambdaWarmup { get; init; } = 0.2;

    /// <summary>
    /// When dead features are resampled, as shares of the steps, ascending. The paper does it four times in the first tenth of a
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

    /// <summary>Number of steps of the run.</summary>
    public long Steps => (Samples + Batch - 1) / Batch;

    /// <summary>The window in force.</summary>
    public long EffectiveDeadWindow => DeadWindow ?? Math.Max(50_000, Samples / 50);

    /// <summary>Vectors read for b_dec's start and the scale, and at each resampling: at most a sixteenth of the run.</summary>
    public int SampleVectors => (int)Math.Clamp(Samples / 16, Math.Min(Batch, ResampleVectors), ResampleVectors);

    /// <summary>Values known to work on the one-layer models of this project, by number of features.</summary>
    public static DictionaryOptions Preset(int features) => features switch
    {
        <= 128 => new DictionaryOptions { Features = features, Samples = 1_500_000, LearningRate = 2e-3f, Lambda = 8.4e-3f },
        <= 1024 => new DictionaryOptions { Features = features, Samples = 2_000_000, LearningRate = 2e-3f, Lambda = 5.6e-3f },
        <= 2048 => new DictionaryOptions { Features = features, Samples = 2_500_000 },
        _ => new DictionaryOptions { Features = features, Samples = 6_400_000, LambdaWarmup = 0.1 },
    };

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
    }
}
