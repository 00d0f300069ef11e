using System.Numerics.Tensors;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Dictionaries.Training;

namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>Training that goes on from the weights of a finished dictionary: which variants can, and how the weights become parameters on the scale of training.</summary>
public static unsafe class DictionaryStart
{
    // What is stored in half precision is of length 1 to three digits.
    private const float UnitTolerance = 1e-3f;

    /// <summary>The variants whose inference form has an activation, the usual one first.</summary>
    /// <param name="activation">How the dictionary computes f.</param>
    public static IReadOnlyList<string> VariantsOf(DictionaryActivation activation) => activation switch
    {
        DictionaryActivation.TopK => [DictionaryVariants.TopK],
        DictionaryActivation.JumpRelu => [DictionaryVariants.JumpRelu, DictionaryVariants.BatchTopK, DictionaryVariants.Matryoshka],
        DictionaryActivation.Gated => [DictionaryVariants.Gated],
        DictionaryActivation.MatchingPursuit => [],
        _ => [DictionaryVariants.Paper2023, DictionaryVariants.April2024],
    };

    /// <summary>Throws an <see cref="ArgumentException"/> that says why training with the options cannot go on from a dictionary.</summary>
    internal static void Demand(SparseAutoencoder? start, DictionaryOptions options, int inputs)
    {
        if (options.Start != start?.Hash)
        {
            throw new ArgumentException($"The options name the weights {options.Start ?? "of no dictionary"} to start from, and those given are {start?.Hash ?? "of none"}.", nameof(start));
        }

        if (start is not null && Problem(start, options, inputs) is { } problem)
        {
            throw new ArgumentException(problem, nameof(start));
        }
    }

    private static string? Problem(SparseAutoencoder start, DictionaryOptions options, int inputs)
    {
        if (start.IsTranscoder)
        {
            return "The dictionary to start from is a transcoder, which no recipe here trains: start from another, or from none.";
        }

        if (start.Activation == DictionaryActivation.MatchingPursuit)
        {
            return "The dictionary to start from finds its features by matching pursuit, which no recipe here trains: start from another, or from none.";
        }

        if (start.Normalisation != RowNormalisation.None)
        {
            return $"The dictionary to start from normalises every token's activations ({start.Normalisation}), which no recipe here does: start from another, or from none.";
        }

        if ((start.Inputs, start.Features) != (inputs, options.Features))
        {
            return $"The dictionary to start from has {start.Inputs} inputs and {start.Features} features, and {inputs} and {options.Features} are to be trained: they have to be the same.";
        }

        if (!VariantsOf(start.Activation).Contains(options.Variant))
        {
            return $"The dictionary to start from has the activation {start.Activation}, and the recipe is {options.Variant}: choose {string.Join(" or ", VariantsOf(start.Activation))}.";
        }

        if (start.K > 0 && start.K != options.K)
        {
            return $"The dictionary to start from keeps {start.K} features of a token, and k is {options.K}: choose {start.K}, or train a dictionary of another k from its own start.";
        }

        if (options.Variant is DictionaryVariants.BatchTopK or DictionaryVariants.Matryoshka && start.Threshold!.Span() is var thresholds && thresholds.ContainsAnyExcept(thresholds[0]))
        {
            return $"{options.Variant} has one threshold for all features, and the dictionary to start from has several: choose {DictionaryVariants.JumpRelu}.";
        }

        return RowProblem(start);
    }

    // Every step of most variants ends with rows of length 1, and the others fold the lengths into what they export: f would not be the source's.
    private static string? RowProblem(SparseAutoencoder start)
    {
        for (var feature = 0; feature < start.Features; feature++)
        {
            var norm = TensorPrimitives.Norm<float>(start.DecoderRow(feature));
            if (!(MathF.Abs(norm - 1) <= UnitTolerance))
            {
                return FormattableString.Invariant($"Row {feature} of the decoder to start from has length {norm:G4}, and training keeps rows at length 1: ")
                    + (start.Activation == DictionaryActivation.TopK
                        ? "folded into the encoder, the lengths would change which features are the largest, so that nothing can go on from this dictionary."
                        : "import the dictionary once more without --keep-norms, and start from that.");
            }
        }

        return null;
    }

    /// <summary>The parameters for scale · x from the dictionary for x: both biases multiplied by the scale, W_enc and W_dec as they are.</summary>
    /// <param name="parameters">To be filled.</param>
    /// <param name="source">For x.</param>
    /// <param name="scale">What activations are multiplied by.</param>
    /// <param name="centresInput">Whether the encoder to be trained reads x − b_dec; otherwise W_enc (x − b_dec) + b_enc = W_enc x + (b_enc − W_enc b_dec).</param>
    internal static void Fill(DictionaryTensors parameters, SparseAutoencoder source, float scale, bool centresInput)
    {
        for (var feature = 0; feature < source.Features; feature++)
        {
            source.EncoderRow(feature).CopyTo(parameters.EncoderRow(feature));
            source.DecoderRow(feature).CopyTo(parameters.DecoderRow(feature));
            var shift = centresInput ? 0 : TensorPrimitives.Dot<float>(source.EncoderRow(feature), source.BDec.Span());
            parameters.BEnc[feature] = scale * (source.BEnc.Pointer[feature] - shift);
        }

        TensorPrimitives.Multiply(source.BDec.Span(), scale, parameters.DecoderBias());
    }
}
