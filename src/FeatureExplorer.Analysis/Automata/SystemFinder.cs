namespace FeatureExplorer.Analysis.Automata;

/// <summary>
/// Finds cycles in the graph of transitions. An edge reaches a least probability, lift and count; between different states the second one must also fire clearly
/// oftener after the first one than together with it, or both would be one state. Cycles of up to <see cref="LongestCycle"/> states lie within the strong
/// components of that graph. Of cycles that share half of their states or more, the best is kept.
/// </summary>
public static class SystemFinder
{
    /// <summary>Least P(j at t + 1 | i at t) of an edge.</summary>
    public const double LeastProbability = 0.15;

    /// <summary>Least lift of an edge.</summary>
    public const double LeastLift = 3;

    /// <summary>Least number of pairs of an edge.</summary>
    public const int LeastCount = 20;

    /// <summary>Most states of a cycle.</summary>
    public const int LongestCycle = 6;

    /// <summary>Most systems of each kind: self-loops, pairs, longer cycles.</summary>
    public const int MostOfKind = 24;

    // Both fire on one token at most so often, as a share of how often the second follows the first.
    private const double MostTogether = 0.5;

    /// <summary>The systems, each kind by score, best first; without examples.</summary>
    /// <param name="transitions">The transitions between features.</param>
    /// <param name="cancellation">Looked at before each start of a cycle.</param>
    public static IReadOnlyList<FeatureSystem> Find(IEnumerable<Transition> transitions, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(transitions);
        var edges = transitions.Where(Reaches).ToDictionary(static edge => (edge.From, edge.To));
        var loops = edges.Values.Where(static edge => edge.From == edge.To).Select(static edge => new[] { edge });
        return
        [
            .. Best(loops, edges),
            .. Best(Cycles(edges.Values, 2, 2, cancellation), edges),
            .. Best(Cycles(edges.Values, 3, LongestCycle, cancellation), edges),
        ];
    }

    /// <summary>Whether a transition is an edge of the graph.</summary>
    public static bool Reaches(Transition transition)
    {
        ArgumentNullException.ThrowIfNull(transition);
        return transition.Probability >= LeastProbability && transition.Lift >= LeastLift && transition.Count >= LeastCount
            && (transition.From == transition.To || transition.Together <= MostTogether * transition.Probability);
    }

    private static double Score(Transition[] cycle) =>
        Math.Exp(cycle.Average(static edge => Math.Log(Math.Max(edge.Weight * Math.Log(edge.Lift), 1e-12))));

    private static List<FeatureSystem> Best(IEnumerable<Transition[]> cycles, Dictionary<(int From, int To), Transition> edges)
    {
        var kept = new List<FeatureSystem>();
        foreach (var (cycle, score) in cycles.Select(static cycle => (cycle, Score(cycle))).OrderByDescending(static entry => entry.Item2)
            .ThenBy(static entry => entry.cycle[0].From).ThenBy(static entry => entry.cycle.Length))
        {
            int[] features = [.. cycle.Select(static edge => edge.From)];
            if (kept.TrueForAll(system => 2 * system.Features.Intersect(features).Count() < Math.Min(system.Features.Count, features.Length)))
            {
                var others = from one in features from other in features where edges.ContainsKey((one, other)) select edges[(one, other)];
                kept.Add(new FeatureSystem(features, [.. cycle.Union(others)], score, []));
                if (kept.Count == MostOfKind)
                {
                    break;
                }
            }
        }

        return kept;
    }

    /// <summary>Every cycle without a state twice, once: beginning with its smallest feature.</summary>
    private static IEnumerable<Transition[]> Cycles(IEnumerable<Transition> edges, int shortest, int longest, CancellationToken cancellation)
    {
        var between = edges.Where(static edge => edge.From != edge.To).ToList();
        var component = StrongComponents.Of(between.Select(static edge => (edge.From, edge.To)));
        var after = between.Where(edge => component[edge.From] == component[edge.To]).ToLookup(static edge => edge.From);
        var path = new List<Transition>();
        foreach (var start in after.Select(static group => group.Key).Order())
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var cycle in Extend(start, start))
            {
                yield return cycle;
            }
        }

        IEnumerable<Transition[]> Extend(int start, int at)
        {
            foreach (var edge in after[at])
            {
                if (edge.To == start && path.Count + 1 >= shortest)
                {
                    yield return [.. path, edge];
                }
                else if (edge.To > start && path.Count + 1 < longest && !path.Exists(step => step.To == edge.To))
                {
                    path.Add(edge);
                    foreach (var cycle in Extend(start, edge.To))
                    {
                        yield return cycle;
                    }

                    path.RemoveAt(path.Count - 1);
                }
            }
        }
    }
}
