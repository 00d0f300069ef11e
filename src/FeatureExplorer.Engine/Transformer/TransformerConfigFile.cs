using System.Text.Json;
using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Engine.Transformer;

/// <summary>
/// The <c>config.json</c> of a model: that of Hugging Face's GPT-2 with ReLU and untied unembedding for the paper's architecture, one of this program's own
/// (<c>model_type: featureexplorer</c>) for the others, with the same names for sizes.
/// </summary>
internal static class TransformerConfigFile
{
    private const string Own = "featureexplorer";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Write(string path, TransformerConfig config) =>
        Checksums.WriteAllText(path, Json(config).ToJsonString(Indented) + "\n");

    /// <exception cref="InvalidDataException">It is damaged, or describes an architecture that is none of these.</exception>
    public static TransformerConfig Read(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(Checksums.ReadAllBytes(path));
            var root = json.RootElement;
            var architecture = root.TryGetProperty("model_type", out var type) && type.GetString() == Own ? Architecture(root) : Paper(root, path);
            var config = new TransformerConfig
            {
                Layers = root.GetProperty("n_layer").GetInt32(),
                DModel = root.GetProperty("n_embd").GetInt32(),
                DMlp = root.GetProperty("n_inner").GetInt32(),
                Heads = root.GetProperty("n_head").GetInt32(),
                Context = root.GetProperty("n_positions").GetInt32(),
                VocabularySize = root.GetProperty("vocab_size").GetInt32(),
                LayerNormEpsilon = root.GetProperty("layer_norm_epsilon").GetSingle(),
                Architecture = architecture,
                OwnHeadSize = root.TryGetProperty("head_size", out var size) ? size.GetInt32() : 0,
                StartToken = root.TryGetProperty("start_token", out var start) && start.ValueKind != JsonValueKind.Null ? start.GetInt32() : null,
            };
            config.Validate();
            return config;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"{path} is not the configuration of a model: {JsonFault.Of(error)}.", error);
        }
    }

    private static JsonObject Json(TransformerConfig config) => config is { StartToken: null, OwnHeadSize: 0 } && config.Architecture.Equals(ModelArchitecture.Paper)
        ? PaperJson(config)
        : OwnJson(config);

    private static JsonObject PaperJson(TransformerConfig config) => new()
    {
        ["architectures"] = new JsonArray("GPT2LMHeadModel"),
        ["model_type"] = "gpt2",
        ["activation_function"] = "relu",
        ["n_layer"] = config.Layers,
        ["n_embd"] = config.DModel,
        ["n_inner"] = config.DMlp,
        ["n_head"] = config.Heads,
        ["n_positions"] = config.Context,
        ["n_ctx"] = config.Context,
        ["vocab_size"] = config.VocabularySize,
        ["layer_norm_epsilon"] = config.LayerNormEpsilon,
        ["tie_word_embeddings"] = false,
        ["scale_attn_weights"] = true,
        ["scale_attn_by_inverse_layer_idx"] = false,
        ["attn_pdrop"] = 0,
        ["embd_pdrop"] = 0,
        ["resid_pdrop"] = 0,
        ["bos_token_id"] = 0,
        ["eos_token_id"] = 0,
        ["torch_dtype"] = "float32",
    };

    private static JsonObject OwnJson(TransformerConfig config)
    {
        var a = config.Architecture;
        var json = new JsonObject
        {
            ["model_type"] = Own,
            ["n_layer"] = config.Layers,
            ["n_embd"] = config.DModel,
            ["n_inner"] = config.DMlp,
            ["n_head"] = config.Heads,
            ["head_size"] = config.OwnHeadSize,
            ["n_positions"] = config.Context,
            ["vocab_size"] = config.VocabularySize,
            ["layer_norm_epsilon"] = config.LayerNormEpsilon,
            ["start_token"] = config.StartToken,
            ["norm"] = a.Norm.ToString(),
            ["neurons"] = a.Neurons.ToString(),
            ["gated"] = a.Gated,
            ["parallel"] = a.Parallel,
            ["tie_word_embeddings"] = a.TiedUnembedding,
            ["biases"] = a.Biases,
            ["unembedding_bias"] = a.UnembeddingBias,
            ["query_key_norm"] = a.QueryKeyNorm,
            ["windows"] = new JsonArray([.. a.Windows.Select(static window => (JsonNode)window)]),
        };
        if (a.Rotary is { } rotary)
        {
            json["rotary"] = new JsonObject
            {
                ["dimensions"] = rotary.Dimensions,
                ["base"] = rotary.Base,
                ["factor"] = rotary.Factor,
                ["low_freq_factor"] = rotary.LowFrequencyFactor,
                ["high_freq_factor"] = rotary.HighFrequencyFactor,
                ["original_context"] = rotary.OriginalContext,
            };
        }

        return json;
    }

    private static ModelArchitecture Architecture(JsonElement root) => new()
    {
        Norm = Word<NormKind>(root, "norm"),
        Neurons = Word<NeuronKind>(root, "neurons"),
        Gated = root.GetProperty("gated").GetBoolean(),
        Parallel = root.GetProperty("parallel").GetBoolean(),
        TiedUnembedding = root.GetProperty("tie_word_embeddings").GetBoolean(),
        Biases = root.GetProperty("biases").GetBoolean(),
        UnembeddingBias = root.GetProperty("unembedding_bias").GetBoolean(),
        QueryKeyNorm = root.GetProperty("query_key_norm").GetBoolean(),
        Windows = [.. root.GetProperty("windows").EnumerateArray().Select(static window => window.GetInt32())],
        Rotary = root.TryGetProperty("rotary", out var rotary) ? Rotary(rotary) : null,
    };

    private static T Word<T>(JsonElement root, string field)
        where T : struct, Enum
    {
        var word = root.GetProperty(field).GetString();
        return Enum.GetValues<T>().Where(value => value.ToString() == word).Select(static value => (T?)value).FirstOrDefault()
            ?? throw new FormatException($"{field} is {word}; it has to be {string.Join(" or ", Enum.GetNames<T>())}");
    }

    private static RotaryPositions Rotary(JsonElement json) => new()
    {
        Dimensions = json.GetProperty("dimensions").GetInt32(),
        Base = json.GetProperty("base").GetDouble(),
        Factor = json.GetProperty("factor").GetDouble(),
        LowFrequencyFactor = json.GetProperty("low_freq_factor").GetDouble(),
        HighFrequencyFactor = json.GetProperty("high_freq_factor").GetDouble(),
        OriginalContext = json.GetProperty("original_context").GetDouble(),
    };

    private static ModelArchitecture Paper(JsonElement root, string path)
    {
        if (root.GetProperty("activation_function").GetString() != "relu" || root.GetProperty("tie_word_embeddings").GetBoolean())
        {
            throw new InvalidDataException(
                $"{path} describes another architecture: activation_function has to be \"relu\" and tie_word_embeddings false. Other models come in by 'import model'.");
        }

        RequireUsual(root, path);
        return ModelArchitecture.Paper;
    }

    /// <summary>Settings of GPT-2 that change what the weights compute; a missing one is as usual.</summary>
    private static void RequireUsual(JsonElement root, string path)
    {
        foreach (var (key, usual) in new[] { ("scale_attn_weights", true), ("scale_attn_by_inverse_layer_idx", false), ("add_cross_attention", false) })
        {
            if (root.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null && value.GetBoolean() != usual)
            {
                throw new InvalidDataException($"{path} describes another architecture: {key} has to be {(usual ? "true" : "false")}.");
            }
        }
    }
}
