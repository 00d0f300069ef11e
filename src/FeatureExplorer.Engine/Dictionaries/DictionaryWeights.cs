using System.Numerics.Tensors;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>A dictionary's first weights, and its last ones as a <see cref="SparseAutoencoder"/>.</summary>
internal static unsafe class DictionaryWeights
{
    /// <summary>
    /// b_dec: geometric median of scale · x [rows, n]. Encoder rows and biases: uniform in ± 1/√n, as PyTorch starts a linear layer.
    /// Decoder rows: random directions.
    /// </summary>
    public static void Initialize(DictionaryTensors parameters, float* x, int rows, float scale, CounterRandom random)
    {
        var n = parameters.Inputs;
        var bound = 1 / MathF.Sqrt(n);
        var encoder = random.Stream("encoder");
        var bias = random.Stream("encoder bias");
        var decoder = random.Stream("decoder");
        WorkerPool.For(parameters.Features, (feature, _) =>
        {
            var encoderRow = parameters.EncoderRow(feature);
            var decoderRow = parameters.DecoderRow(feature);
            for (var j = 0; j < n; j++)
            {
                var counter = ((ulong)feature * (ulong)n) + (ulong)j;
                encoderRow[j] = bound * ((2 * encoder.Uniform(counter)) - 1);
                decoderRow[j] = decoder.Normal(counter);
            }

            TensorPrimitives.Divide(decoderRow, TensorPrimitives.Norm<float>(decoderRow), decoderRow);
            parameters.BEnc[feature] = bound * ((2 * bias.Uniform((ulong)feature)) - 1);
        });
        TensorPrimitives.Multiply(GeometricMedian.Of(x, rows, n), scale, parameters.DecoderBias());
    }

    /// <summary>
    /// The dictionary for x from the one for scale · x: both biases divided by the scale, W_enc and W_dec as they are
    /// (<see cref="SparseAutoencoder"/> says why).
    /// </summary>
    public static SparseAutoencoder ToDictionary(DictionaryTensors parameters, float scale)
    {
        var dictionary = new SparseAutoencoder(parameters.Inputs, parameters.Features);
        for (var feature = 0; feature < parameters.Features; feature++)
        {
            parameters.EncoderRow(feature).CopyTo(dictionary.EncoderRow(feature));
            parameters.DecoderRow(feature).CopyTo(dictionary.DecoderRow(feature));
        }

        TensorPrimitives.Divide(parameters.EncoderBias(), scale, dictionary.BEnc.Span());
        TensorPrimitives.Divide(parameters.DecoderBias(), scale, dictionary.BDec.Span());
        return dictionary;
    }
}
