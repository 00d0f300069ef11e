using System.Text.Json;
using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer;

/// <summary>
/// A model: its sizes and its parameters. On disk <c>config.json</c> and <c>model.safetensors</c> with the tensor names and shapes of
/// Hugging Face's GPT-2 (weights [inputs, outputs]), untied and with ReLU.
/// </summary>
public sealed unsafe class TransformerModel : IDisposable
{
    public const string ConfigFile = "config.json";
    public const string WeightsFile = "model.safetensors";

    /// <summary>The files that <see cref="Save"/> writes.</summary>
    public static IReadOnlyList<string> Files => [ConfigFile, WeightsFile];

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>All parameters zero.</summary>
    internal TransformerModel(TransformerConfig config)
    {
        Config = config;
        Parameters = new TransformerParameters(config);
    }

    public TransformerConfig Config { get; }

    public TransformerParameters Parameters { get; }

    /// <summary>SHA-256 of the weights as they are now, lower-case hexadecimal: the one that <see cref="WeightsFile"/> carries. Reads all of them.</summary>
    public string Hash => Safetensors.Checksum(Parameters.Tensors());

    /// <summary>
    /// Random parameters, a function of the seed and of each parameter's name: normal with standard deviation 0.05 (token embedding), 0.02
    /// (positions, unembedding), 0.06 (queries, keys, values), 0.08 (up), 0.04 (attention output) and 0.03 (down), the last two divided by
    /// √layers; gains 1, biases 0.
    /// </summary>
    public static TransformerModel Create(TransformerConfig config, ulong seed)
    {
        var model = new TransformerModel(config);
        var random = new CounterRandom(seed);
        foreach (var item in model.Parameters.Items)
        {
            var values = model.Parameters.Span(item.Name);
            if (!item.IsMatrix)
            {
                values.Fill(item.Name.Contains("ln_", StringComparison.Ordinal) && item.Name.EndsWith(".weight", StringComparison.Ordinal) ? 1 : 0);
                continue;
            }
            var deviation = InitialDeviation(item.Name, config.Layers);
            var stream = random.Stream(item.Name);
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = deviation * stream.Normal((ulong)i);
            }
        }
        return model;
    }

    /// <exception cref="InvalidDataException">A file is damaged, or describes another architecture.</exception>
    public static TransformerModel Load(string directory)
    {
        var configFile = Path.Combine(directory, ConfigFile);
        foreach (var file in Files.Select(name => Path.Combine(directory, name)).Where(static file => !File.Exists(file) && !File.Exists(BlockChecksums.FileOf(file))))
        {
            throw new FileNotFoundException($"{file} is missing: a model is its {ConfigFile} and its {WeightsFile}; restore it from a backup, or train the model again.", file);
        }

        var config = ReadConfig(configFile);
        using var weights = Safetensors.Open(Path.Combine(directory, WeightsFile));
        var prefix = weights.Contains("transformer.wte.weight") ? "transformer." : "";
        TransformerParameters.Check(config, weights, prefix, configFile);
        var model = new TransformerModel(config);
        try
        {
            model.Parameters.Read(weights, prefix);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Writes both files, each atomically.</summary>
    public void Save(string directory)
    {
        Checksums.WriteAllText(Path.Combine(directory, ConfigFile), ConfigJson().ToJsonString(Indented) + "\n");
        Safetensors.Write(Path.Combine(directory, WeightsFile), Parameters.Tensors(), new Dictionary<string, string> { ["format"] = "pt" });
    }

    public void Dispose() => Parameters.Dispose();

    internal void CheckBatch(int tokens, int windows, int length, int maxWindows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(windows, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(windows, maxWindows);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Config.Context);
        ArgumentOutOfRangeException.ThrowIfNotEqual(tokens, windows * length);
    }

    internal void CheckTokens(ReadOnlySpan<ushort> tokens)
    {
        var highest = System.Numerics.Tensors.TensorPrimitives.Max(tokens);
        if (highest >= Config.VocabularySize)
        {
            throw new ArgumentException(
                $"Token {highest} is outside the model's vocabulary of {Config.VocabularySize}: was the text encoded with another tokenizer?");
        }
    }

    private static float InitialDeviation(string name, int layers) => name switch
    {
        "wte.weight" => 0.05f,
        "wpe.weight" or "lm_head.weight" => 0.02f,
        _ when name.EndsWith("c_attn.weight", StringComparison.Ordinal) => 0.06f,
        _ when name.EndsWith("c_fc.weight", StringComparison.Ordinal) => 0.08f,
        _ when name.EndsWith("attn.c_proj.weight", StringComparison.Ordinal) => 0.04f / MathF.Sqrt(layers),
        _ => 0.03f / MathF.Sqrt(layers),
    };

    private JsonObject ConfigJson() => new()
    {
        ["architectures"] = new JsonArray("GPT2LMHeadModel"),
        ["model_type"] = "gpt2",
        ["activation_function"] = "relu",
        ["n_layer"] = Config.Layers,
        ["n_embd"] = Config.DModel,
        ["n_inner"] = Config.DMlp,
        ["n_head"] = Config.Heads,
        ["n_positions"] = Config.Context,
        ["n_ctx"] = Config.Context,
        ["vocab_size"] = Config.VocabularySize,
        ["layer_norm_epsilon"] = Config.LayerNormEpsilon,
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

    private static TransformerConfig ReadConfig(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(Checksums.ReadAllBytes(path));
            var root = json.RootElement;
            if (root.GetProperty("activation_function").GetString() != "relu" || root.GetProperty("tie_word_embeddings").GetBoolean())
            {
                throw new InvalidDataException(
                    $"{path} describes another architecture: activation_function has to be \"relu\" and tie_word_embeddings false.");
            }
            RequireUsual(root, path);
            var config = new TransformerConfig
            {
                Layers = root.GetProperty("n_layer").GetInt32(),
                DModel = root.GetProperty("n_embd").GetInt32(),
                DMlp = root.GetProperty("n_inner").GetInt32(),
                Heads = root.GetProperty("n_head").GetInt32(),
                Context = root.GetProperty("n_positions").GetInt32(),
                VocabularySize = root.GetProperty("vocab_size").GetInt32(),
                LayerNormEpsilon = root.GetProperty("layer_norm_epsilon").GetSingle(),
            };
            config.Validate();
            return config;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"{path} is not the configuration of a model: {JsonFault.Of(error)}.", error);
        }
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
