using System.Numerics.Tensors;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Training;

namespace FeatureExplorer.Engine.Backends.Cpu;

/// <summary>AdamW with the gradient clipped by its global norm, and the two moments of every parameter.</summary>
internal sealed unsafe class Optimizer(TransformerConfig config, TransformerTrainingOptions options) : IDisposable
{
    private const int Piece = 1 << 16;
    private double[] _partial = [];

    public TransformerParameters Moment1 { get; } = new(config);

    public TransformerParameters Moment2 { get; } = new(config);

    /// <summary>√Σ g² over all parameters, summed in double precision in pieces that are combined in order.</summary>
    public double Norm(TransformerParameters gradient)
    {
        var pieces = (int)((gradient.Length + Piece - 1) / Piece);
        Array.Resize(ref _partial, pieces);
        WorkerPool.For(pieces, (piece, _) =>
        {
            var start = (long)piece * Piece;
            _partial[piece] = SumOfSquares(gradient.Pointer + start, (int)Math.Min(Piece, gradient.Length - start));
        });
        return Math.Sqrt(_partial.Sum());
    }

    /// <summary>One step, counted from 1, with a gradient of the given norm.</summary>
    public void Step(TransformerParameters parameters, TransformerParameters gradient, double norm, float learningRate, long step)
    {
        var scale = norm > options.ClipNorm ? (float)(options.ClipNorm / norm) : 1;
        foreach (var item in parameters.Items)
        {
            var settings = new AdamSettings(
                learningRate, options.Beta1, options.Beta2, options.Epsilon, item.IsMatrix ? options.WeightDecay : 0);
            Adam.Step(
                parameters.Pointer + item.Offset, gradient.Pointer + item.Offset, Moment1.Pointer + item.Offset, Moment2.Pointer + item.Offset,
                item.Length, settings, step, scale);
        }
    }

    public void Dispose()
    {
        Moment1.Dispose();
        Moment2.Dispose();
    }

    private static double SumOfSquares(float* values, int count)
    {
        const int Short = 1 << 10; // so few that the error of a sum in single precision does not matter
        var total = 0.0;
        for (var start = 0; start < count; start += Short)
        {
            total += TensorPrimitives.SumOfSquares(new ReadOnlySpan<float>(values + start, Math.Min(Short, count - start)));
        }
        return total;
    }
}
