using System.Globalization;

namespace FeatureExplorer.Training.Stages;

/// <summary>How often a training writes its state: every minute, because a lost minute is a fair price for it.</summary>
public static class CheckpointInterval
{
    /// <summary>Environment variable with another number of seconds, for tests that kill a run.</summary>
    public const string Variable = "FEATUREEXPLORER_CHECKPOINT_SECONDS";

    /// <summary>The interval in force.</summary>
    public static TimeSpan Current { get; } = Parse(Environment.GetEnvironmentVariable(Variable));

    private static TimeSpan Parse(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and <= 86_400
            ? TimeSpan.FromSeconds(seconds)
            : TimeSpan.FromMinutes(1);
}
