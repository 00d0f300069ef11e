namespace FeatureExplorer.Engine.Dictionaries.Imports.Formats;

/// <summary>
/// ai-safety-foundation's sparse_autoencoder, from before and after its states were wrapped in a class: tied_bias [(1,) n], encoder.weight [(1,) m, n], encoder.bias, decoder.weight [(1,) n, m]. It
/// reads x − tied_bias, and f = ReLU.
/// </summary>
internal sealed class AiSafetyFormat : IDictionaryFormat
{
    public string Name => "ai-safety-foundation";

    public ForeignWeights? Read(ForeignSource source, DictionaryImportOptions options)
    {
        foreach (var prefix in new[] { string.Empty, "state_dict." })
        {
            if (source.Has(prefix + "tied_bias", prefix + "decoder.weight"))
            {
                return Read(source, prefix);
            }
        }

        return null;
    }

    private ForeignWeights Read(ForeignSource source, string prefix)
    {
        // Other versions call the encoder's tensors _weight and _bias.
        var encoder = prefix + (source.Has(prefix + "encoder.weight") ? "encoder.weight" : "encoder._weight");
        var encoderBias = prefix + (source.Has(prefix + "encoder.bias") ? "encoder.bias" : "encoder._bias");
        var (bias, decoder) = (prefix + "tied_bias", prefix + "decoder.weight");
        if (source.Weights.Info(encoder) is { Shape: [> 1, _, _] } several)
        {
            throw new InvalidDataException($"{source.Weights.FilePath}: {encoder} {several.ShapeText} holds {several.Shape[0]} dictionaries. Save each by itself, without the first dimension.");
        }

        ForeignTensors.DemandKnown(source, Name, encoder, encoderBias, decoder, bias, prefix + "geometric_median_dataset", prefix + "pre_encoder_bias._bias_reference", prefix + "post_decoder_bias._bias_reference");
        var (n, m) = (ForeignTensors.Length(source.Weights, bias), ForeignTensors.Length(source.Weights, encoderBias));
        ForeignTensors.CompareTypes(source, encoder, null, string.Empty);
        return new ForeignWeights
        {
            Format = Name,
            Architecture = "standard",
            Inputs = n,
            Features = m,
            Encoder = ForeignMatrix.Of(source.Weights, encoder, n, m, published: true, source.Notes),
            Decoder = ForeignMatrix.Of(source.Weights, decoder, n, m, published: false, source.Notes),
            EncoderBias = encoderBias,
            DecoderBias = bias,
            SubtractsDecoderBias = true,
        };
    }
}
