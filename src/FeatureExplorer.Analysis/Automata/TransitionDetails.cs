using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Analysis.Automata;

/// <summary>For chosen pairs of features: the tokens that lead from one to the other, how often both fire on one token, and what the first one promotes.</summary>
internal sealed class TransitionDetails
{
    private const int FeaturesPerChunk = 32;

    private readonly ActivationIndex _index;
    private readonly TokenStore _heldOut;
    private readonly TokenLinks _links;

    // By the first feature; its pairs by the second one.
    private readonly Chosen[][] _chosen;
    private readonly Dictionary<int, int>[] _next;

    public TransitionDetails(ActivationIndex index, TokenStore heldOut, TokenLinks links, IEnumerable<TransitionCounts.Pair> pairs)
    {
        (_index, _heldOut, _links) = (index, heldOut, links);
        _chosen = new Chosen[index.Features][];
        Array.Fill(_chosen, []);
        foreach (var group in pairs.Distinct().GroupBy(static pair => pair.From))
        {
            _chosen[group.Key] = [.. group.OrderBy(static pair => pair.To).Select(static pair => new Chosen(pair))];
        }

        _next = [.. _chosen.Select(static chosen => chosen.Length > 0 ? new Dictionary<int, int>() : null!)];
    }

    /// <summary>Measures the pairs.</summary>
    /// <param name="promoted">What features promote.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>Every pair, by its features.</returns>
    public IReadOnlyDictionary<(int From, int To), Transition> Run(PromotedTokens promoted, int vocabulary, IProgress<double>? progress, CancellationToken cancellation)
    {
        using (var rows = new TokenRows(_index))
        {
            TransitionCounts.Walk(_index, rows, 0, _index.Features, 1, (feature, second, row) => Follow(feature, second, rows, row), share => progress?.Report(share / 3), cancellation);
            TransitionCounts.Walk(
                _index, rows, 0, _index.Features, 0, (feature, _, row) => Match(rows, row, _chosen[feature], static chosen => chosen.Together++),
                share => progress?.Report((1 + share) / 3), cancellation);
        }

        return Describe(promoted, vocabulary, share => progress?.Report((2 + share) / 3), cancellation);
    }

    private void Follow(int feature, long second, TokenRows rows, int row)
    {
        if (_chosen[feature].Length == 0 || !_links.Follows(second))
        {
            return;
        }

        var token = _heldOut.Tokens[second];
        Increment(_next[feature], token);
        Match(rows, row, _chosen[feature], chosen => Increment(chosen.Tokens, token));
    }

    private static void Increment(Dictionary<int, int> counts, int token) =>
        System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(counts, token, out _)++;

    /// <summary>Finds the chosen features that fire on a row; both ascend.</summary>
    private void Match(TokenRows rows, int row, Chosen[] chosen, Action<Chosen> found)
    {
        if (chosen.Length == 0)
        {
            return;
        }

        ReadOnlySpan<int> units = rows.IsDense ? TransitionCounts.DenseUnits(rows, row, _index.Features).ToArray() : rows.UnitsAt(row);
        for (int at = 0, unit = 0; at < chosen.Length && unit < units.Length;)
        {
            var difference = chosen[at].Pair.To - units[unit];
            if (difference == 0)
            {
                found(chosen[at]);
            }

            at += difference <= 0 ? 1 : 0;
            unit += difference >= 0 ? 1 : 0;
        }
    }

    private unsafe Dictionary<(int, int), Transition> Describe(PromotedTokens promoted, int vocabulary, Action<double> report, CancellationToken cancellation)
    {
        var transitions = new Dictionary<(int, int), Transition>();
        using var q = new FloatBuffer((long)FeaturesPerChunk * vocabulary);
        for (var first = 0; first < _index.Features; first += FeaturesPerChunk)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(FeaturesPerChunk, _index.Features - first);
            promoted.Of(first, Means(first, count), q.Pointer);
            var described = new Transition[count][];
            WorkerPool.For(count, (row, _) =>
            {
                var probabilities = q.Span((long)row * vocabulary, vocabulary);
                described[row] = new Transition[_chosen[first + row].Length];
                for (var at = 0; at < described[row].Length; at++)
                {
                    described[row][at] = Describe(_chosen[first + row][at], probabilities, promoted);
                }
            });
            foreach (var transition in described.SelectMany(static some => some))
            {
                transitions.Add((transition.From, transition.To), transition);
            }

            report((double)(first + count) / _index.Features);
        }

        return transitions;
    }

    private double[] Means(int first, int count)
    {
        var means = new double[count];
        for (var row = 0; row < count; row++)
        {
            foreach (var value in _index.Values(first + row))
            {
                means[row] += (float)value / (double)_index.Count(first + row);
            }
        }

        return means;
    }

    private Transition Describe(Chosen chosen, ReadOnlySpan<float> q, PromotedTokens promoted)
    {
        var (pair, next) = (chosen.Pair, _next[chosen.Pair.From]);
        double weight = 0, total = 0;
        long carried = 0;
        foreach (var (token, count) in next.OrderBy(static entry => entry.Key))
        {
            if (promoted.Promotes(q[token]))
            {
                var leads = chosen.Tokens.GetValueOrDefault(token);
                weight += q[token] * (double)leads / count;
                total += q[token];
                carried += leads;
            }
        }

        var tokens = chosen.Tokens.OrderByDescending(static entry => entry.Value).ThenBy(static entry => entry.Key).Take(Transition.MostTokens).ToList();
        var named = new TransitionToken[tokens.Count];
        for (var at = 0; at < named.Length; at++)
        {
            named[at] = new TransitionToken(tokens[at].Key, tokens[at].Value, promoted.Promotes(q[tokens[at].Key]));
        }

        return new Transition(
            pair.From, pair.To, pair.Count, pair.Probability, pair.Lift, pair.Back, (double)chosen.Together / _index.Count(pair.From),
            (double)carried / pair.Count, total > 0 ? weight / total : 0, named);
    }

    private sealed class Chosen(TransitionCounts.Pair pair)
    {
        public TransitionCounts.Pair Pair => pair;

        public Dictionary<int, int> Tokens { get; } = [];

        public int Together { get; set; }
    }
}
