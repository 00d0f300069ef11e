namespace FeatureExplorer.Training.Progress;

/// <summary>Names of curves and of what they measure, as they are stored and as the API gives them.</summary>
public static class Curves
{
    public const string Transformer = "transformer";

    private const string HeldOutEnding = " held out";

    public const string Loss = "loss";
    public const string LearningRate = "learning rate";
    public const string GradientNorm = "gradient norm";
    public const string TokensPerSecond = "tokens/s";
    public const string Error = "error";
    public const string L0 = "L0";
    public const string Lambda = "lambda";
    public const string Dead = "dead";
    public const string SamplesPerSecond = "samples/s";
    public const string ExplainedVariance = "explained variance";
    public const string LossRecovered = "loss recovered";

    /// <summary>Seconds that the run had worked, pauses left out; every curve that is recorded ends with this column.</summary>
    public const string Seconds = "seconds";

    /// <summary>Of a transformer's training, at its steps.</summary>
    public static IReadOnlyList<string> OfTransformer { get; } = [Loss, LearningRate, GradientNorm, TokensPerSecond];

    /// <summary>Of a dictionary's training, at its steps: means since the point before.</summary>
    public static IReadOnlyList<string> OfDictionary { get; } = [Loss, Error, L0, Lambda, LearningRate, Dead, SamplesPerSecond];

    /// <summary>Of a dictionary in training, on held-out tokens.</summary>
    public static IReadOnlyList<string> OfHeldOut { get; } = [ExplainedVariance, LossRecovered, L0];

    /// <summary>Of a transformer, on held-out tokens.</summary>
    public static IReadOnlyList<string> OfHeldOutTransformer { get; } = [Loss];

    /// <summary>Name of the curve of a dictionary, or of the transformer, on held-out tokens.</summary>
    public static string HeldOut(string trained) => trained + HeldOutEnding;

    /// <summary>Columns of a curve as it is kept: those of its points and, last, <see cref="Seconds"/>.</summary>
    public static IReadOnlyList<string> Kept(IReadOnlyList<string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        return columns.Contains(Seconds) ? columns : [.. columns, Seconds];
    }

    /// <summary>Whether a curve was measured on held-out tokens.</summary>
    public static bool IsHeldOut(string name) => name.EndsWith(HeldOutEnding, StringComparison.Ordinal);

    /// <summary>Whether a curve belongs to the transformer's training, not to a dictionary's.</summary>
    public static bool IsTransformer(string name) => name == Transformer || name == HeldOut(Transformer);
}
