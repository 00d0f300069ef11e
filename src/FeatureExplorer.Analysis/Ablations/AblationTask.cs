using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Analysis.Ablations;

/// <summary>A feature to remove, where, and what to remove for comparison.</summary>
/// <param name="Feature">Index of the feature.</param>
/// <param name="Examples">Its top examples.</param>
/// <param name="Peers">Other features, whose directions serve as control.</param>
public sealed record AblationTask(int Feature, IReadOnlyList<Example> Examples, IReadOnlyList<int> Peers)
{
    // Peers are drawn from so many features next in density on either side.
    private const int Neighbours = 32;

    private const ulong Seed = 0xAB1A_7104;

    /// <summary>One task for each feature that fires, with other live features of like density, drawn with a fixed seed, as control.</summary>
    public static IReadOnlyList<AblationTask> Of(IReadOnlyList<FeatureReport> reports)
    {
        ArgumentNullException.ThrowIfNull(reports);
        var live = reports.Where(static report => report.State == FeatureState.Live)
            .OrderBy(static report => report.Activations).ThenBy(static report => report.Index).Select(static report => report.Index).ToList();
        var ranks = live.Index().ToDictionary(static entry => entry.Item, static entry => entry.Index);
        return [.. reports.Where(static report => report.State != FeatureState.Dead)
            .Select(report => new AblationTask(report.Index, report.Top, Draw(report.Index, live, ranks.GetValueOrDefault(report.Index))))];
    }

    private static int[] Draw(int feature, List<int> live, int rank)
    {
        var first = Math.Max(0, rank - Neighbours);
        int[] near = [.. live.Skip(first).Take(Math.Min(live.Count, rank + Neighbours + 1) - first).Where(other => other != feature)];
        new Engine.Numerics.CounterRandom(Seed, (ulong)feature).Shuffle(near.AsSpan());
        return [.. near.Take(AblationReport.Peers)];
    }
}
