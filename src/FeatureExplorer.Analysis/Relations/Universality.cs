using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Analysis.Relations;

/// <summary>
/// How well the units of a dictionary are found again in another one: for each unit that fires often enough, the correlation with its
/// best counterpart (paper, section on universality).
/// </summary>
/// <param name="Units">Number of units compared: those that are neither dead nor ultralow.</param>
/// <param name="Median">Median of the correlation of activations with the best counterpart; 0 counts for a unit without any.</param>
/// <param name="Quantiles">The same at 10, 25, 50, 75 and 90 %.</param>
/// <param name="MedianLogits">Median of the correlation of logit weights with that counterpart; null where vocabularies differ.</param>
/// <param name="Histogram">Units by correlation, 40 bins from 0 to 1.</param>
/// <param name="Tokens">Held-out tokens that it was counted on.</param>
public sealed record Universality(
    int Units, double Median, IReadOnlyList<double> Quantiles, double? MedianLogits, Histogram Histogram, long Tokens)
{
    /// <summary>The shares at which <see cref="Quantiles"/> stand.</summary>
    public static IReadOnlyList<double> Shares { get; } = [0.1, 0.25, 0.5, 0.75, 0.9];

    /// <summary>Summarises the best counterparts.</summary>
    /// <param name="relations">Of every unit.</param>
    /// <param name="activations">Number of activations of a unit.</param>
    /// <param name="tokens">Held-out tokens.</param>
    public static Universality Of(IReadOnlyList<UnitRelations> relations, Func<int, long> activations, long tokens)
    {
        ArgumentNullException.ThrowIfNull(relations);
        ArgumentNullException.ThrowIfNull(activations);
        var limit = FeatureReport.UltralowLimit(tokens) * tokens;
        var compared = relations.Where(relation => activations(relation.Unit) >= limit).ToList();
        var sorted = compared.Select(static relation => Math.Max(0, relation.Best?.Pearson ?? 0.0)).Order().ToArray();
        var logits = compared.Where(static relation => relation.Best is { } best && !float.IsNaN(best.Logits))
            .Select(static relation => (double)relation.Best!.Value.Logits).Order().ToArray();
        double[] quantiles = [.. Shares.Select(share => Quantile(sorted, share))];
        return new Universality(
            compared.Count, Quantile(sorted, 0.5), quantiles, logits.Length > 0 ? Quantile(logits, 0.5) : null, Count(sorted), tokens);
    }

    /// <summary>Between the two nearest of the sorted values, linearly; 0 without any.</summary>
    public static double Quantile(IReadOnlyList<double> sorted, double share)
    {
        ArgumentNullException.ThrowIfNull(sorted);
        if (sorted.Count == 0)
        {
            return 0;
        }

        var place = share * (sorted.Count - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Count - 1);
        return sorted[below] + ((sorted[above] - sorted[below]) * (place - below));
    }

    private static Histogram Count(double[] values)
    {
        var edges = LevelBins.Linear(1, FeatureReport.HistogramBins);
        var counts = new long[FeatureReport.HistogramBins];
        foreach (var value in values)
        {
            counts[LevelBins.Of((float)value, edges)]++;
        }

        return new Histogram(edges, counts);
    }
}
