using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Analysis.Verdicts;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Labels;

namespace FeatureExplorer.Storage.Features;

/// <summary>The names of features, the same on every page, in every list and in every answer of the API.</summary>
public sealed class FeatureNames(LabelStore labels, ExplorerData data)
{
    // Of more features, all labels are read: the database takes no more parameters.
    private const int MostAsked = 1000;

    /// <summary>A feature's name.</summary>
    public FeatureName Of(DictionaryInfo dictionary, FeatureReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return Of(dictionary, report, labels.History(dictionary, report.Index));
    }

    /// <summary>The same with the versions of its label, newest first, that have been read already.</summary>
    public FeatureName Of(DictionaryInfo dictionary, FeatureReport report, IReadOnlyList<FeatureLabel> history)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(history);
        return FeatureName.Of(history.Count > 0 ? history[0].Text : null, Facts(dictionary, report, data.Open(dictionary).Text));
    }

    /// <summary>The names of the features of a list, by index.</summary>
    public IReadOnlyDictionary<int, FeatureName> Of(DictionaryInfo dictionary, IReadOnlyCollection<FeatureSummary> features)
    {
        ArgumentNullException.ThrowIfNull(features);
        var (text, labelled) = (data.Open(dictionary).Text, features.Count > MostAsked ? labels.All(dictionary) : labels.Current(dictionary, features.Select(static f => f.Index)));
        return features.ToDictionary(static f => f.Index, f => FeatureName.Of(labelled.GetValueOrDefault(f.Index)?.Text, Facts(dictionary, f, text)));
    }

    /// <summary>What the name of a feature in a list follows from.</summary>
    internal static FeatureNameFacts Facts(DictionaryInfo dictionary, FeatureSummary feature, TokenText text) => new(
        feature.State, Title(dictionary, feature.BestContext), feature.BestScore ?? 0, [.. feature.TopTokens.Select(text.Of)], [.. feature.TopLogits.Select(text.Of)]);

    // The row that lists read holds the same tokens of the same report.
    private static FeatureNameFacts Facts(DictionaryInfo dictionary, FeatureReport report, TokenText text) => new(
        report.State, Title(dictionary, report.BestContext?.Context), report.BestContext?.Pearson ?? 0,
        [.. report.Top.Select(static e => e.Tokens[e.Centre]).Distinct().Take(FeatureNameFacts.MostTokens).Select(text.Of)],
        [.. report.Logits.Top.Take(FeatureNameFacts.MostTokens).Select(t => text.Of(t.Token))]);

    private static string? Title(DictionaryInfo dictionary, string? context) =>
        context is null ? null : Analysis.Contexts.ContextTitles.InSentence(dictionary.EntryTitleOf(context));
}
