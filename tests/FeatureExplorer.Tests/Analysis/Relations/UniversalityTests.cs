using FeatureExplorer.Analysis.Relations;

namespace FeatureExplorer.Tests.Analysis.Relations;

public sealed class UniversalityTests
{
    [Fact]
    public void Of_UnitsOfKnownCounterparts_CountsThoseThatFireOftenEnough()
    {
        // 100,000 tokens: units with fewer than 20 activations are ultralow.
        float?[] best = [0.9f, 0.1f, null, 0.5f, 0.99f, -0.2f];
        long[] activations = [500, 500, 500, 20, 19, 30];
        var relations = best.Select((pearson, unit) => Relation(unit, pearson)).ToList();

        var found = Universality.Of(relations, unit => activations[unit], 100_000);

        Assert.Equal(5, found.Units);
        // Sorted: 0 (none), 0 (negative), 0.1, 0.5, 0.9.
        Assert.Equal(0.1, found.Median, 1e-6);
        Assert.Equal([0, 0, 0.1, 0.5, 0.74], found.Quantiles.Select(q => Math.Round(q, 6)));
        Assert.Equal(5, found.Histogram.Counts.Sum());
        Assert.Equal(1, found.Histogram.Counts[^5]);
        Assert.Equal(0.05, found.MedianLogits!.Value, 1e-6);
        Assert.Equal(100_000, found.Tokens);
    }

    [Fact]
    public void Quantile_BetweenTwoValues_IsInterpolated()
    {
        Assert.Equal(0, Universality.Quantile([], 0.5));
        Assert.Equal(7, Universality.Quantile([7], 0.9));
        Assert.Equal(2.5, Universality.Quantile([1, 2, 3, 4], 0.5));
    }

    // The logit weights of the counterparts: half of the unit's correlation for the first, and so on.
    private static UnitRelations Relation(int unit, float? pearson) =>
        new(unit, pearson is { } value ? [new UnitMatch(3, value, 0, 0, 0, 0, 0, float.NaN, unit == 0 ? 0.1f : 0.05f)] : [], [], [], 0);
}
