using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Components.Charts;

/// <summary>The bars of a feature's histogram, coloured where a context is known and plain where none is.</summary>
public static class HistogramBars
{
    /// <param name="report">A feature that fires.</param>
    /// <param name="colours">Its histogram by log-likelihood ratio, or null.</param>
    /// <param name="view">What the visitor chose.</param>
    /// <param name="values">Counts or mass.</param>
    public static StackedBars Of(
        FeatureReport report, ContextHistogram? colours, HistogramView view, Func<ContextHistogram, IReadOnlyList<double[]>> values)
    {
        var plain = Plain(report, view);
        var logarithmic = plain == report.LogHistogram;
        return colours is null
            ? new StackedBars(plain.Edges, [.. plain.Counts.Select(c => new double[] { c })], logarithmic, view.LogarithmicCount)
            : new StackedBars(colours.Edges, values(colours), logarithmic, view.LogarithmicCount);
    }

    /// <summary>The feature's histogram on the axis that the visitor chose; imported features have the linear one alone.</summary>
    public static Histogram Plain(FeatureReport report, HistogramView view) =>
        view.LogarithmicActivation && report.LogHistogram.Counts.Count > 0 ? report.LogHistogram : report.Histogram;
}
