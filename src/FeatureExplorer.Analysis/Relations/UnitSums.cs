using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Analysis.Relations;

/// <summary>Σf and Σf² of every unit of an index; with the sums over pairs all of a pair's statistics follow.</summary>
internal sealed class UnitSums
{
    private readonly double[] _sums;
    private readonly double[] _squares;
    private readonly double[] _deviations;
    private readonly int[] _counts;
    private readonly long _tokens;

    public UnitSums(ActivationIndex index)
    {
        _tokens = index.Tokens;
        _sums = new double[index.Features];
        _squares = new double[index.Features];
        _deviations = new double[index.Features];
        _counts = new int[index.Features];
        var scratch = new PerThread<Scratch>(static () => new Scratch()).Prepare();
        WorkerPool.For(index.Features, (unit, thread) => Add(unit, index.ReadValues(unit, ref scratch[thread].Values)));
    }

    /// <summary>Number of tokens on which the unit fires.</summary>
    public int Count(int unit) => _counts[unit];

    /// <summary>A pair's statistics.</summary>
    /// <param name="unit">This unit.</param>
    /// <param name="others">Sums of the other side.</param>
    /// <param name="other">The other unit.</param>
    /// <param name="product">Σfg.</param>
    /// <param name="together">Tokens on which both fire.</param>
    /// <param name="direction">Cosine of the decoder vectors.</param>
    /// <param name="logits">Correlation of the logit weights.</param>
    public UnitMatch Match(int unit, UnitSums others, int other, double product, int together, float direction, float logits)
    {
        var (here, there) = (_counts[unit], others._counts[other]);
        return new UnitMatch(
            other,
            (float)Pearson(unit, others, other, product),
            (float)Ratio(product, Math.Sqrt(_squares[unit] * others._squares[other])),
            (float)Ratio(together, here + (double)there - together),
            (float)Ratio((double)together * _tokens, (double)here * there),
            (float)Ratio(together, there),
            (float)Ratio(together, here),
            direction,
            logits);
    }

    /// <summary>(Σfg − Σf Σg / N) / √((Σf² − (Σf)²/N) (Σg² − (Σg)²/N)); 0 where either is constant.</summary>
    public double Pearson(int unit, UnitSums others, int other, double product) =>
        Ratio(product - (_sums[unit] * others._sums[other] / _tokens), _deviations[unit] * others._deviations[other]);

    private void Add(int unit, ReadOnlySpan<Half> values)
    {
        double sum = 0, squares = 0;
        foreach (var stored in values)
        {
            var value = (double)(float)stored;
            sum += value;
            squares += value * value;
        }

        var variance = squares - (sum * sum / _tokens);
        (_sums[unit], _squares[unit], _counts[unit]) = (sum, squares, values.Length);
        // A constant's variance is 0 up to rounding.
        _deviations[unit] = variance > 1e-12 * squares ? Math.Sqrt(variance) : 0;
    }

    private static double Ratio(double part, double whole) => whole > 0 ? part / whole : 0;

    /// <summary>A thread's memory for activations.</summary>
    private sealed class Scratch
    {
        public Half[] Values = [];
    }
}
