using FeatureExplorer.Analysis.Exploration;
using FeatureExplorer.Analysis.Verdicts;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;

namespace FeatureExplorer.Web.Texts;

/// <summary>A text as one dictionary reads it, with what is known of its features.</summary>
/// <param name="Dictionary">The dictionary, or a model's neurons.</param>
/// <param name="Reading">The text, token by token.</param>
/// <param name="Strongest">Its strongest features.</param>
/// <param name="Summaries">What is known of every active feature.</param>
/// <param name="Names">Names of the features that are shown.</param>
public sealed record DictionaryReading(
    DictionaryInfo Dictionary, TextReading Reading, IReadOnlyList<DictionaryReading.InText> Strongest, IReadOnlyDictionary<int, FeatureSummary> Summaries,
    IReadOnlyDictionary<int, FeatureName> Names)
{
    /// <summary>A feature in a text.</summary>
    /// <param name="Feature">Index of the feature.</param>
    /// <param name="Activation">The largest in the text.</param>
    /// <param name="Token">Index of the token that has it.</param>
    /// <param name="Count">Tokens on which it fires.</param>
    public sealed record InText(int Feature, float Activation, int Token, int Count);

    /// <summary>A feature's activation as a share of its maximum on held-out tokens; null where it never fires there.</summary>
    public double? OfMaximum(int feature, float activation) => Summaries.GetValueOrDefault(feature) is { Max: > 0 } summary ? activation / summary.Max : null;
}
