using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Analysis.Automata;

/// <summary>Measures which features hand over to which from token to token, over all indexed tokens, and finds the systems that they form.</summary>
public static class AutomataAnalyzer
{
    private const double CountingShare = 0.3;
    private const double CheckingShare = 0.3;

    /// <summary>Runs the analysis.</summary>
    /// <param name="units">A dictionary's features.</param>
    /// <param name="heldOut">The tokens that its index covers.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The transitions of every feature that has some, by feature, and the systems.</returns>
    public static (IReadOnlyList<FeatureTransitions> Features, AutomataReport Report) Run(
        RelatedUnits units, TokenStore heldOut, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(units);
        ArgumentNullException.ThrowIfNull(heldOut);
        var index = units.Index;
        var links = new TokenLinks(index, heldOut, units.Model.Config.Context);
        using var counts = new TransitionCounts(index, links);
        counts.Run(new Part(progress, 0, CountingShare), cancellation);
        var promoted = new PromotedTokens(units.Model, units.Dictionary, units.Occurs, heldOut, units.Gain);
        var transitions = new TransitionDetails(index, heldOut, links, counts.After.Concat(counts.Before).SelectMany(static pairs => pairs))
            .Run(promoted, units.Model.Config.VocabularySize, new Part(progress, CountingShare, 1 - CountingShare - CheckingShare), cancellation);
        var examples = new SystemExamples(index, heldOut, links);
        var systems = SystemFinder.Find(transitions.Values, cancellation);
        var shown = new FeatureSystem[systems.Count];
        WorkerPool.For(systems.Count, (number, _) => shown[number] = systems[number] with { Examples = examples.Of(systems[number]) });
        var checks = GenerationChecks.Of(units, heldOut, shown, new Part(progress, 1 - CheckingShare, CheckingShare), cancellation);
        shown = [.. shown.Select((system, number) => system with { Check = checks[number] })];
        return (
            [.. Enumerable.Range(0, index.Features).Select(feature => Of(feature, counts, transitions)).Where(static found => found.After.Count + found.Before.Count > 0)],
            new AutomataReport(SystemFinder.LeastProbability, SystemFinder.LeastLift, SystemFinder.LeastCount, links.Count, shown));
    }

    private static FeatureTransitions Of(int feature, TransitionCounts counts, IReadOnlyDictionary<(int From, int To), Transition> transitions) => new(
        feature,
        [.. counts.After[feature].Select(pair => transitions[(pair.From, pair.To)])],
        [.. counts.Before[feature].Select(pair => transitions[(pair.From, pair.To)])]);

    private sealed class Part(IProgress<double>? all, double start, double share) : IProgress<double>
    {
        public void Report(double value) => all?.Report(start + (share * value));
    }
}
