using FeatureExplorer.Analysis.Ablations;

namespace FeatureExplorer.Analysis.Reproduction;

/// <summary>What removing features does, over the live features of a dictionary.</summary>
/// <param name="Features">Live features that were measured.</param>
/// <param name="Examples">Their top examples that were measured.</param>
/// <param name="Effect">Mean over the features of each one's mean effect on the next token's loss, nats.</param>
/// <param name="Control">The same with random features of like density removed instead; null without such features.</param>
/// <param name="Helped">Share of all the examples in which the loss rises without the feature.</param>
public sealed record AblationSurvey(int Features, long Examples, double Effect, double? Control, double Helped)
{
    /// <summary>Sums up reports, one a feature; null when nothing was measured.</summary>
    public static AblationSurvey? Of(IEnumerable<AblationReport> reports)
    {
        ArgumentNullException.ThrowIfNull(reports);
        double effect = 0, control = 0, helped = 0;
        var (features, controlled, examples) = (0, 0, 0L);
        foreach (var report in reports.Where(static report => report.Measured > 0))
        {
            features++;
            examples += report.Measured;
            effect += report.Effect;
            helped += report.Helped * report.Measured;
            (control, controlled) = report.Control is { } random ? (control + random, controlled + 1) : (control, controlled);
        }

        return features == 0 ? null : new AblationSurvey(features, examples, effect / features, controlled > 0 ? control / controlled : null, helped / examples);
    }
}
