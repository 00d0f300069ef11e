namespace FeatureExplorer.Analysis.Exploration;

/// <summary>Finds the features that texts have in common and a contrast lacks.</summary>
public static class FeatureFinder
{
    /// <summary>
    /// The features that fire on every selected token, and at least once in each text in which none is selected, and on no token of the contrasts. The end-of-text
    /// mark before a text counts only where it is selected.
    /// </summary>
    /// <param name="texts">What they are to be found in, each with the selected tokens by index; none: anywhere.</param>
    /// <param name="contrasts">What they must not fire on.</param>
    /// <param name="maximum">The largest activation of a feature on held-out tokens.</param>
    /// <param name="most">Most candidates.</param>
    /// <returns>The strongest first, ties by index.</returns>
    public static IReadOnlyList<FeatureCandidate> Find(
        IReadOnlyList<(TextReading Text, IReadOnlyList<int> Selected)> texts, IReadOnlyList<TextReading> contrasts, Func<int, float> maximum, int most)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(contrasts);
        ArgumentNullException.ThrowIfNull(maximum);
        if (texts.Count == 0)
        {
            return [];
        }

        var found = texts.Select(static entry => Strengths(entry.Text, entry.Selected)).ToList();
        var excluded = contrasts.SelectMany(static contrast => contrast.Features.Skip(1)).SelectMany(static active => active).Select(static active => active.Feature).ToHashSet();
        return [.. found[0].Keys.Where(feature => !excluded.Contains(feature) && found.TrueForAll(strengths => strengths.ContainsKey(feature)))
            .Select(feature => Candidate(feature, [.. found.Select(strengths => strengths[feature])], maximum(feature)))
            .OrderByDescending(static candidate => candidate.Weakest).ThenBy(static candidate => candidate.Feature).Take(most)];
    }

    private static FeatureCandidate Candidate(int feature, float[] activations, float maximum)
    {
        float[] strengths = [.. activations.Select(activation => maximum > 0 ? activation / maximum : 0)];
        return new FeatureCandidate(feature, strengths.Min(), strengths);
    }

    private static Dictionary<int, float> Strengths(TextReading text, IReadOnlyList<int> selected) => selected.Count == 0
        ? text.Features.Skip(1).SelectMany(static active => active).GroupBy(static active => active.Feature).ToDictionary(static g => g.Key, static g => g.Max(static active => active.Activation))
        : selected.SelectMany(token => text.Features[token]).GroupBy(static active => active.Feature)
            .Where(group => group.Count() == selected.Count).ToDictionary(static g => g.Key, static g => g.Min(static active => active.Activation));
}
