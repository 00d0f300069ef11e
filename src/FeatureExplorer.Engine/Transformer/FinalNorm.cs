using System.Numerics.Tensors;

namespace FeatureExplorer.Engine.Transformer;

/// <summary>The norm before the unembedding, seen from one row of the last residual stream: what it takes out and what it divides by.</summary>
public static class FinalNorm
{
    /// <summary>1/σ of a row [DModel]: σ² is the variance plus ε, or of an RMSNorm the mean square plus ε.</summary>
    public static double InverseDeviation(TransformerModel model, ReadOnlySpan<float> stream)
    {
        ArgumentNullException.ThrowIfNull(model);
        double mean = 0, variance = 0;
        if (model.Config.Architecture.Norm == NormKind.LayerNorm)
        {
            foreach (var value in stream)
            {
                mean += value / (double)stream.Length;
            }
        }

        foreach (var value in stream)
        {
            variance += (value - mean) * (value - mean) / stream.Length;
        }

        return 1 / Math.Sqrt(variance + model.Config.LayerNormEpsilon);
    }

    /// <summary>What the norm makes of a part of the row at a given 1/σ, its bias left out: (u − mean u) γ / σ, or of an RMSNorm u γ / σ.</summary>
    /// <param name="model">The model.</param>
    /// <param name="part">[DModel], replaced.</param>
    /// <param name="inverseDeviation">1/σ of the whole row.</param>
    public static void Scale(TransformerModel model, Span<float> part, float inverseDeviation)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Config.Architecture.Norm == NormKind.LayerNorm)
        {
            TensorPrimitives.Subtract(part, TensorPrimitives.Sum<float>(part) / part.Length, part);
        }

        TensorPrimitives.Multiply(part, model.Parameters.Span("ln_f.weight"), part);
        TensorPrimitives.Multiply(part, inverseDeviation, part);
    }
}
