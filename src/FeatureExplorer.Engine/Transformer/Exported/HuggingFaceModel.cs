using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Exports;

namespace FeatureExplorer.Engine.Transformer.Exported;

/// <summary>
/// A model as a folder that Hugging Face's transformers opens: <c>config.json</c> and <c>model.safetensors</c> in the layout of its family. GPT-2, GPT-Neo, GPT-NeoX, Llama and Qwen3 are written; an
/// architecture that is none of them is refused by what it has that they have not. The logits are the same.
/// </summary>
public static class HuggingFaceModel
{
    private static readonly HuggingFaceFamily[] Families = [new Gpt2Family(), new GptNeoFamily(), new GptNeoXFamily(), new LlamaFamily()];

    /// <summary>Name of the family that a model is written as: "gpt2".</summary>
    /// <exception cref="NotSupportedException">It is none of them; the message says why.</exception>
    public static string FamilyOf(TransformerModel model) => Of(model).TypeOf(model.Config);

    /// <summary>Writes both files, and the tokenizer's where there is one.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">Path of its tokenizer.json; null: none is written.</param>
    /// <param name="sink">Receives them.</param>
    /// <exception cref="NotSupportedException">It is of no family that is written; nothing was written then.</exception>
    public static void Write(TransformerModel model, string? tokenizer, IFileSink sink)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(sink);
        var family = Of(model);
        sink.AddJson("config.json", Config(family, model.Config));
        sink.Add("model.safetensors", stream => Safetensors.Write(stream, family.Tensors(model), new Dictionary<string, string> { ["format"] = "pt" }));
        if (tokenizer is not null)
        {
            var bytes = Checksums.ReadAllBytes(tokenizer);
            sink.Add("tokenizer.json", stream => stream.Write(bytes));
            sink.AddJson("tokenizer_config.json", new JsonObject { ["tokenizer_class"] = "PreTrainedTokenizerFast", ["model_max_length"] = HuggingFaceFamily.LongestOf(model.Config), ["clean_up_tokenization_spaces"] = false });
        }
    }

    private static JsonObject Config(HuggingFaceFamily family, TransformerConfig config)
    {
        var json = family.Config(config);
        json.Insert(0, "architectures", new JsonArray(family.ClassOf(config)));
        json.Insert(1, "model_type", family.TypeOf(config));
        json["vocab_size"] = config.VocabularySize;
        json["tie_word_embeddings"] = config.Architecture.TiedUnembedding;
        json["torch_dtype"] = "float32";
        json["bos_token_id"] = config.StartToken;
        json["eos_token_id"] = null;
        return json;
    }

    private static HuggingFaceFamily Of(TransformerModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var reasons = new List<string>();
        foreach (var family in Families)
        {
            if (family.Misfit(model) is not { } reason)
            {
                return family;
            }

            reasons.Add($"{family.Name}: {reason}");
        }

        throw new NotSupportedException($"This model is of no family that Hugging Face's layouts have here. {string.Join("; ", reasons)}. Export the dictionary alone, or the statistics.");
    }
}
