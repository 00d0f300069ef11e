using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;

namespace FeatureExplorer.Web.Features;

/// <summary>Why a feature is no more interpretable than one of its control, in a sentence.</summary>
public static class ControlText
{
    public static string Of(ControlledFeatures features, ControlMark mark, DictionaryInfo dictionary, TokenText text)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(mark);
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(text);
        var theirs = $"On shuffled weights {features.Control.Id}/{mark.Feature}";
        return mark.Context is { } context
            ? $"{theirs} follows {ContextTitles.InSentence(dictionary.EntryTitleOf(context))} at least as closely: Pearson {Show.Two(mark.Score!.Value)}."
            : $"{theirs} fires on the same token alone, “{text.Of(mark.Token!.Value)}”.";
    }
}
