namespace FeatureExplorer.Engine.Transformer.Training;

/// <summary>How to train a transformer. The defaults are known to work for one layer of width 128 on some ten million tokens.</summary>
public sealed record TransformerTrainingOptions
{
    /// <summary>Tokens to train on; whole batches, at least one.</summary>
    public required long Tokens { get; init; }

    public int BatchWindows { get; init; } = 32;

    /// <summary>Highest learning rate, reached after the warm-up.</summary>
    public float LearningRate { get; init; } = 5e-3f;

    /// <summary>Steps of linear warm-up; at most a third of all steps are taken.</summary>
    public int WarmUpSteps { get; init; } = 200;

    /// <summary>Share of the learning rate that is left at the end of the cosine.</summary>
    public float FinalShare { get; init; } = 0.05f;

    public float Beta1 { get; init; } = 0.9f;

    public float Beta2 { get; init; } = 0.98f;

    public float Epsilon { get; init; } = 1e-8f;

    /// <summary>Matrices are multiplied by 1 − learning rate · this at each step; biases and gains are not.</summary>
    public float WeightDecay { get; init; } = 0.01f;

    /// <summary>The gradient is scaled down to this global norm when it is longer.</summary>
    public float ClipNorm { get; init; } = 1;

    /// <summary>Decides the order of the windows.</summary>
    public ulong Seed { get; init; }

    public long Steps(int context) => Math.Max(1, (Tokens + ((long)BatchWindows * context) - 1) / ((long)BatchWindows * context));

    /// <summary>The learning rate of a step, counted from 1: linear up to the highest, then a cosine down to the final share.</summary>
    public float LearningRateAt(long step, long steps)
    {
        var warmUp = Math.Min(WarmUpSteps, steps / 3);
        if (step <= warmUp)
        {
            return LearningRate * step / warmUp;
        }
        var progress = (double)(step - warmUp) / (steps - warmUp);
        return (float)(LearningRate * (FinalShare + ((1 - FinalShare) * 0.5 * (1 + Math.Cos(Math.PI * progress)))));
    }

    /// <exception cref="ArgumentException">A value is impossible; the message names it.</exception>
    public void Validate()
    {
        Require(Tokens > 0, nameof(Tokens), Tokens, "more than 0");
        Require(BatchWindows > 0, nameof(BatchWindows), BatchWindows, "more than 0");
        Require(LearningRate > 0 && float.IsFinite(LearningRate), nameof(LearningRate), LearningRate, "a positive number");
        Require(WarmUpSteps >= 0, nameof(WarmUpSteps), WarmUpSteps, "at least 0");
        Require(FinalShare is >= 0 and <= 1, nameof(FinalShare), FinalShare, "from 0 to 1");
        Require(Beta1 is >= 0 and < 1, nameof(Beta1), Beta1, "from 0 to below 1");
        Require(Beta2 is >= 0 and < 1, nameof(Beta2), Beta2, "from 0 to below 1");
        Require(Epsilon > 0, nameof(Epsilon), Epsilon, "more than 0");
        Require(WeightDecay >= 0 && LearningRate * WeightDecay < 1, nameof(WeightDecay), WeightDecay, "from 0 to below 1 / learning rate");
        Require(ClipNorm > 0, nameof(ClipNorm), ClipNorm, "more than 0");
    }

    private static void Require(bool condition, string name, object value, string wanted)
    {
        if (!condition)
        {
            throw new ArgumentException(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name} is {value}; it must be {wanted}."));
        }
    }
}
