using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Exports;

namespace FeatureExplorer.Engine.Dictionaries.Exports;

/// <summary>
/// A dictionary, or a transcoder of ReLU or JumpReLU, as a folder of SAELens 6: <c>cfg.json</c>, <c>sae_weights.safetensors</c> and <c>sparsity.safetensors</c> (log₁₀ of the share of tokens on which each feature fires). Its own files have
/// the same weights; here, the metadata is what SAELens reads of it. Features that came as the two ends of signed latents are these latents again, "abstopk", where all pairs are intact.
/// </summary>
public static class SaeLensExport
{
    // The layout that is written; nothing was trained by it.
    private const string LayoutVersion = "6.54.12";

    // SAELens' own offset, which keeps the logarithm of a dead feature finite.
    private const double Least = 1e-10;

    /// <summary>Whether SAELens has transcoders of a variant; of autoencoders, it has all.</summary>
    /// <param name="variant">As <see cref="DictionaryVariants"/> call it.</param>
    public static bool Writes(string variant) => variant is not (DictionaryVariants.TopK or DictionaryVariants.Gated);

    /// <summary>Writes the files.</summary>
    /// <exception cref="NotSupportedException">It is a transcoder of a kind that SAELens does not have.</exception>
    public static void Write(SparseAutoencoder dictionary, ExportedFacts facts, IFileSink sink)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(sink);
        if (!DictionaryArchitecture.Of(dictionary).IsSaeLens)
        {
            throw new NotSupportedException($"SAELens has no architecture {DictionaryArchitecture.Of(dictionary).Name}: its transcoders are of ReLU and JumpReLU.");
        }

        if (SignedPairs.Joined(dictionary) is { } signed)
        {
            using (signed)
            {
                WriteFiles(signed, SignedPairs.Architecture, SignedPairs.Joined(facts, signed.Features), null, sink);
            }

            return;
        }

        var note = facts.SignedLatents is { } latents
            ? $"It came with {latents} signed latents, and its features are no intact pairs of them any more: they are written as they are, a topk of {dictionary.Features}."
            : null;
        WriteFiles(dictionary, DictionaryArchitecture.Of(dictionary).Name, facts, note, sink);
    }

    private static void WriteFiles(SparseAutoencoder dictionary, string architecture, ExportedFacts facts, string? note, IFileSink sink)
    {
        sink.AddJson(DictionaryFiles.ConfigFile, Config(dictionary, architecture, facts, note));
        DictionaryFiles.Use(dictionary, tensors => sink.Add(DictionaryFiles.WeightsFile, stream => Safetensors.Write(stream, tensors)));
        if (facts.Densities is { } densities)
        {
            float[] logarithms = [.. densities.Select(static density => (float)Math.Log10(density + Least))];
            sink.Add("sparsity.safetensors", stream => Safetensors.Write(stream, [new NamedTensor("sparsity", logarithms, logarithms.Length)]));
        }
    }

    private static JsonObject Config(SparseAutoencoder dictionary, string architecture, ExportedFacts facts, string? note)
    {
        var config = new JsonObject
        {
            ["architecture"] = architecture,
            ["d_in"] = dictionary.Inputs,
            ["d_sae"] = dictionary.Features,
            ["dtype"] = "float32",
            ["device"] = "cpu",
            ["apply_b_dec_to_input"] = !dictionary.IsTranscoder,
            [NormalisationNames.Key] = NormalisationNames.Of(dictionary.Normalisation),
            ["reshape_activations"] = "none",
        };
        if (dictionary.Activation == DictionaryActivation.TopK)
        {
            config["k"] = dictionary.K;
            config["rescale_acts_by_decoder_norm"] = false;
        }

        PursuitSettings.Write(dictionary.Pursuit, config);
        if (dictionary.IsTranscoder)
        {
            config["d_out"] = dictionary.Outputs;
        }

        config["metadata"] = Metadata(dictionary, facts, note);
        return config;
    }

    private static JsonObject Metadata(SparseAutoencoder dictionary, ExportedFacts facts, string? note)
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
            ("hook_name_out", dictionary.IsTranscoder ? dictionary.OutputSite?.HookName : null), ("dataset_path", facts.Dataset), ("final_l0", facts.L0), ("final_dead_features", facts.Dead), ("recipe", facts.Recipe), ("training_samples", facts.Samples), ("exported_by", facts.Exporter), ("note", note),
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
