using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Progress;

namespace FeatureExplorer.Web.Components.Plots;

/// <summary>One line of a run's chart.</summary>
/// <param name="Name">In the legend.</param>
/// <param name="X">Steps, tokens or seconds, ascending.</param>
/// <param name="Y">The value at each.</param>
public sealed record RunLine(string Name, double[] X, double[] Y)
{
    /// <summary>Place in the palette.</summary>
    public int Colour { get; init; }

    /// <summary>Style of the line, from 0; lines of one colour differ in it.</summary>
    public int Dash { get; init; }

    /// <summary>The machine's limit for it, where it is a speed and the limit is known.</summary>
    public double? Limit { get; init; }

    /// <summary>The lines of a figure that have something to draw.</summary>
    /// <param name="figure">The figure.</param>
    /// <param name="curves">Of one run.</param>
    /// <param name="configuration">The run's, to tell how many tokens a step has; null where this version cannot read it: there are no lines by tokens then.</param>
    /// <param name="x">What the horizontal axis counts. By time, points of earlier versions that did not note it are left out.</param>
    /// <param name="limits">Units per second at the machine's peak, by curve.</param>
    public static IReadOnlyList<RunLine> Of(
        RunFigure figure, IReadOnlyList<RunCurve> curves, RunConfiguration? configuration, RunAxis x, IReadOnlyDictionary<string, double>? limits = null)
    {
        var lines = new List<RunLine>();
        foreach (var curve in curves.Where(figure.Reads))
        {
            var scale = x == RunAxis.Tokens ? TokensOfAStep(curve.Name, configuration) : 1;
            var (column, seconds) = (Place(curve, figure.Column), x == RunAxis.Time ? Place(curve, Curves.Seconds) : 0);
            if (scale is not { } tokens || seconds < 0)
            {
                continue;
            }

            var points = curve.Points.Where(p => p[column] is { } value && double.IsFinite(value) && p[seconds] is not null).ToList();
            if (points.Count > 0)
            {
                double[] values = [.. points.Select(p => p[column]!.Value)];
                lines.Add(new RunLine(figure.NameOf(curve), [.. points.Select(p => tokens * p[seconds]!.Value)], values)
                {
                    Colour = lines.Count,
                    Limit = figure.IsRate ? LimitOf(curve.Name, values, limits) : null,
                });
            }
        }

        return lines;
    }

    // The step is the first of a point's values and has no name among the columns.
    private static int Place(RunCurve curve, string column)
    {
        for (var i = 0; i < curve.Columns.Count; i++)
        {
            if (curve.Columns[i] == column)
            {
                return i + 1;
            }
        }

        return -1;
    }

    private static double? TokensOfAStep(string curve, RunConfiguration? configuration) => configuration is null ? null
        : Curves.IsTransformer(curve) ? (double)configuration.Transformer.BatchWindows * configuration.Transformer.Context
        : configuration.Dictionaries.FirstOrDefault(d => curve == $"{configuration.Model}/{d.Name}" || curve == Curves.HeldOut($"{configuration.Model}/{d.Name}"))?.Batch;

    // What a run has exceeded is no limit: the machine was busy when it was measured, or the encoder's screen spares most of the product.
    private static double? LimitOf(string curve, double[] values, IReadOnlyDictionary<string, double>? limits) =>
        limits is not null && limits.TryGetValue(curve, out var limit) && limit > 0 && values.All(v => v <= limit) ? limit : null;
}
