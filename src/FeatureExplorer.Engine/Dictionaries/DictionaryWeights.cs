using System.Numerics.Tensors;
using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>A dictionary's first weights, and its last ones as a <see cref="SparseAutoencoder"/>.</summary>
internal static unsafe class DictionaryWeights
{
    /// <summary>
    /// b_dec: geometric median of scale · x [rows, n]. Encoder rows and biases: uniform in ± 1/√n, as PyTorch starts a linear layer.
    /// Decoder rows: random directions.
    /// </summary>
    public static void Initialize(DictionaryTensors parameters, VectorSample x, float scale, CounterRandom random)
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
        StartAtMedian(parameters, x, scale);
    }

    /// <summary>b_dec: geometric median of scale · x [rows, n].</summary>
    public static void StartAtMedian(DictionaryTensors parameters, VectorSample x, float scale) =>
        TensorPrimitives.Multiply(GeometricMedian.Of(x), scale, parameters.DecoderBias());

    /// <summary>Decoder rows: random directions of the given length. Encoder rows: the same. Biases stay 0.</summary>
    public static void InitializeTied(DictionaryTensors parameters, float length, CounterRandom random)
    {
        var n = parameters.Inputs;
        var decoder = random.Stream("decoder");
        WorkerPool.For(parameters.Features, (feature, _) =>
        {
            var row = parameters.DecoderRow(feature);
            for (var j = 0; j < n; j++)
            {
                row[j] = decoder.Normal(((ulong)feature * (ulong)n) + (ulong)j);
            }

            TensorPrimitives.Multiply(row, length / TensorPrimitives.Norm<float>(row), row);
            row.CopyTo(parameters.EncoderRow(feature));
        });
    }

    /// <summary>
    /// The dictionary for x from the one for scale · x: both biases divided by the scale, W_enc and W_dec as they are
    /// (<see cref="SparseAutoencoder"/> says why). What an activation needs beyond them is for the caller to fill.
    /// </summary>
    public static SparseAutoencoder ToDictionary(
        DictionaryTensors parameters, float scale, DictionaryActivation activation = DictionaryActivation.Relu, int k = 0)
    {
        var dictionary = new SparseAutoencoder(parameters.Inputs, parameters.Features, activation, k);
        for (var feature = 0; feature < parameters.Features; feature++)
        {
            parameters.EncoderRow(feature).CopyTo(dictionary.EncoderRow(feature));
            parameters.DecoderRow(feature).CopyTo(dictionary.DecoderRow(feature));
        }

        TensorPrimitives.Divide(parameters.EncoderBias(), scale, dictionary.BEnc.Span());
        TensorPrimitives.Divide(parameters.DecoderBias(), scale, dictionary.BDec.Span());
        return dictionary;
    }

    /// <summary>For a matching pursuit: W_enc = W_dec. One that takes no b_dec from its input adds none to x̂, either; its b_dec becomes 0.</summary>
    public static void Tie(SparseAutoencoder dictionary, bool usesDecoderBias)
    {
        for (var feature = 0; feature < dictionary.Features; feature++)
        {
            dictionary.DecoderRow(feature).CopyTo(dictionary.EncoderRow(feature));
        }

        if (!usesDecoderBias)
        {
            dictionary.BDec.Span().Clear();
        }
    }

    /// <summary>For a dictionary whose encoder reads x itself: W_enc x + b_enc = W_enc (x − b_dec) + (b_enc + W_enc b_dec).</summary>
    public static void CentreEncoder(SparseAutoencoder dictionary)
    {
        for (var feature = 0; feature < dictionary.Features; feature++)
        {
            var shift = TensorPrimitives.Dot<float>(dictionary.EncoderRow(feature), dictionary.BDec.Span());
            dictionary.BEnc.Pointer[feature] += shift;
            if (dictionary.BMag is not null)
            {
                dictionary.BMag.Pointer[feature] += shift * MathF.Exp(dictionary.RMag!.Pointer[feature]);
            }
        }
    }

    /// <summary>
    /// The same x̂ with decoder rows of length 1: e ‖d‖, b_enc ‖d‖, θ ‖d‖, b_mag ‖d‖ and d / ‖d‖ instead of e, b_enc, θ, b_mag and d, so that f is multiplied by ‖d‖.
    /// </summary>
    public static void FoldNorms(SparseAutoencoder dictionary)
    {
        for (var feature = 0; feature < dictionary.Features; feature++)
        {
            var norm = TensorPrimitives.Norm<float>(dictionary.DecoderRow(feature));
            if (norm > 0)
            {
                TensorPrimitives.Multiply(dictionary.EncoderRow(feature), norm, dictionary.EncoderRow(feature));
                TensorPrimitives.Divide(dictionary.DecoderRow(feature), norm, dictionary.DecoderRow(feature));
                dictionary.BEnc.Pointer[feature] *= norm;
                foreach (var values in new[] { dictionary.Threshold, dictionary.BMag })
                {
                    if (values is not null)
                    {
                        values.Pointer[feature] *= norm;
                    }
                }
            }
        }
    }
}
