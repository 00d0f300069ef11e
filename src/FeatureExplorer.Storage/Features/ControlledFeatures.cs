using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Storage.Features;

/// <summary>A dictionary's features beside those of its control, a dictionary like it on the model with shuffled weights.</summary>
/// <param name="Control">The control's dictionary.</param>
/// <param name="Marks">The live features that are as interpretable on the control, by index.</param>
/// <param name="Live">Live features.</param>
public sealed record ControlledFeatures(DictionaryInfo Control, IReadOnlyDictionary<int, ControlMark> Marks, int Live)
{
    /// <summary>
    /// A live feature is marked where a live feature of the control correlates at least as closely with its best context, or where its top examples all fire on one token and those of a
    /// live feature of the control fire on that token alone, too.
    /// </summary>
    /// <param name="control">The control's dictionary.</param>
    /// <param name="features">The features.</param>
    /// <param name="theirs">The control's features.</param>
    public static ControlledFeatures Of(DictionaryInfo control, IEnumerable<FeatureSummary> features, IEnumerable<FeatureSummary> theirs)
    {
        ArgumentNullException.ThrowIfNull(control);
        var alive = theirs.Where(static f => f.State == FeatureState.Live).ToList();
        // What a context's best feature reaches is counted over all features, not only over those whose best it is.
        var contexts = control.ContextSummaries.Where(static s => s.Feature is not null).ToDictionary(static s => s.Context.Name, static s => s.Feature!);
        var tokens = alive.Where(static f => f.TopTokens.Count == 1).GroupBy(static f => f.TopTokens[0]).ToDictionary(static group => group.Key, static group => group.MaxBy(static f => f.Max)!.Index);
        var live = features.Where(static f => f.State == FeatureState.Live).ToList();
        var marks = new Dictionary<int, ControlMark>();
        foreach (var feature in live)
        {
            if (feature is { BestContext: { } context, BestScore: { } score } && contexts.TryGetValue(context, out var best) && best.Pearson >= score)
            {
                marks.Add(feature.Index, new ControlMark(best.Index, context, best.Pearson, null));
            }
            else if (feature.TopTokens.Count == 1 && tokens.TryGetValue(feature.TopTokens[0], out var same))
            {
                marks.Add(feature.Index, new ControlMark(same, null, null, feature.TopTokens[0]));
            }
        }

        return new ControlledFeatures(control, marks, live.Count);
    }
}
