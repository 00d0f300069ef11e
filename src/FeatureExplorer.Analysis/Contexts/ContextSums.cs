using System.Numerics;
using System.Runtime.Intrinsics;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Analysis.Contexts;

/// <summary>
/// Sums over tokens from which the agreement of dense activations (neurons) with contexts follows: Σf, Σf², the number of tokens with
/// f > 0, and by context Σf and that number over the tokens inside. Each neuron's sums run over the tokens in order, on one thread.
/// </summary>
internal sealed unsafe class ContextSums
{
    private const int Lanes = 8;

    private readonly int _neurons;
    private readonly int _stride;
    private readonly double[] _sums;
    private readonly double[] _squares;
    private readonly double[] _counts;

    /// <param name="neurons">Number of columns n.</param>
    /// <param name="contexts">Number of contexts C.</param>
    public ContextSums(int neurons, int contexts)
    {
        _neurons = neurons;
        _stride = (neurons + Lanes - 1) / Lanes * Lanes;
        // Row C holds the sums over all tokens.
        _sums = GC.AllocateArray<double>((contexts + 1) * _stride, pinned: true);
        _counts = GC.AllocateArray<double>((contexts + 1) * _stride, pinned: true);
        _squares = GC.AllocateArray<double>(_stride, pinned: true);
        All = contexts;
    }

    /// <summary>In place of a context: all tokens.</summary>
    public int All { get; }

    public double Sum(int context, int neuron) => _sums[(context * _stride) + neuron];

    public double SumOfSquares(int neuron) => _squares[neuron];

    /// <summary>Number of tokens inside the context on which the neuron is above 0.</summary>
    public long Count(int context, int neuron) => (long)_counts[(context * _stride) + neuron];

    /// <summary>Adds rows of activations.</summary>
    /// <param name="activations">[rows, n], readable for 8 floats beyond its end.</param>
    /// <param name="rows">Number of tokens.</param>
    /// <param name="members">[rows] membership bits.</param>
    public void Add(float* activations, int rows, ulong* members) =>
        WorkerPool.For(_stride / Lanes, (task, _) => AddColumns(activations + (task * Lanes), task * Lanes, rows, members));

    private void AddColumns(float* activations, int column, int rows, ulong* members)
    {
        fixed (double* sums = &_sums[column], counts = &_counts[column], squares = &_squares[column])
        {
            for (var row = 0; row < rows; row++, activations += _neurons)
            {
                // Beyond the last neuron lie the next row's first ones: their sums are never read.
                var f = Vector256.Load(activations);
                var fires = Vector256.GreaterThan(f, Vector256<float>.Zero) & Vector256<float>.One;
                var (low, high) = Vector256.Widen(f);
                var (firesLow, firesHigh) = Vector256.Widen(fires);
                AddTo(squares, low * low, high * high);
                AddTo(sums + (All * _stride), low, high);
                AddTo(counts + (All * _stride), firesLow, firesHigh);
                for (var bits = members[row]; bits != 0; bits &= bits - 1)
                {
                    var context = BitOperations.TrailingZeroCount(bits);
                    AddTo(sums + (context * _stride), low, high);
                    AddTo(counts + (context * _stride), firesLow, firesHigh);
                }
            }
        }
    }

    private static void AddTo(double* target, Vector256<double> low, Vector256<double> high)
    {
        (Vector256.Load(target) + low).Store(target);
        (Vector256.Load(target + Vector256<double>.Count) + high).Store(target + Vector256<double>.Count);
    }
}
