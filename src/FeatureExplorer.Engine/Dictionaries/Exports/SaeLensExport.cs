using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Exports;

namespace FeatureExplorer.Engine.Dictionaries.Exports;

/// <summary>
/// A dictionary as a folder of SAELens 6: <c>cfg.json</c>, <c>sae_weights.safetensors</c> and <c>sparsity.safetensors</c> (log₁₀ of the share of tokens on which each feature fires). Its own files have
/// the same weights; here, the metadata is what SAELens reads of it.
/// </summary>
public static class SaeLensExport
{
    // The layout that is written; nothing was trained by it.
    private const string LayoutVersion = "6.54.12";

    // SAELens' own offset, which keeps the logarithm of a dead feature finite.
    private const double Least = 1e-10;

    /// <summary>Writes the files.</summary>
    public static void Write(SparseAutoencoder dictionary, ExportedFacts facts, IFileSink sink)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(sink);
        sink.AddJson(DictionaryFiles.ConfigFile, Config(dictionary, facts));
        DictionaryFiles.Use(dictionary, tensors => sink.Add(DictionaryFiles.WeightsFile, stream => Safetensors.Write(stream, tensors)));
        if (facts.Densities is { } densities)
        {
            float[] logarithms = [.. densities.Select(static density => (float)Math.Log10(density + Least))];
            sink.Add("sparsity.safetensors", stream => Safetensors.Write(stream, [new NamedTensor("sparsity", logarithms, logarithms.Length)]));
        }
    }

    private static JsonObject Config(SparseAutoencoder dictionary, ExportedFacts facts)
    {
        var config = new JsonObject
        {
            ["architecture"] = DictionaryConfig.NameOf(dictionary.Activation),
            ["d_in"] = dictionary.Inputs,
            ["d_sae"] = dictionary.Features,
            ["dtype"] = "float32",
            ["device"] = "cpu",
            ["apply_b_dec_to_input"] = true,
            [NormalisationNames.Key] = NormalisationNames.Of(dictionary.Normalisation),
            ["reshape_activations"] = "none",
        };
        if (dictionary.Activation == DictionaryActivation.TopK)
        {
            config["k"] = dictionary.K;
            config["rescale_acts_by_decoder_norm"] = false;
        }

        config["metadata"] = Metadata(dictionary, facts);
        return config;
    }

    private static JsonObject Metadata(SparseAutoencoder dictionary, ExportedFacts facts)
    {
        var metadata = new JsonObject
        {
            ["sae_lens_version"] = LayoutVersion,
            ["model_name"] = facts.ModelName,
            ["model_class_name"] = "HookedTransformer",
            ["hook_name"] = dictionary.Site?.HookName,
            ["hook_head_index"] = null,
            ["context_size"] = facts.ContextSize,
            ["prepend_bos"] = facts.PrependsBos,
            ["exclude_special_tokens"] = false,
            ["seqpos_slice"] = new JsonArray((JsonNode?)null),
            ["model_from_pretrained_kwargs"] = new JsonObject(),
        };
        foreach (var (key, value) in new (string, JsonNode?)[]
        {
            ("dataset_path", facts.Dataset), ("final_l0", facts.L0), ("final_dead_features", facts.Dead), ("recipe", facts.Recipe), ("training_samples", facts.Samples), ("exported_by", facts.Exporter),
        })
        {
            if (value is not null)
            {
                metadata[key] = value;
            }
        }

        return metadata;
    }
}
