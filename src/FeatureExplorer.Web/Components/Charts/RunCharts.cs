using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Components.Charts;

/// <summary>From a run's curves to the charts of its monitor: one for each figure, all dictionaries of the run in it.</summary>
public static class RunCharts
{
    /// <param name="Title">What is drawn.</param>
    /// <param name="Series">The lines.</param>
    /// <param name="LargestX">Steps of the longest training.</param>
    /// <param name="Floors">The machine's limit for each line, where it has one.</param>
    /// <param name="FloorName">What the limit is.</param>
    /// <param name="Latest">The latest value of a single line.</param>
    public sealed record Chart(
        string Title, IReadOnlyList<ChartSeries> Series, double? LargestX, IReadOnlyList<double> Floors, string FloorName, string? Latest);

    private static readonly (string Title, string Column)[] OfDictionaries =
    [
        ("Loss of the dictionary", Curves.Loss), ("L0", Curves.L0), ("Explained variance, held out", Curves.ExplainedVariance),
        ("Loss recovered, held out", Curves.LossRecovered), ("Dead features", Curves.Dead), ("λ", Curves.Lambda),
        ("Learning rate of the dictionary", Curves.LearningRate), ("Vectors per second", Curves.SamplesPerSecond),
    ];

    private static readonly (string Title, string Column)[] OfTransformer =
    [
        ("Loss of the transformer", Curves.Loss), ("Learning rate of the transformer", Curves.LearningRate), ("Tokens per second", Curves.TokensPerSecond),
    ];

    /// <summary>The charts that have something to draw.</summary>
    /// <param name="curves">Of one run.</param>
    /// <param name="floors">Units per second at the machine's peak, by curve.</param>
    public static IEnumerable<Chart> Of(IReadOnlyList<RunCurve> curves, IReadOnlyDictionary<string, double> floors)
    {
        var transformer = curves.Where(c => Curves.IsTransformer(c.Name)).ToList();
        var dictionaries = curves.Where(c => !Curves.IsTransformer(c.Name)).ToList();
        return OfDictionaries.Select(c => One(c.Title, c.Column, dictionaries, floors))
            .Concat(OfTransformer.Select(c => One(c.Title, c.Column, transformer, floors)))
            .Where(chart => chart.Series.Count > 0);
    }

    /// <summary>The same figures of several runs, each line named for its run.</summary>
    public static IEnumerable<Chart> Compare(IReadOnlyList<(RunInfo Run, IReadOnlyList<RunCurve> Curves)> runs)
    {
        var named = runs.SelectMany(r => r.Curves.Select(c => (c, name: $"run {r.Run.Id} · {ShortName(c)}"))).ToList();
        foreach (var (ofTransformer, columns) in new[] { (false, OfDictionaries), (true, OfTransformer) })
        {
            foreach (var (title, column) in columns)
            {
                var series = named.Where(n => Curves.IsTransformer(n.c.Name) == ofTransformer && !IsTwin(n.c, column))
                    .Select(n => new ChartSeries(n.name, [.. n.c.Column(column)])).Where(s => s.Points.Count > 0).ToList();
                if (series.Count > 0)
                {
                    yield return new Chart(title, series, null, [], string.Empty, null);
                }
            }
        }
    }

    private static Chart One(string title, string column, List<RunCurve> curves, IReadOnlyDictionary<string, double> floors)
    {
        var chosen = curves.Where(c => c.Columns.Contains(column) && !IsTwin(c, column)).ToList();
        var series = chosen.Select(c => new ChartSeries(ShortName(c), [.. c.Column(column)])).Where(s => s.Points.Count > 0).ToList();
        var rate = column is Curves.SamplesPerSecond or Curves.TokensPerSecond;
        double[] limits = rate ? [.. chosen.Where(c => !Exceeds(c, column, floors)).Select(c => floors.GetValueOrDefault(c.Name)).Where(f => f > 0).Distinct()] : [];
        // A limit far above the line would press it flat.
        limits = limits.Length <= 2 ? limits : [];
        var latest = series.Count == 1 || (series.Count > 1 && chosen.Count(c => !Curves.IsHeldOut(c.Name)) == 1) ? Latest(series[0], rate, limits) : null;
        return new Chart(
            title, series, chosen.Count > 0 ? chosen.Max(c => c.Steps) : null, limits, "theoretical limit", latest);
    }

    // L0 is measured on training data at every report and on held-out data now and then: one line of it is enough.
    private static bool IsTwin(RunCurve curve, string column) => column == Curves.L0 && curve.Columns.SequenceEqual(Curves.OfHeldOut);

    // What a run has exceeded is no limit: the machine was busy when it was measured, or the encoder's screen spares most of the product.
    private static bool Exceeds(RunCurve curve, string column, IReadOnlyDictionary<string, double> floors) =>
        floors.TryGetValue(curve.Name, out var floor) && curve.Column(column).Any(point => point.Item2 > floor);

    private static string Latest(ChartSeries series, bool rate, double[] limits)
    {
        var value = series.Points[^1].Y;
        return rate && limits.Length == 1 && value <= limits[0] ? $"{Show.Amount(value)}, {Show.WholePercent(value / limits[0])} of the limit" : rate ? Show.Amount(value) : Show.Significant(value);
    }

    // A dictionary's held-out figures have charts of their own; the transformer's loss is drawn beside that of its training.
    private static string ShortName(RunCurve curve) => Curves.IsHeldOut(curve.Name) && !Curves.IsTransformer(curve.Name) ? curve.Name[..^Curves.HeldOut(string.Empty).Length] : curve.Name;
}
