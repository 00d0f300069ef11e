using System.Globalization;
using System.Numerics.Tensors;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.TensorFiles;

namespace FeatureExplorer.Engine.Dictionaries.Imports;

/// <summary>
/// From another tool's tensors to one of our dictionaries, which reads x − b_dec and has decoder rows of length 1. Its activations are those of the files divided by s, and multiplied by ‖d‖ where that
/// was not part of them: W_enc ‖d‖, b_enc ‖d‖ / s, θ ‖d‖ / s, d / ‖d‖, b_dec / s. θ that c = p ‖d‖ is compared with has the length in it. A feature whose activation may be negative becomes two: i with
/// e, b_enc, d for what is above 0, and m + i with −e, −b_enc, −d for what is below; of the two at most one is active, and the k largest of 2 m are those of largest |c|. A transcoder reads x itself; its
/// activations are on the scale s′ of its outputs: divided by s′ where those of an autoencoder are by s, with W_enc s / s′ and W_skip s / s′.
/// </summary>
internal static unsafe class ForeignAssembly
{
    // Products of several weights and activations have to stay numbers of single precision; trained weights are thousands of times smaller.
    private const float LargestWeight = 1e6f;

    // r_mag is the logarithm of a factor.
    private const float LargestExponent = 30;

    // Rows are as good as of length 1: what is stored in half precision is so to three digits.
    private const float UnitTolerance = 1e-3f;

    public static SparseAutoencoder Assemble(ForeignWeights weights, ForeignSource source, DictionaryImportOptions options)
    {
        if (weights is { Transcoder: not null, Normalisation: not RowNormalisation.None })
        {
            throw new InvalidDataException($"{source.Weights.FilePath} is a transcoder that normalises every token's activations by themselves, which is not supported: import one that does not.");
        }

        var transcoder = weights.Transcoder is { } given ? new TranscoderShape(given.Outputs, given.Skip is not null) : null;
        var features = weights.Signed ? checked(2 * weights.Features) : weights.Features;
        // With f, r is divided by s.
        var pursuit = weights.Pursuit is { } ends ? ends with { ResidualThreshold = ends.ResidualThreshold / weights.Scale } : null;
        var dictionary = new SparseAutoencoder(weights.Inputs, features, weights.Activation, weights.K, transcoder, pursuit) { Normalisation = weights.Normalisation };
        try
        {
            Fill(dictionary, weights, source.Weights);
            if (pursuit is not null)
            {
                ForeignValues.DemandShortRows(source.Weights, weights.Decoder.Name, dictionary);
            }

            if (weights.Signed)
            {
                Mirror(dictionary, weights, source);
            }

            if (dictionary.IsTranscoder && weights.SubtractsDecoderBias)
            {
                Uncentre(dictionary, source);
            }

            FoldNorms(dictionary, weights, source, options);
            if (weights.Scale != 1 || weights.Transcoder is { OutputScale: not 1 })
            {
                FoldScale(dictionary, weights, source);
            }

            if (weights.Normalisation != RowNormalisation.None)
            {
                source.Notes.Add($"Every token's activations are normalised by themselves ({Words(weights.Normalisation)}) before they are encoded, and x̂ is scaled back: an activation is that of the normalised vector, and adds σ f d to x̂.");
            }

            if (!dictionary.IsTranscoder && !weights.SubtractsDecoderBias)
            {
                DictionaryWeights.CentreEncoder(dictionary);
            }

            return dictionary;
        }
        catch
        {
            dictionary.Dispose();
            throw;
        }
    }

    private static string Words(RowNormalisation normalisation) => normalisation == RowNormalisation.LayerNorm ? "less their mean, divided by their standard deviation σ" : "divided by σ, their length over √n";

    private static void Fill(SparseAutoencoder dictionary, ForeignWeights weights, TensorFile file)
    {
        Read(file, weights.Encoder, dictionary.WEnc, weights.Features, weights.Inputs);
        Read(file, weights.Decoder, dictionary.WDec, weights.Features, dictionary.Outputs);
        if (weights.Transcoder?.Skip is { } skip)
        {
            Read(file, skip, dictionary.WSkip!, dictionary.Outputs, weights.Inputs);
        }

        Read(file, weights.EncoderBias, dictionary.BEnc, weights.Features, LargestWeight);
        Read(file, weights.DecoderBias, dictionary.BDec, dictionary.Outputs, LargestWeight);
        Read(file, weights.RMag, dictionary.RMag, weights.Features, LargestExponent);
        Read(file, weights.BMag, dictionary.BMag, weights.Features, LargestWeight);
        for (var i = 0; i < weights.Threshold?.Length; i++)
        {
            // f = max(0, p): a threshold below 0 is none.
            dictionary.Threshold!.Pointer[i] = MathF.Max(0, weights.Threshold[i]);
        }

        ForeignValues.DemandWeights(file, weights.Encoder.Name, dictionary.WEnc, "every feature is as active on every token as its bias says");
        ForeignValues.DemandWeights(file, weights.Decoder.Name, dictionary.WDec, "no feature adds anything to x̂");
        for (var i = 0; i < weights.OutputFactors?.Length; i++)
        {
            TensorPrimitives.Multiply(dictionary.DecoderRow(i), weights.OutputFactors[i], dictionary.DecoderRow(i));
        }
    }

    private static void Mirror(SparseAutoencoder dictionary, ForeignWeights weights, ForeignSource source)
    {
        var m = weights.Features;
        for (var feature = 0; feature < m; feature++)
        {
            TensorPrimitives.Negate(dictionary.EncoderRow(feature), dictionary.EncoderRow(m + feature));
            TensorPrimitives.Negate(dictionary.DecoderRow(feature), dictionary.DecoderRow(m + feature));
            dictionary.BEnc.Pointer[m + feature] = -dictionary.BEnc.Pointer[feature];
        }

        source.Notes.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"Its activations may be negative: each of its {m:N0} features is two here, i where it is above 0 and {m} + i, with the opposite direction, where it is below; x̂ and the number of active features are the same."));
    }

    private static void Read(TensorFile file, ForeignMatrix matrix, FloatBuffer target, int rows, int columns)
    {
        if (matrix.FeaturesFirst)
        {
            file.Read(matrix.Name, target.Pointer, rows, columns);
        }
        else
        {
            file.ReadTransposed(matrix.Name, target.Pointer, rows, columns);
        }

        ForeignValues.DemandWithin(file, matrix.Name, target, LargestWeight);
    }

    private static void Read(TensorFile file, string? name, FloatBuffer? target, long length, float bound)
    {
        if (name is null || target is null)
        {
            return;
        }

        file.Read(name, target.Pointer, length);
        ForeignValues.DemandWithin(file, name, target, bound);
    }

    private static void FoldNorms(SparseAutoencoder dictionary, ForeignWeights weights, ForeignSource source, DictionaryImportOptions options)
    {
        var (least, most, zeros) = NormRange(dictionary);
        if (zeros > 0)
        {
            source.Notes.Add(string.Create(CultureInfo.InvariantCulture, $"{zeros:N0} of its {dictionary.Features:N0} decoder rows hold only zeros, as those of dead features may: these features add nothing to x̂."));
        }

        var unit = least > 1 - UnitTolerance && most < 1 + UnitTolerance;
        var range = string.Create(CultureInfo.InvariantCulture, $"from {least:G3} to {most:G3}");
        if (weights.RescalesByDecoderNorm)
        {
            var thresholds = dictionary.Threshold?.Span().ToArray();
            DictionaryWeights.FoldNorms(dictionary);
            Silence(dictionary);
            thresholds?.CopyTo(dictionary.Threshold!.Span()); // what they are compared with has the lengths in it
            if (!unit)
            {
                source.Notes.Add($"Its activations are multiplied by the lengths of its decoder rows, {range}, before they are compared, as its configuration says; the lengths are folded into the encoder.");
            }
        }
        else if (unit)
        {
            return;
        }
        else if (weights.Activation == DictionaryActivation.MatchingPursuit)
        {
            source.Notes.Add($"Decoder rows have lengths {range} and keep them: with others, the pursuit would take other features.");
        }
        else if (weights.Activation == DictionaryActivation.TopK)
        {
            source.Notes.Add($"Decoder rows have lengths {range} and keep them: folded into the encoder, they would change which {weights.K} features are the largest.");
        }
        else if (options.KeepsNorms)
        {
            source.Notes.Add($"Decoder rows have lengths {range} and keep them, as asked.");
        }
        else
        {
            DictionaryWeights.FoldNorms(dictionary);
            source.Notes.Add($"Decoder rows have lengths {range}; they are folded into the encoder, so that an activation here is the file's multiplied by its row's length, and x̂ is the same.");
        }
    }

    /// <summary>Lengths of the decoder rows that have one, and the number of those that have none.</summary>
    private static (float Least, float Most, int Zeros) NormRange(SparseAutoencoder dictionary)
    {
        var (least, most, zeros) = (float.MaxValue, 0f, 0);
        for (var feature = 0; feature < dictionary.Features; feature++)
        {
            var norm = TensorPrimitives.Norm<float>(dictionary.DecoderRow(feature));
            if (norm == 0)
            {
                zeros++;
            }
            else
            {
                (least, most) = (MathF.Min(least, norm), MathF.Max(most, norm));
            }
        }

        return (least, most, zeros);
    }

    /// <summary>c = p ‖d‖ is 0 where d is.</summary>
    private static void Silence(SparseAutoencoder dictionary)
    {
        for (var feature = 0; feature < dictionary.Features; feature++)
        {
            if (!dictionary.DecoderRow(feature).ContainsAnyExcept(0f))
            {
                dictionary.EncoderRow(feature).Clear();
                dictionary.BEnc.Pointer[feature] = 0;
            }
        }
    }

    /// <summary>W_enc (x − b_dec) + b_enc = W_enc x + (b_enc − W_enc b_dec), where a transcoder takes the bias of its output from its input.</summary>
    private static void Uncentre(SparseAutoencoder dictionary, ForeignSource source)
    {
        for (var feature = 0; feature < dictionary.Features; feature++)
        {
            dictionary.BEnc.Pointer[feature] -= TensorPrimitives.Dot<float>(dictionary.EncoderRow(feature), dictionary.BDec.Span());
        }

        source.Notes.Add("It takes the bias of its output from its input; that is folded into the encoder's biases.");
    }

    private static void FoldScale(SparseAutoencoder dictionary, ForeignWeights weights, ForeignSource source)
    {
        var scale = weights.Transcoder?.OutputScale ?? weights.Scale;
        foreach (var values in new[] { dictionary.BEnc, dictionary.BDec, dictionary.Threshold, dictionary.BMag })
        {
            if (values is not null)
            {
                TensorPrimitives.Divide(values.Span(), scale, values.Span());
            }
        }

        if (dictionary.IsTranscoder)
        {
            ScaleInput(dictionary.WEnc, weights.Scale / scale);
            ScaleInput(dictionary.WSkip, weights.Scale / scale);
            source.Notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"It was trained on inputs multiplied by {weights.Scale:G6} and outputs multiplied by {scale:G6}; the factors are folded into its weights, so that it reads and writes activations as the model gives them."));
            return;
        }

        source.Notes.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"It was trained on activations multiplied by {scale:G6}; the factor is folded into its biases and thresholds, so that an activation here is the file's divided by it, for activations as the model gives them."));
    }

    private static void ScaleInput(FloatBuffer? values, float factor)
    {
        for (var i = 0L; i < values?.Length; i++)
        {
            values.Pointer[i] *= factor;
        }
    }

    /// <summary>SHA-256 of a file, lower-case hexadecimal.</summary>
    public static string Hash(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file));
    }
}
