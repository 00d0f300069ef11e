using System.Numerics;
using FeatureExplorer.Analysis.Contexts;

namespace FeatureExplorer.Analysis.Statistics;

/// <summary>Scores a feature against every context in one pass over its activations.</summary>
/// <remarks>One instance per thread.</remarks>
internal sealed class ContextScorer(ContextSet contexts)
{
    /// <summary>Contexts kept in a report.</summary>
    public const int Kept = 12;

    private readonly long[] _inside = new long[ContextSet.MaximumContexts * FeatureReport.Intervals];
    private readonly double[] _mass = new double[ContextSet.MaximumContexts];

    /// <summary>Every context with an activation inside, best correlation first.</summary>
    /// <param name="positions">Where the feature fires.</param>
    /// <param name="values">Its activations there.</param>
    /// <param name="edges">Ascending edges of the eleven intervals.</param>
    public List<ContextScore> Score(ReadOnlySpan<uint> positions, ReadOnlySpan<float> values, ReadOnlySpan<float> edges)
    {
        Array.Clear(_inside);
        Array.Clear(_mass);
        var members = contexts.MemberBits();
        Span<long> levels = stackalloc long[FeatureReport.Intervals];
        double sum = 0, sumOfSquares = 0;
        for (var i = 0; i < positions.Length; i++)
        {
            var value = values[i];
            var level = LevelBins.Of(value, edges);
            levels[level]++;
            sum += value;
            sumOfSquares += (double)value * value;
            for (var bits = members[positions[i]]; bits != 0; bits &= bits - 1)
            {
                var context = BitOperations.TrailingZeroCount(bits);
                _inside[(context * FeatureReport.Intervals) + level]++;
                _mass[context] += value;
            }
        }

        var scores = new List<ContextScore>();
        for (var context = 0; context < contexts.Contexts.Count; context++)
        {
            AddScore(scores, context, positions.Length, levels, sum, sumOfSquares);
        }

        scores.Sort(static (a, b) => b.Pearson != a.Pearson ? b.Pearson.CompareTo(a.Pearson) : string.CompareOrdinal(a.Context, b.Context));
        return scores;
    }

    /// <summary>The strongest correlations of either sign, the best one always among them; best first.</summary>
    public static IReadOnlyList<ContextScore> Strongest(List<ContextScore> scores) =>
        scores.Count <= Kept
            ? scores
            : [scores[0], .. scores.Skip(1)
                .OrderByDescending(static score => Math.Abs(score.Pearson))
                .Take(Kept - 1)
                .OrderByDescending(static score => score.Pearson)];

    private void AddScore(List<ContextScore> scores, int context, int activations, ReadOnlySpan<long> levels, double sum, double sumOfSquares)
    {
        var insideByLevel = _inside.AsSpan(context * FeatureReport.Intervals, FeatureReport.Intervals);
        var inside = 0L;
        foreach (var count in insideByLevel)
        {
            inside += count;
        }

        if (inside == 0)
        {
            return;
        }

        var byLevel = new ContextLevel[levels.Length];
        for (var level = 0; level < byLevel.Length; level++)
        {
            // Reports list the highest level first.
            byLevel[^(level + 1)] = new ContextLevel(levels[level], insideByLevel[level]);
        }

        var tokensInside = contexts.MemberCount(context);
        scores.Add(new ContextScore(
            contexts.Contexts[context].Name,
            Agreement.Pearson(sum, sumOfSquares, _mass[context], tokensInside, contexts.Tokens),
            (double)inside / activations,
            _mass[context] / sum,
            (double)inside / tokensInside,
            byLevel));
    }
}
