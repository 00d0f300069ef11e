using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Components.Charts;

namespace FeatureExplorer.Web.Features;

/// <summary>A feature with the histogram that a visitor asked for: what pictures, frames and downloads have in common.</summary>
/// <param name="Dictionary">The dictionary.</param>
/// <param name="Report">The feature.</param>
/// <param name="Files">Its dictionary's files.</param>
/// <param name="View">The choice.</param>
/// <param name="Context">What colours the histogram, or null.</param>
/// <param name="Colours">The coloured histogram, or null.</param>
public sealed record FeatureView(
    DictionaryInfo Dictionary, FeatureReport Report, OpenDictionary Files, HistogramView View, ContextInfo? Context, ContextHistogram? Colours)
{
    /// <summary>What is drawn, or null for a feature without a histogram.</summary>
    public StackedBars? Bars => Report.Histogram.Counts.Count == 0
        ? null
        : HistogramBars.Of(Report, Colours, View, c => [.. c.Counts.Select(counts => Array.ConvertAll(counts, n => (double)n))]);

    /// <summary>The picture in a sentence.</summary>
    public string Label => $"Activations of {Dictionary.Id}/{Report.Index}" + (Colours is null ? string.Empty : $", by log-likelihood ratio of {Context!.Title}");

    /// <summary>The feature of an address, or null where there is none.</summary>
    /// <exception cref="AddressException">The context of the address is none.</exception>
    public static FeatureView? Find(
        FeatureStore store, ExplorerData data, Explorations explorations, string model, string name, int index, HistogramView view,
        CancellationToken cancellation = default)
    {
        if (store.FindDictionary(model, name) is not { } dictionary || store.FindFeature(dictionary, index) is not { } report)
        {
            return null;
        }

        var files = data.Open(dictionary);
        var choice = ContextChoice.Of(dictionary, report, files, explorations, view, cancellation);
        if (choice.Problem is { } problem)
        {
            throw AddressException.OfContext(choice.Written!, problem);
        }

        return new FeatureView(dictionary, report, files, view, choice.Context, report.State == FeatureState.Dead ? null : choice.Colours);
    }
}
