using System.Numerics.Tensors;

namespace FeatureExplorer.Analysis.Statistics;

/// <summary>How a feature's direction lies to the neurons and to its own encoder.</summary>
internal static class NeuronAlignment
{
    public const int Shown = 10;

    /// <summary>The neurons with the largest absolute weights in a decoder vector [n]; ties by index.</summary>
    public static IReadOnlyList<NeuronWeight> Of(ReadOnlySpan<float> decoder)
    {
        var l1 = TensorPrimitives.SumOfMagnitudes(decoder);
        var best = new List<int>(Shown + 1);
        for (var neuron = 0; neuron < decoder.Length; neuron++)
        {
            var magnitude = Math.Abs(decoder[neuron]);
            var rank = best.Count;
            while (rank > 0 && Math.Abs(decoder[best[rank - 1]]) < magnitude)
            {
                rank--;
            }

            if (rank < Shown)
            {
                best.Insert(rank, neuron);
                if (best.Count > Shown)
                {
                    best.RemoveAt(Shown);
                }
            }
        }

        var weights = new NeuronWeight[best.Count];
        for (var rank = 0; rank < weights.Length; rank++)
        {
            var weight = decoder[best[rank]];
            weights[rank] = new NeuronWeight(best[rank], weight, l1 > 0 ? Math.Abs(weight) / l1 : 0);
        }

        return weights;
    }

    /// <summary>Cosine of two vectors; 0 when one of them is zero.</summary>
    public static float Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var norms = Math.Sqrt((double)TensorPrimitives.Dot(a, a) * TensorPrimitives.Dot(b, b));
        return norms > 0 ? (float)(TensorPrimitives.Dot(a, b) / norms) : 0;
    }
}
