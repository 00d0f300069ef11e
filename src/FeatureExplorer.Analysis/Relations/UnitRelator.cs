using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Analysis.Relations;

/// <summary>
/// Compares every unit of one dictionary with every unit of another over all tokens that their indices cover, exactly, in bounded memory
/// (ranges of units whose sums fit), and keeps the best matches of both sides. Products of directions are the back end's; the sums over activations are the host's
/// on every back end, because they meet only where both fire and are summed in double.
/// </summary>
public sealed unsafe class UnitRelator : IDisposable
{
    private const long RangeBytes = 192L << 20;
    private const int UnitsPerTask = 32;

    private readonly RelatedUnits _left;
    private readonly RelatedUnits _right;
    private readonly UnitSums _leftSums;
    private readonly UnitSums _rightSums;
    private readonly bool _itself;
    private readonly bool _absolute;
    private readonly LogitEffects? _leftEffects;
    private readonly LogitEffects? _rightEffects;
    private readonly Directions? _directions;
    private readonly Directions? _logits;
    private readonly Side _leftBest;
    private readonly Side _rightBest;

    private UnitRelator(RelatedUnits left, RelatedUnits right, IComputeBackend backend)
    {
        (_left, _right) = (left, right);
        _itself = ReferenceEquals(left, right);
        var sameSite = left.Index.Header.Model == right.Index.Header.Model && left.Site == right.Site;
        _absolute = left.AreNeurons || right.AreNeurons;
        _leftSums = new UnitSums(left.Index);
        _rightSums = _itself ? _leftSums : new UnitSums(right.Index);
        if (LogitEffects.Comparable(left, right))
        {
            _leftEffects = new LogitEffects(left);
            _rightEffects = _itself ? _leftEffects : new LogitEffects(right);
            _logits = Directions.OfLogits(backend, _leftEffects, _rightEffects);
        }

        _directions = sameSite ? Directions.OfDecoders(backend, left, right) : null;

        _leftBest = new Side(left.Count);
        _rightBest = new Side(right.Count);
    }

    /// <summary>The relations of every unit of both sides.</summary>
    /// <param name="left">One side.</param>
    /// <param name="right">The other; may be the same object, whose units are then compared among themselves.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="backend">Where; null: the CPU engine.</param>
    /// <param name="cancellation">Looked at between blocks of tokens.</param>
    /// <returns>For each unit of the left side its matches on the right, and the other way round; the second is null for one dictionary by itself.</returns>
    /// <exception cref="ArgumentException">The two indices cover different tokens.</exception>
    public static (IReadOnlyList<UnitRelations> Left, IReadOnlyList<UnitRelations>? Right) Relate(
        RelatedUnits left, RelatedUnits right, IProgress<double>? progress = null, IComputeBackend? backend = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (!SameTokens(left.Index, right.Index))
        {
            throw new ArgumentException(
                $"{left.Index.Path} covers {left.Index.Tokens} tokens of corpus {left.Index.Header.Corpus}, {right.Index.Path} {right.Index.Tokens} of "
                + $"{right.Index.Header.Corpus}: only activations on the same tokens can be compared.",
                nameof(right));
        }

        // The side that fires more rarely meets the rows of the other.
        if (left.Index.Activations > right.Index.Activations)
        {
            var (turnedRight, turnedLeft) = Relate(right, left, progress, backend, cancellation);
            return (turnedLeft!, turnedRight);
        }

        using var relator = new UnitRelator(left, right, backend ?? CpuBackend.Instance);
        relator.Run(progress, cancellation);
        return (relator._leftBest.Relations(), relator._itself ? null : relator._rightBest.Relations());
    }

    /// <summary>Whether two indices were made over the same tokens.</summary>
    public static bool SameTokens(ActivationIndex left, ActivationIndex right) =>
        left.Tokens == right.Tokens && left.Header.Corpus == right.Header.Corpus;

    public void Dispose()
    {
        _leftEffects?.Dispose();
        if (!_itself)
        {
            _rightEffects?.Dispose();
        }

        _directions?.Dispose();
        _logits?.Dispose();
    }

    private void Run(IProgress<double>? progress, CancellationToken cancellation)
    {
        using var rows = new TokenRows(_right.Index);
        var most = (int)Math.Clamp(RangeBytes / (PairSums.BytesPerUnit(_right.Count) + (2L * sizeof(float) * _right.Count)), 1, _left.Count);
        using var sums = new PairSums(most, rows);
        using var directions = new FloatBuffer(_directions is null ? 0 : (long)most * _right.Count);
        using var logits = new FloatBuffer(_logits is null ? 0 : (long)most * _right.Count);
        for (var first = 0; first < _left.Count; first += most)
        {
            var count = Math.Min(most, _left.Count - first);
            var range = new Progress(progress, (double)first / _left.Count, (double)count / _left.Count);
            sums.Run(_left.Index, first, count, rows, range, cancellation);
            _directions?.Cosines(first, count, directions.Pointer);
            _logits?.Cosines(first, count, logits.Pointer);
            Select(first, count, sums, _directions is null ? null : directions, _logits is null ? null : logits);
        }
    }

    private void Select(int first, int count, PairSums sums, FloatBuffer? directions, FloatBuffer? logits)
    {
        WorkerPool.For((count + UnitsPerTask - 1) / UnitsPerTask, (task, _) =>
        {
            for (var unit = task * UnitsPerTask; unit < Math.Min(count, (task + 1) * UnitsPerTask); unit++)
            {
                for (var other = 0; other < _right.Count; other++)
                {
                    Offer(_leftBest, first + unit, _rightSums.Count(other), other, first, sums, directions, logits, turned: false);
                }
            }
        });
        if (_itself)
        {
            return;
        }

        WorkerPool.For((_right.Count + UnitsPerTask - 1) / UnitsPerTask, (task, _) =>
        {
            for (var unit = 0; unit < count; unit++)
            {
                for (var other = task * UnitsPerTask; other < Math.Min(_right.Count, (task + 1) * UnitsPerTask); other++)
                {
                    Offer(_rightBest, first + unit, _leftSums.Count(first + unit), other, first, sums, directions, logits, turned: true);
                }
            }
        });
    }

    /// <summary>Offers a pair to the lists of its unit on the left or, turned, on the right.</summary>
    private void Offer(
        Side best, int left, int firings, int right, int first, PairSums sums, FloatBuffer? directions, FloatBuffer? logits, bool turned)
    {
        var unit = turned ? right : left;
        var at = ((nint)(left - first) * _right.Count) + right;
        var direction = directions is null ? float.NaN : directions.Pointer[at];
        if (directions is not null)
        {
            best.Total[unit] += Math.Abs(direction);
        }

        // A unit that hardly fires correlates with whatever happens to be there.
        if (firings < FeatureReport.UltralowActivations || (_itself && left == right))
        {
            return;
        }

        var logit = logits is null ? float.NaN : logits.Pointer[at];
        var together = sums.Together(left - first)[right];
        var product = sums.Products(left - first)[right];
        var pearson = together > 0 ? (float)_leftSums.Pearson(left, _rightSums, right, product) : float.NaN;
        var towards = _absolute ? Math.Abs(direction) : direction;
        var (byActivation, byDirection, byLogits) = (
            together > 0 && best.Activation.Wants(unit, pearson), directions is not null && best.Direction.Wants(unit, towards),
            logits is not null && best.Logits.Wants(unit, logit));
        if (!byActivation && !byDirection && !byLogits)
        {
            return;
        }

        var match = _leftSums.Match(left, _rightSums, right, product, together, direction, logit);
        match = turned ? match.Turned(left) : match;
        if (byActivation)
        {
            best.Activation.Add(unit, pearson, match);
        }

        if (byDirection)
        {
            best.Direction.Add(unit, towards, match);
        }

        if (byLogits)
        {
            best.Logits.Add(unit, logit, match);
        }
    }

    /// <summary>The lists of all units of one side.</summary>
    private sealed class Side(int units)
    {
        public BestMatches Activation { get; } = new(units);

        public BestMatches Direction { get; } = new(units);

        public BestMatches Logits { get; } = new(units);

        public double[] Total { get; } = new double[units];

        public UnitRelations[] Relations() =>
            [.. Enumerable.Range(0, units).Select(unit => new UnitRelations(unit, Activation.Of(unit), Direction.Of(unit), Logits.Of(unit), Total[unit]))];
    }

    private sealed class Progress(IProgress<double>? all, double start, double share) : IProgress<double>
    {
        public void Report(double value) => all?.Report(start + (share * value));
    }
}
