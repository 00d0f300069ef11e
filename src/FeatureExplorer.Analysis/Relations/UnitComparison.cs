using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Analysis.Relations;

/// <summary>Two units token by token: what a scatter plot of their activations shows, with every statistic counted over all tokens.</summary>
public sealed record UnitComparison
{
    /// <summary>Held-out tokens.</summary>
    public required long Tokens { get; init; }

    /// <summary>Tokens on which the left unit fires.</summary>
    public required long Left { get; init; }

    /// <summary>Tokens on which the right unit fires.</summary>
    public required long Right { get; init; }

    /// <summary>Tokens on which both fire.</summary>
    public required long Together { get; init; }

    /// <summary>Tokens on which either fires.</summary>
    public long Either => Left + Right - Together;

    public required double Pearson { get; init; }

    public required double Cosine { get; init; }

    public double Jaccard => Either > 0 ? (double)Together / Either : 0;

    /// <summary>How much oftener both fire than if they were independent.</summary>
    public double Lift => Left > 0 && Right > 0 ? (double)Together * Tokens / ((double)Left * Right) : 0;

    /// <summary>[level bin][ratio bin] activations of the left unit, and the edges of the levels.</summary>
    public required ContextHistogram LeftLevels { get; init; }

    /// <summary>The same of the right unit.</summary>
    public required ContextHistogram RightLevels { get; init; }

    /// <summary>Tokens on which either fires: all, or as many as asked for, drawn without replacement; by position.</summary>
    public required IReadOnlyList<ComparedToken> Sample { get; init; }

    /// <summary>Compares two units.</summary>
    /// <param name="left">Activations of the left unit.</param>
    /// <param name="leftUnit">Its index.</param>
    /// <param name="right">Activations of the right unit, on the same tokens; may be the same object.</param>
    /// <param name="rightUnit">Its index.</param>
    /// <param name="contexts">Contexts on the same tokens.</param>
    /// <param name="context">The context that colours the tokens.</param>
    /// <param name="most">Most tokens of the sample.</param>
    /// <param name="seed">Decides which.</param>
    /// <param name="cancellation">Stops the comparison.</param>
    /// <exception cref="ArgumentException">The indices or the contexts cover different tokens.</exception>
    public static UnitComparison Of(
        ActivationIndex left, int leftUnit, ActivationIndex right, int rightUnit, ContextSet contexts, int context, int most, ulong seed,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        ArgumentNullException.ThrowIfNull(contexts);
        if (!UnitRelator.SameTokens(left, right))
        {
            throw new ArgumentException("Their activations were counted over different texts, so that they cannot be compared.");
        }

        ContextMatch.Check(left, contexts);
        var (product, together) = Products(left, leftUnit, right, rightUnit, cancellation);
        var (a, b) = (Moments.Of(left, leftUnit), Moments.Of(right, rightUnit));
        return new UnitComparison
        {
            Tokens = left.Tokens,
            Left = a.Count,
            Right = b.Count,
            Together = together,
            Pearson = Moments.Pearson(a, b, product, left.Tokens),
            Cosine = a.Squares > 0 && b.Squares > 0 ? product / Math.Sqrt(a.Squares * b.Squares) : 0,
            LeftLevels = Levels(left, leftUnit, contexts, context, a.Max),
            RightLevels = Levels(right, rightUnit, contexts, context, b.Max),
            Sample = Draw(left, leftUnit, right, rightUnit, contexts, context, a.Count + b.Count - together, most, seed, cancellation),
        };
    }

    private static ContextHistogram Levels(ActivationIndex index, int unit, ContextSet contexts, int context, float max) =>
        ContextHistograms.Of(index, contexts, unit, context, max > 0 ? LevelBins.Linear(max, FeatureReport.HistogramBins) : []);

    private static (double Product, long Together) Products(
        ActivationIndex left, int leftUnit, ActivationIndex right, int rightUnit, CancellationToken cancellation)
    {
        double product = 0;
        var together = 0L;
        foreach (var (_, a, b) in new Merge(left, leftUnit, right, rightUnit, cancellation))
        {
            product += (double)a * b;
            together += a > 0 && b > 0 ? 1 : 0;
        }

        return (product, together);
    }

    /// <summary>Selection sampling: each token is taken with the share of what is still wanted among what is still to come.</summary>
    private static List<ComparedToken> Draw(
        ActivationIndex left, int leftUnit, ActivationIndex right, int rightUnit, ContextSet contexts, int context, long either, int most, ulong seed,
        CancellationToken cancellation)
    {
        var random = new CounterRandom(seed);
        var ratios = contexts.Ratios(context);
        var sample = new List<ComparedToken>();
        var seen = 0L;
        foreach (var (position, a, b) in new Merge(left, leftUnit, right, rightUnit, cancellation))
        {
            var wanted = most - sample.Count;
            if (wanted > 0 && (long)random.Bounded((ulong)seen, (ulong)(either - seen)) < wanted)
            {
                sample.Add(new ComparedToken(position, a, b, LlrBins.Of((float)ratios[position])));
            }

            seen++;
        }

        return sample;
    }

    private readonly record struct Moments(long Count, double Sum, double Squares, float Max)
    {
        public static Moments Of(ActivationIndex index, int unit)
        {
            var values = index.Values(unit);
            double sum = 0, squares = 0;
            var max = 0f;
            foreach (var stored in values)
            {
                var value = (float)stored;
                sum += value;
                squares += (double)value * value;
                max = Math.Max(max, value);
            }

            return new Moments(values.Length, sum, squares, max);
        }

        public static double Pearson(Moments a, Moments b, double product, long tokens)
        {
            var (varianceA, varianceB) = (a.Squares - (a.Sum * a.Sum / tokens), b.Squares - (b.Sum * b.Sum / tokens));
            return varianceA > 1e-12 * a.Squares && varianceB > 1e-12 * b.Squares
                ? (product - (a.Sum * b.Sum / tokens)) / Math.Sqrt(varianceA * varianceB)
                : 0;
        }
    }

    /// <summary>Every token on which either unit fires, by position.</summary>
    private ref struct Merge(ActivationIndex left, int leftUnit, ActivationIndex right, int rightUnit, CancellationToken cancellation)
    {
        private const int BetweenLooks = 1 << 16;

        private readonly ReadOnlySpan<uint> _leftAt = left.Positions(leftUnit);
        private readonly ReadOnlySpan<Half> _leftValues = left.Values(leftUnit);
        private readonly ReadOnlySpan<uint> _rightAt = right.Positions(rightUnit);
        private readonly ReadOnlySpan<Half> _rightValues = right.Values(rightUnit);
        private int _i;
        private int _j;

        public (long Position, float Left, float Right) Current { get; private set; }

        public readonly Merge GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_i == _leftAt.Length && _j == _rightAt.Length)
            {
                return false;
            }

            if ((_i + _j) % BetweenLooks == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            var a = _i < _leftAt.Length ? _leftAt[_i] : uint.MaxValue;
            var b = _j < _rightAt.Length ? _rightAt[_j] : uint.MaxValue;
            Current = (Math.Min(a, b), a <= b ? (float)_leftValues[_i] : 0, b <= a ? (float)_rightValues[_j] : 0);
            (_i, _j) = (_i + (a <= b ? 1 : 0), _j + (b <= a ? 1 : 0));
            return true;
        }
    }
}
