using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Analysis.Exploration;

/// <summary>What a selection found among all activations of a feature.</summary>
/// <param name="Count">Activations selected.</param>
/// <param name="Mass">Their sum.</param>
/// <param name="InRange">Activations of the range on any token; <paramref name="Tokens"/> adds up to it when none are left out.</param>
/// <param name="Tokens">The range by token, most frequent first; the first few.</param>
/// <param name="DifferentTokens">Number of different tokens in the range.</param>
/// <param name="Page">Number of the page that was found, from 1.</param>
/// <param name="More">Whether there is a page after it.</param>
/// <param name="Examples">The page's windows: none overlaps or repeats another one of this or an earlier page.</param>
/// <param name="Folded">Activations passed over up to the end of this page because their window overlaps or repeats one that is shown.</param>
public sealed record SelectedActivations(
    int Count, double Mass, int InRange, IReadOnlyList<TokenShare> Tokens, int DifferentTokens, int Page, bool More, IReadOnlyList<Example> Examples, int Folded);
