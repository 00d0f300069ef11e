using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Analysis.Automata;

/// <summary>Finds where the held-out text follows a system's edges longest.</summary>
internal sealed class SystemExamples(ActivationIndex index, TokenStore heldOut, TokenLinks links)
{
    private const int Most = 3;
    private const int LongestRun = 32;
    private const int Around = 4;

    /// <summary>At most three runs, longest first, of different documents.</summary>
    public IReadOnlyList<SystemExample> Of(FeatureSystem system)
    {
        var steps = Steps(system);
        var examples = new List<SystemExample>();
        var documents = new HashSet<int>();
        foreach (var end in Enumerable.Range(0, steps.Count).Where(at => steps[at].Length > 1).OrderByDescending(at => steps[at].Length).ThenBy(at => steps[at].Position))
        {
            var document = heldOut.DocumentAt(steps[end].Position);
            if (documents.Add(document))
            {
                examples.Add(Example(steps, end, document));
                if (examples.Count == Most)
                {
                    break;
                }
            }
        }

        return examples;
    }

    /// <summary>For every token on which a state's feature fires the longest run that ends with that state there; by position.</summary>
    private List<Step> Steps(FeatureSystem system)
    {
        var edges = system.Edges.Select(edge => (From: Number(system, edge.From), To: Number(system, edge.To))).ToLookup(static edge => edge.To, static edge => edge.From);
        var firings = system.Features.SelectMany((feature, state) => index.Positions(feature).ToArray().Select(position => (Position: (long)position, State: state)))
            .OrderBy(static firing => firing.Position).ThenBy(static firing => firing.State);
        var steps = new List<Step>();
        var (previous, current, position) = (new List<int>(), new List<int>(), -1L);
        foreach (var firing in firings)
        {
            if (firing.Position != position)
            {
                (previous, current) = (firing.Position == position + 1 && links.Follows(firing.Position) ? current : [], []);
                position = firing.Position;
            }

            var before = previous.Where(at => edges[firing.State].Contains(steps[at].State)).OrderByDescending(at => steps[at].Length).Select(static at => (int?)at).FirstOrDefault();
            current.Add(steps.Count);
            steps.Add(new Step(firing.Position, firing.State, before, before is { } at ? steps[at].Length + 1 : 1));
        }

        return steps;
    }

    private SystemExample Example(List<Step> steps, int end, int document)
    {
        var run = new Dictionary<long, int>();
        for (int? at = end; at is { } step && run.Count < LongestRun; at = steps[step].Before)
        {
            run[steps[step].Position] = steps[step].State;
        }

        var from = Math.Max(heldOut.DocumentStart(document), run.Keys.Min() - Around);
        var to = Math.Min(Math.Min(heldOut.DocumentEnd(document), index.Tokens), run.Keys.Max() + Around + 1);
        var tokens = new int[to - from];
        for (var i = 0; i < tokens.Length; i++)
        {
            tokens[i] = heldOut.Tokens[from + i];
        }

        var domain = heldOut.DomainOf(document);
        return new SystemExample(
            from, document, domain < 0 ? null : heldOut.Domains[domain], tokens, [.. tokens.Select((_, i) => run.GetValueOrDefault(from + i, -1))], run.Count - 1);
    }

    private static int Number(FeatureSystem system, int feature) => Enumerable.Range(0, system.Features.Count).First(state => system.Features[state] == feature);

    private sealed record Step(long Position, int State, int? Before, int Length);
}
