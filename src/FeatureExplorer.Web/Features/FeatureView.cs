using FeatureExplorer.Analysis.Ablations;
using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Analysis.Verdicts;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Labels;
using FeatureExplorer.Storage.Relations;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Components.Charts;

namespace FeatureExplorer.Web.Features;

/// <summary>
/// A feature with everything that is shown of it: what page, JSON, pictures, tables and frames have in common. Each part is read when it is first asked for. What
/// has to be computed takes the service that computes it, so that an endpoint's parameters say whether it does.
/// </summary>
public sealed class FeatureView
{
    private readonly FeatureParts _parts;

    internal FeatureView(DictionaryInfo dictionary, FeatureReport report, HistogramView view, FeatureParts parts) =>
        (Dictionary, Report, View, _parts) = (dictionary, report, view, parts);

    public DictionaryInfo Dictionary { get; }

    /// <summary>The feature's figures and examples.</summary>
    public FeatureReport Report { get; }

    /// <summary>What the visitor chose for its histogram.</summary>
    public HistogramView View { get; }

    /// <summary>Its dictionary's files.</summary>
    public OpenDictionary Files => _parts.Files.Value;

    /// <summary>Tokens as people can read them.</summary>
    public TokenText Text => Files.Text;

    /// <summary>Its nearest units in every dictionary that it was compared with.</summary>
    public IReadOnlyList<RelatedDictionary> Related => _parts.Related.Value;

    /// <summary>What removing it does, or null where that has not been measured.</summary>
    public AblationReport? Ablation => _parts.Ablation.Value;

    /// <summary>The features before and after it.</summary>
    public FeatureNeighbours Neighbours => _parts.Neighbours.Value;

    /// <summary>The label that people have given it, or null.</summary>
    public FeatureLabel? GivenLabel => _parts.Label.Value;

    /// <summary>What it is called: its label, or a sentence from the evidence.</summary>
    public FeatureName Name => _parts.Name.Value;

    /// <summary>What colours the histogram; nothing before <see cref="Coloured"/>.</summary>
    public ContextChoice Choice { get; private init; } = new();

    /// <summary>The context of the colours, or null.</summary>
    public ContextInfo? Context => Choice.Context;

    /// <summary>The coloured histogram, or null; a dead feature has none.</summary>
    public ContextHistogram? Colours => Report.State == FeatureState.Dead ? null : Choice.Colours;

    /// <summary>What is drawn, or null for a feature without a histogram.</summary>
    public StackedBars? Bars => Report.Histogram.Counts.Count == 0
        ? null
        : HistogramBars.Of(Report, Colours, View, c => [.. c.Counts.Select(counts => Array.ConvertAll(counts, n => (double)n))]);

    /// <summary>The picture in a sentence.</summary>
    public string Label => $"Activations of {Dictionary.Id}/{Report.Index}" + (Colours is null ? string.Empty : $", by log-likelihood ratio of {Context!.Title}");

    /// <summary>The same with its histogram counted by the context that the visitor chose. A context that is none leaves the best one, and <see cref="Choice"/> says why.</summary>
    public FeatureView Coloured(Explorations explorations, CancellationToken cancellation = default) =>
        new(Dictionary, Report, View, _parts) { Choice = ContextChoice.Of(Dictionary, Report, Files, explorations, View, cancellation) };

    /// <summary>As <see cref="Coloured"/>, for pictures and frames, which cannot say what is wrong with a context.</summary>
    /// <exception cref="AddressException">The context of the address is none.</exception>
    public FeatureView Drawn(Explorations explorations, CancellationToken cancellation = default)
    {
        var coloured = Coloured(explorations, cancellation);
        return coloured.Choice.Problem is { } problem ? throw AddressException.OfContext(coloured.Choice.Written!, problem) : coloured;
    }

    /// <summary>The five claims about it, judged by the context that the visitor chose or its best.</summary>
    public EvidenceSummary Evidence(EvidenceReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return reader.Read(Dictionary, Report, View.Context, Related, Ablation);
    }
}
