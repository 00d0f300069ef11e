using FeatureExplorer.Analysis.Exploration;

namespace FeatureExplorer.Web.Texts;

/// <summary>A text as the page shows it.</summary>
/// <param name="Readings">By dictionary, the page's own first.</param>
/// <param name="Common">Features that the selected tokens and the other texts have in common and the contrast lacks; null when none are looked for.</param>
public sealed record TextAnswer(IReadOnlyList<DictionaryReading> Readings, IReadOnlyList<FeatureCandidate>? Common);
