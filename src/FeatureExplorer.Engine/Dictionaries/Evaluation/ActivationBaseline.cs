using System.Numerics.Tensors;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries.Evaluation;

/// <summary>What an evaluation knows of the activations x of some tokens, whatever the dictionary: their mean and variance, and the losses without them.</summary>
internal sealed unsafe class ActivationBaseline(int inputs)
{
    private const int ColumnsPerTask = 64;

    private readonly double[] _sums = new double[inputs];
    private double _squares;
    private long _rows;

    /// <summary>n.</summary>
    public int Inputs => inputs;

    public bool IsComplete { get; private set; }

    /// <summary>Mean loss with zero in place of x.</summary>
    public double LossZero { get; private set; }

    /// <summary>Mean loss with the mean in place of x.</summary>
    public double LossMean { get; private set; }

    /// <summary>Σ ‖x − μ‖².</summary>
    public double Variance => _squares - _sums.Sum(sum => sum * sum / _rows);

    public void Clear()
    {
        Array.Clear(_sums);
        (_squares, _rows, IsComplete) = (0, 0, false);
    }

    /// <summary>Adds rows x [rows, n].</summary>
    /// <param name="x">The rows.</param>
    /// <param name="rows">Their number.</param>
    /// <param name="leftOut">Which of them do not count; null: none.</param>
    public void Add(float* x, int rows, bool[]? leftOut)
    {
        var squares = new double[(inputs + ColumnsPerTask - 1) / ColumnsPerTask];
        WorkerPool.For(squares.Length, (task, _) =>
        {
            var columns = Math.Min(ColumnsPerTask, inputs - (task * ColumnsPerTask));
            for (var row = 0; row < rows; row++)
            {
                if (leftOut?[row] == true)
                {
                    continue;
                }

                var values = new ReadOnlySpan<float>(x + ((nint)row * inputs) + (task * ColumnsPerTask), columns);
                for (var c = 0; c < columns; c++)
                {
                    _sums[(task * ColumnsPerTask) + c] += values[c];
                }

                squares[task] += TensorPrimitives.SumOfSquares(values);
            }
        });
        _squares += squares.Sum();
        _rows += rows - (leftOut?.Count(static left => left) ?? 0);
    }

    /// <summary>μ [n].</summary>
    public float[] Mean() => [.. _sums.Select(sum => (float)(sum / _rows))];

    public void Complete(double lossZero, double lossMean) => (LossZero, LossMean, IsComplete) = (lossZero, lossMean, true);
}
