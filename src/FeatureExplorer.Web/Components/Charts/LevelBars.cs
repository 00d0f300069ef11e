using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Web.Components.Tokens;
using FeatureExplorer.Web.Features;
using Microsoft.AspNetCore.Components;

namespace FeatureExplorer.Web.Components.Charts;

/// <summary>The share of activations inside a context, by level from weak to strong, as a small picture.</summary>
public static class LevelBars
{
    /// <param name="levels">Strongest first, as in the report.</param>
    public static RenderFragment Of(IReadOnlyList<ContextLevel> levels) => new MarkupWriter().Levels(levels).ToFragment();

    /// <summary>Adds the picture.</summary>
    /// <param name="markup">What it is added to.</param>
    /// <param name="levels">Strongest first, as in the report.</param>
    public static MarkupWriter Levels(this MarkupWriter markup, IReadOnlyList<ContextLevel> levels) => markup
        .Raw("<svg class=\"levels\"").Attribute("viewBox", $"0 0 {levels.Count * 5} 20").Raw(" preserveAspectRatio=\"none\" role=\"img\"").Attribute("aria-label", Label(levels))
        .Raw("><path class=\"frame\"").Attribute("d", $"M0.5 19.5h{(levels.Count * 5) - 1}").Raw("></path><path class=\"bars\"").Attribute("d", Bars(levels)).Raw("></path></svg>");

    private static string Label(IReadOnlyList<ContextLevel> levels) =>
        "Inside, by level from weak to strong: " + string.Join(", ", levels.Reverse().Select(l => l.Count == 0 ? "none" : Show.WholePercent(Share(l))));

    private static string Bars(IReadOnlyList<ContextLevel> levels) => string.Concat(levels.Reverse().Select((l, i) => l.Inside == 0 ? "" : Bar(i, Show.Coordinate(19 * Share(l)))));

    private static string Bar(int i, string height) => $"M{Left(i)} 19v-{height}h4v{height}z";

    private static string Left(int i) => Show.Coordinate((i * 5) + 0.5);

    private static double Share(ContextLevel level) => (double)level.Inside / Math.Max(1, level.Count);
}
