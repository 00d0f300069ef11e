using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Analysis.Contexts.Expressions;

/// <summary>Shows a context on held-out text, so that its writer sees whether it says what was meant.</summary>
public static class ContextPreviewer
{
    private const int Before = 16;
    private const int After = 12;
    private const int Draws = 200;
    private const ulong Seed = 0xC0_47E7;

    /// <param name="set">The tokens inside.</param>
    /// <param name="heldOut">The held-out split.</param>
    /// <param name="matches">Most windows to show.</param>
    public static ContextPreview Of(TokenSet set, TokenStore heldOut, int matches)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(heldOut);
        return new ContextPreview(set.Count, set.Tokens, Domains(set, heldOut), Matches(set, heldOut, matches));
    }

    private static IReadOnlyList<ContextPreview.Domain> Domains(TokenSet set, TokenStore heldOut)
    {
        var inside = new long[heldOut.Domains.Count + 1];
        var all = new long[inside.Length];
        for (var document = 0; document < heldOut.DocumentCount && heldOut.DocumentStart(document) < set.Tokens; document++)
        {
            var end = Math.Min(heldOut.DocumentEnd(document), set.Tokens);
            var domain = heldOut.DomainOf(document);
            domain = domain < 0 ? heldOut.Domains.Count : domain;
            all[domain] += end - heldOut.DocumentStart(document);
            inside[domain] += set.CountBetween(heldOut.DocumentStart(document), end);
        }

        return [.. Enumerable.Range(0, inside.Length)
            .Where(domain => inside[domain] > 0)
            .OrderByDescending(domain => inside[domain])
            .Select(domain => new ContextPreview.Domain(domain < heldOut.Domains.Count ? heldOut.Domains[domain] : null, inside[domain], all[domain]))];
    }

    private static IReadOnlyList<Example> Matches(TokenSet set, TokenStore heldOut, int matches)
    {
        var random = new CounterRandom(Seed);
        var chosen = new SortedSet<long>();
        for (var draw = 0; draw < Draws && chosen.Count < Math.Min(matches, set.Count); draw++)
        {
            // Rare contexts are shown whole; of others a sample, no two of which overlap.
            var number = set.Count <= Draws ? draw : (long)random.Bounded((ulong)draw, (ulong)set.Count);
            if (number < set.Count)
            {
                var position = set.Member(number);
                if (chosen.GetViewBetween(position - Before - After, position + Before + After).Count == 0)
                {
                    chosen.Add(position);
                }
            }
        }

        return [.. chosen.Select(position => Window(position, set, heldOut))];
    }

    private static Example Window(long position, TokenSet set, TokenStore heldOut)
    {
        var document = heldOut.DocumentAt(position);
        var from = Math.Max(heldOut.DocumentStart(document), position - Before);
        var to = Math.Min(Math.Min(heldOut.DocumentEnd(document), set.Tokens), position + After + 1);
        var domain = heldOut.DomainOf(document);
        var ids = heldOut.Read(from, (int)(to - from));
        var window = new int[ids.Length];
        for (var i = 0; i < window.Length; i++)
        {
            window[i] = ids[i];
        }

        return new Example(
            position, document, domain < 0 ? null : heldOut.Domains[domain], (int)(position - from), window,
            [.. Enumerable.Range(0, window.Length).Select(i => set.Contains(from + i) ? 1f : 0f)]);
    }
}
