using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Analysis.Automata;

/// <summary>
/// Counts, for every ordered pair of features i and j, the pairs of tokens with i on the first and j on the second, exactly, and keeps for each feature the pairs
/// that say most about what comes after and before it. In bounded memory: ranges of features i whose counts fit.
/// </summary>
internal sealed class TransitionCounts : IDisposable
{
    /// <summary>Rarer pairs are chance.</summary>
    public const int LeastCount = 10;

    private const long RangeBytes = 192L << 20;
    private const int FeaturesPerTask = 16;

    private readonly ActivationIndex _index;
    private readonly TokenLinks _links;
    private readonly TokenRows _rows;
    private readonly int[] _counts;
    private readonly int _most;

    public TransitionCounts(ActivationIndex index, TokenLinks links)
    {
        (_index, _links) = (index, links);
        _rows = new TokenRows(index);
        First = new int[index.Features];
        Second = new int[index.Features];
        After = new List<Pair>[index.Features];
        Before = [.. Enumerable.Range(0, index.Features).Select(static _ => new List<Pair>(FeatureTransitions.Most + 1))];
        _most = (int)Math.Clamp(RangeBytes / ((long)sizeof(int) * index.Features), 1, index.Features);
        _counts = new int[(long)_most * index.Features];
    }

    /// <summary>[m] pairs of tokens with the feature on the first.</summary>
    public int[] First { get; }

    /// <summary>[m] pairs of tokens with the feature on the second.</summary>
    public int[] Second { get; }

    /// <summary>[m] what comes after each feature, best first.</summary>
    public List<Pair>[] After { get; }

    /// <summary>[m] what comes before each feature, best first.</summary>
    public List<Pair>[] Before { get; }

    public void Run(IProgress<double>? progress, CancellationToken cancellation)
    {
        CountSecond();
        for (var first = 0; first < _index.Features; first += _most)
        {
            var count = Math.Min(_most, _index.Features - first);
            Array.Clear(_counts);
            Walk(_index, _rows, first, count, 1, (feature, token, row) => Add(feature, feature - first, token, row), share => progress?.Report((first + (count * share)) / _index.Features), cancellation);
            Choose(first, count);
        }
    }

    /// <summary>Goes through all tokens on which a feature of a range fires, each with the token so many places ahead.</summary>
    /// <param name="index">The activations.</param>
    /// <param name="rows">The same by token.</param>
    /// <param name="first">First feature of the range.</param>
    /// <param name="count">Features of the range.</param>
    /// <param name="ahead">0 or 1.</param>
    /// <param name="visit">Receives the feature, the position of the token ahead, and its row; on one thread for one feature, in the order of the tokens.</param>
    /// <param name="report">Receives the share done.</param>
    /// <param name="cancellation">Looked at before every block of tokens.</param>
    public static void Walk(
        ActivationIndex index, TokenRows rows, int first, int count, int ahead, Action<int, long, int> visit, Action<double> report, CancellationToken cancellation)
    {
        var block = new ActivationBlock(index, first, count);
        for (long start = 0; start < index.Tokens; start += rows.BlockTokens)
        {
            cancellation.ThrowIfCancellationRequested();
            var tokens = (int)Math.Min(rows.BlockTokens, index.Tokens - start);
            rows.Load(start, tokens);
            // The tokens whose ones ahead are in the rows.
            var from = Math.Max(0, start - ahead);
            block.Load(from, (int)(start + tokens - ahead - from));
            WorkerPool.For((count + FeaturesPerTask - 1) / FeaturesPerTask, (task, _) =>
            {
                for (var feature = first + (task * FeaturesPerTask); feature < first + Math.Min(count, (task + 1) * FeaturesPerTask); feature++)
                {
                    foreach (var token in block.Tokens(feature))
                    {
                        visit(feature, from + token + ahead, (int)(from + token + ahead - start));
                    }
                }
            });
            report((double)(start + tokens) / index.Tokens);
        }
    }

    public void Dispose() => _rows.Dispose();

    private void CountSecond()
    {
        var scratch = new PerThread<uint[]>(() => new uint[Enumerable.Range(0, _index.Features).Max(_index.Count)]).Prepare();
        WorkerPool.For(_index.Features, (feature, thread) =>
        {
            foreach (var position in _index.Positions(feature, scratch[thread]))
            {
                Second[feature] += _links.Follows(position) ? 1 : 0;
            }
        });
    }

    private void Add(int feature, int at, long second, int row)
    {
        if (!_links.Follows(second))
        {
            return;
        }

        First[feature]++;
        var counts = _counts.AsSpan(checked((int)((long)at * _index.Features)), _index.Features);
        if (_rows.IsDense)
        {
            foreach (var unit in DenseUnits(_rows, row, _index.Features))
            {
                counts[unit]++;
            }

            return;
        }

        foreach (var unit in _rows.UnitsAt(row))
        {
            counts[unit]++;
        }
    }

    /// <summary>The features that fire on a token of dense rows.</summary>
    public static unsafe List<int> DenseUnits(TokenRows rows, int row, int features)
    {
        var units = new List<int>();
        var values = rows.Dense(row);
        for (var unit = 0; unit < features; unit++)
        {
            if (values[unit] > 0)
            {
                units.Add(unit);
            }
        }

        return units;
    }

    private void Choose(int first, int count)
    {
        WorkerPool.For(count, (row, _) =>
        {
            var best = new List<Pair>(FeatureTransitions.Most + 1);
            for (var to = 0; to < _index.Features; to++)
            {
                if (Of(first, row, to) is { } pair)
                {
                    Offer(best, pair, static p => p.After);
                }
            }

            After[first + row] = best;
        });
        WorkerPool.For(_index.Features, (to, _) =>
        {
            for (var row = 0; row < count; row++)
            {
                if (Of(first, row, to) is { } pair)
                {
                    Offer(Before[to], pair, static p => p.Before);
                }
            }
        });
    }

    /// <summary>A pair that happens often enough, and more often than chance has it.</summary>
    private Pair? Of(int first, int row, int to)
    {
        var count = _counts[((long)row * _index.Features) + to];
        if (count < LeastCount)
        {
            return null;
        }

        var (probability, share) = ((double)count / First[first + row], (double)Second[to] / _links.Count);
        return probability > share ? new Pair(first + row, to, count, probability, probability / share, (double)count / Second[to]) : null;
    }

    /// <summary>Keeps a pair among the best of one feature; of equal ones those that came first.</summary>
    private static void Offer(List<Pair> best, Pair pair, Func<Pair, double> score)
    {
        var rank = best.Count;
        while (rank > 0 && score(best[rank - 1]) < score(pair))
        {
            rank--;
        }

        if (rank < FeatureTransitions.Most)
        {
            best.Insert(rank, pair);
            if (best.Count > FeatureTransitions.Most)
            {
                best.RemoveAt(FeatureTransitions.Most);
            }
        }
    }

    /// <summary>An ordered pair of features.</summary>
    /// <param name="From">i.</param>
    /// <param name="To">j.</param>
    /// <param name="Count">Pairs of tokens with i on the first and j on the second.</param>
    /// <param name="Probability">P(j | i).</param>
    /// <param name="Lift">How much oftener than by chance.</param>
    /// <param name="Back">P(i | j).</param>
    internal readonly record struct Pair(int From, int To, int Count, double Probability, double Lift, double Back)
    {
        /// <summary>How much i says about what comes after it.</summary>
        public double After => Probability * Math.Log(Lift);

        /// <summary>How much j says about what came before it.</summary>
        public double Before => Back * Math.Log(Lift);
    }
}
