using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Contexts.Expressions;
using FeatureExplorer.Analysis.Exploration;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Web.Components.Charts;

namespace FeatureExplorer.Web.Features;

/// <summary>The context that colours a feature's histogram: one that came with the corpus, or one that a reader has written.</summary>
public sealed record ContextChoice
{
    /// <summary>The context, or null when there is none.</summary>
    public ContextInfo? Context { get; private init; }

    /// <summary>The histogram in its colours, or null.</summary>
    public ContextHistogram? Colours { get; private init; }

    /// <summary>How well the feature agrees with a context that a reader has written; null for others, which have their row in the table.</summary>
    public ContextScore? Score { get; private init; }

    /// <summary>The text of the context that a reader has written, or null.</summary>
    public string? Written { get; private init; }

    /// <summary>Why that text is no context, or null.</summary>
    public string? Problem { get; private init; }

    /// <summary>The context that an address names. A text that is none leaves the feature's best context and says why.</summary>
    public static ContextChoice Of(
        DictionaryInfo dictionary, FeatureReport report, OpenDictionary files, Explorations explorations, HistogramView view,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(explorations);
        ArgumentNullException.ThrowIfNull(view);
        var edges = HistogramBars.Plain(report, view).Edges;
        if (view.Context is null || dictionary.FindContext(view.Context) is not null)
        {
            return Named(dictionary, report, files, view.Context, edges);
        }

        try
        {
            return explorations.Ask(dictionary, evidence => OfText(evidence, explorations, view.Context, report.Index, edges, cancellation))
                ?? Named(dictionary, report, files, null, edges) with { Written = view.Context, Problem = "This dictionary has no index and text here: no new context can be applied to it." };
        }
        catch (ContextExpressionException e)
        {
            return Named(dictionary, report, files, null, edges) with { Written = view.Context, Problem = e.Message };
        }
    }

    private static ContextChoice Named(DictionaryInfo dictionary, FeatureReport report, OpenDictionary files, string? name, IReadOnlyList<float> edges)
    {
        var context = dictionary.FindContext(name) ?? dictionary.FindContext(report.BestContext?.Context);
        return new ContextChoice { Context = context, Colours = context is null ? null : files.Histogram(report.Index, context.Name, edges) };
    }

    private static ContextChoice OfText(Evidence evidence, Explorations explorations, string text, int feature, IReadOnlyList<float> edges, CancellationToken cancellation)
    {
        var set = explorations.Evaluate(evidence, text, cancellation);
        return new ContextChoice
        {
            Context = new ContextInfo(text, text, ContextKind.Written, set.Share),
            Colours = edges.Count > 1 ? ContextAgreement.Histogram(evidence.Index, set, text, feature, edges) : null,
            Score = ContextAgreement.Score(evidence.Index, set, text, feature),
            Written = text,
        };
    }
}
