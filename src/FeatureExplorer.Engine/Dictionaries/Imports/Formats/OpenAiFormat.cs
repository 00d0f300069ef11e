using System.Text.RegularExpressions;

namespace FeatureExplorer.Engine.Dictionaries.Imports.Formats;

/// <summary>
/// OpenAI's sparse_autoencoder (Gao et al. 2024): one PyTorch file a layer with pre_bias [n], latent_bias [m], encoder.weight [m, n], decoder.weight [n, m], and the activation's name. It reads
/// x − pre_bias. Those of TopK also normalise every token's activations.
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
        if (activation is "TopK")
        {
            throw ForeignTensors.EachToken(source.Weights.FilePath, "its activation is TopK with a LayerNorm of the input");
        }

        if (activation is not (null or "ReLU"))
        {
            throw new InvalidDataException($"{source.Weights.FilePath}: its activation is {activation}; ReLU is read.");
        }

        if (activation is null)
        {
            source.Notes.Add("The file does not name its activation; ReLU is assumed, as in the first releases.");
        }

        ForeignTensors.DemandKnown(source, Name, "pre_bias", "latent_bias", "encoder.weight", "decoder.weight", "stats_last_nonzero", "latents_activation_frequency", "latents_mean_square");
        var (n, m) = (ForeignTensors.Length(source.Weights, "pre_bias"), ForeignTensors.Length(source.Weights, "latent_bias"));
        ForeignTensors.CompareTypes(source, "encoder.weight", null, string.Empty);
        return new ForeignWeights
        {
            Format = Name,
            Architecture = "ReLU",
            Inputs = n,
            Features = m,
            Encoder = ForeignMatrix.Of(source.Weights, "encoder.weight", n, m, published: true, source.Notes),
            Decoder = ForeignMatrix.Of(source.Weights, "decoder.weight", n, m, published: false, source.Notes),
            EncoderBias = "latent_bias",
            DecoderBias = "pre_bias",
            SubtractsDecoderBias = true,
            Hook = Hook(source.Weights.FilePath.Replace('\\', '/')),
            PrependsBos = false,
        };
    }

    // .../resid_post_mlp/v5_32k/autoencoders/8.pt
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

    [GeneratedRegex("/(mlp_post_act|resid_delta_attn|resid_delta_mlp|resid_post_attn|resid_post_mlp)/")]
    private static partial Regex Place();
}
