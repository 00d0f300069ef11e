using System.Text.RegularExpressions;

namespace FeatureExplorer.Engine.Dictionaries.Imports.Formats;

/// <summary>
/// OpenAI's sparse_autoencoder (Gao et al. 2024): one PyTorch file a layer with pre_bias [n], latent_bias [m], encoder.weight [m, n], decoder.weight [n, m] (decoder.linear.weight [m, n] where it is
/// tied), and the activation's name. It reads x − pre_bias; those of TopK normalise every token's activations before and after.
/// </summary>
internal sealed partial class OpenAiFormat : IDictionaryFormat
{
    public string Name => "OpenAI";

    public ForeignWeights? Read(ForeignSource source, DictionaryImportOptions options)
    {
        if (!source.Has("pre_bias", "latent_bias", "encoder.weight"))
        {
            return null;
        }

        var activation = source.Weights.Values.GetValueOrDefault("activation") as string;
        if (activation is not (null or "ReLU" or "TopK"))
        {
            throw new InvalidDataException($"{source.Weights.FilePath}: its activation is {activation}; ReLU and TopK are read.");
        }

        if (activation is null)
        {
            source.Notes.Add("The file does not name its activation; ReLU is assumed, as in the first releases.");
        }

        // A tied decoder is the encoder's matrix under a name of its own.
        var decoder = source.Has("decoder.weight") ? "decoder.weight" : "decoder.linear.weight";
        ForeignTensors.DemandKnown(source, Name, "pre_bias", "latent_bias", "encoder.weight", decoder, "stats_last_nonzero", "latents_activation_frequency", "latents_mean_square");
        var (n, m) = (ForeignTensors.Length(source.Weights, "pre_bias"), ForeignTensors.Length(source.Weights, "latent_bias"));
        ForeignTensors.CompareTypes(source, "encoder.weight", null, string.Empty);
        var k = activation == "TopK" ? K(source, m) : 0;
        return new ForeignWeights
        {
            Format = Name,
            Architecture = activation ?? "ReLU",
            Inputs = n,
            Features = m,
            Encoder = ForeignMatrix.Of(source.Weights, "encoder.weight", n, m, published: true, source.Notes),
            Decoder = ForeignMatrix.Of(source.Weights, decoder, n, m, published: decoder != "decoder.weight", source.Notes),
            EncoderBias = "latent_bias",
            DecoderBias = "pre_bias",
            SubtractsDecoderBias = true,
            Activation = k > 0 ? DictionaryActivation.TopK : DictionaryActivation.Relu,
            K = k,
            Normalisation = k > 0 ? RowNormalisation.LayerNorm : RowNormalisation.None,
            L0 = k > 0 ? k : null,
            L0Source = k > 0 ? "k" : null,
            Hook = Hook(source.Weights.FilePath.Replace('\\', '/')),
            PrependsBos = false,
        };
    }

    private static int K(ForeignSource source, int features)
    {
        var (k, after) = (source.Weights.Values.GetValueOrDefault("activation_state_dict.k"), source.Weights.Values.GetValueOrDefault("activation_state_dict.postact_fn"));
        if (after is not (null or "ReLU"))
        {
            throw new InvalidDataException($"{source.Weights.FilePath}: the function after its TopK is {after}; ReLU is read.");
        }

        return k is long number && number >= 1 && number <= features
            ? (int)number
            : throw new InvalidDataException($"{source.Weights.FilePath}: k of its TopK is {k ?? "missing"}; a whole number from 1 to {features} is needed.");
    }

    // .../resid_post_mlp/v4/autoencoders/8.pt, .../resid_post_mlp_v5_32k/autoencoders/8.pt
    private static string? Hook(string path)
    {
        var (layer, place) = (Layer().Match(path), Place().Match(path));
        return !layer.Success || !place.Success ? null : place.Groups[1].Value switch
        {
            "mlp_post_act" => $"blocks.{layer.Groups[1].Value}.mlp.hook_post",
            "resid_delta_attn" => $"blocks.{layer.Groups[1].Value}.hook_attn_out",
            "resid_delta_mlp" => $"blocks.{layer.Groups[1].Value}.hook_mlp_out",
            "resid_post_attn" => $"blocks.{layer.Groups[1].Value}.hook_resid_mid",
            _ => $"blocks.{layer.Groups[1].Value}.hook_resid_post",
        };
    }

    [GeneratedRegex(@"/(\d{1,4})\.pt$")]
    private static partial Regex Layer();

    [GeneratedRegex("/(mlp_post_act|resid_delta_attn|resid_delta_mlp|resid_post_attn|resid_post_mlp)(?:_v\\d+(?:_\\d+k)?)?/")]
    private static partial Regex Place();
}
