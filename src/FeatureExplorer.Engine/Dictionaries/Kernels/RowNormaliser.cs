using System.Numerics.Tensors;

namespace FeatureExplorer.Engine.Dictionaries.Kernels;

/// <summary><see cref="RowNormalisation"/> of single vectors.</summary>
internal static class RowNormaliser
{
    /// <summary>What is added to the standard deviation before it divides.</summary>
    public const float Epsilon = 1e-5f;

    /// <summary>x' of x.</summary>
    /// <param name="kind">How.</param>
    /// <param name="x">[n].</param>
    /// <param name="target">[n]: receives x'.</param>
    /// <returns>μ and σ, which x̂ is made with.</returns>
    public static (float Mean, float Gain) Apply(RowNormalisation kind, ReadOnlySpan<float> x, Span<float> target)
    {
        switch (kind)
        {
            case RowNormalisation.LayerNorm:
                var mean = TensorPrimitives.Sum(x) / x.Length;
                TensorPrimitives.Subtract(x, mean, target);
                var deviation = x.Length > 1 ? MathF.Sqrt(TensorPrimitives.SumOfSquares<float>(target) / (x.Length - 1)) : 0;
                TensorPrimitives.Divide(target, deviation + Epsilon, target);
                return (mean, deviation);
            case RowNormalisation.Norm:
                var gain = TensorPrimitives.Norm(x) / MathF.Sqrt(x.Length);
                TensorPrimitives.Multiply(x, gain > 0 ? 1 / gain : 0, target);
                return (0, gain);
            default:
                x.CopyTo(target);
                return (0, 1);
        }
    }

    /// <summary>x̂ of x̂', in its place.</summary>
    public static void Undo(Span<float> xHat, float mean, float gain)
    {
        TensorPrimitives.Multiply(xHat, gain, xHat);
        TensorPrimitives.Add(xHat, mean, xHat);
    }
}
