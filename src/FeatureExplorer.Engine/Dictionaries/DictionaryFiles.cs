using System.Text.Json;
using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>
/// A dictionary on disk in the layout of SAELens 6: <c>cfg.json</c> and <c>sae_weights.safetensors</c> with W_enc [n, m], b_enc [m], W_dec [m, n],
/// b_dec [n] for activations as the model gives them; "jumprelu" adds threshold [m]; "gated" has b_gate, b_mag and r_mag [m] instead of b_enc;
/// "topk" names its k in <c>cfg.json</c>.
/// </summary>
internal static unsafe class DictionaryFiles
{
    public const string ConfigFile = "cfg.json";
    public const string WeightsFile = "sae_weights.safetensors";

    private const string MetadataKey = "metadata";
    private const string HookKey = "hook_name";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes both files, each whole or not at all, the weights first. Returns their checksum.</summary>
    public static string Save(SparseAutoencoder dictionary, string directory, IReadOnlyDictionary<string, string>? metadata)
    {
        var config = new JsonObject
        {
            ["architecture"] = Architecture(dictionary.Activation),
            ["d_in"] = dictionary.Inputs,
            ["d_sae"] = dictionary.Features,
            ["dtype"] = "float32",
            ["device"] = "cpu",
            ["apply_b_dec_to_input"] = true,
            ["normalize_activations"] = "none",
            ["reshape_activations"] = "none",
            [MetadataKey] = Metadata(dictionary, metadata),
        };
        if (dictionary.Activation == DictionaryActivation.TopK)
        {
            config["k"] = dictionary.K;
            config["rescale_acts_by_decoder_norm"] = false;
        }

        using var transposed = Transposed(dictionary);
        var checksum = Safetensors.Write(Path.Combine(directory, WeightsFile), Tensors(dictionary, transposed));
        Checksums.WriteAllText(Path.Combine(directory, ConfigFile), config.ToJsonString(Indented) + "\n");
        return checksum;
    }

    private static Site? SiteOf(JsonObject config) =>
        config[MetadataKey] is JsonObject metadata && metadata[HookKey] is JsonValue value && value.TryGetValue(out string? hook) ? Site.FromHookName(hook) : null;

    private static JsonObject Metadata(SparseAutoencoder dictionary, IReadOnlyDictionary<string, string>? metadata)
    {
        var entries = new JsonObject((metadata ?? new Dictionary<string, string>()).Select(static entry =>
            KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value)));
        if (dictionary.Site is { } site)
        {
            entries[HookKey] = site.HookName;
        }

        return entries;
    }

    /// <summary>SHA-256 of the weights, as <see cref="Save"/> returns it.</summary>
    public static string Checksum(SparseAutoencoder dictionary)
    {
        using var transposed = Transposed(dictionary);
        return Safetensors.Checksum(Tensors(dictionary, transposed));
    }

    /// <exception cref="InvalidDataException">The files are damaged, or of a kind of dictionary that is not supported.</exception>
    public static SparseAutoencoder Load(string directory)
    {
        var path = Path.Combine(directory, ConfigFile);
        var config = ReadConfig(path);
        var (n, m) = (Size(config, "d_in", path), Size(config, "d_sae", path));
        var activation = Activation(config, path);
        CheckSupported(config, activation, path);
        var k = activation == DictionaryActivation.TopK ? TopK(config, m, path) : 0;
        using var file = Safetensors.Open(Path.Combine(directory, WeightsFile));
        var dictionary = new SparseAutoencoder(n, m, activation, k) { Site = SiteOf(config) };
        try
        {
            using var transposed = new FloatBuffer((long)n * m);
            file.Read("W_enc", transposed.Pointer, n, m);
            Transpose(transposed.Pointer, n, m, dictionary.WEnc.Pointer);
            foreach (var (name, buffer) in Vectors(dictionary))
            {
                file.Read(name, buffer.Pointer, buffer.Length);
            }

            file.Read("W_dec", dictionary.WDec.Pointer, m, n);
            if (Flag(config, "apply_b_dec_to_input", missing: true, path) == false)
            {
                DictionaryWeights.CentreEncoder(dictionary);
            }

            if (activation == DictionaryActivation.TopK && Flag(config, "rescale_acts_by_decoder_norm", missing: false, path))
            {
                DictionaryWeights.FoldNorms(dictionary);
            }

            return dictionary;
        }
        catch
        {
            dictionary.Dispose();
            throw;
        }
    }

    private static string Architecture(DictionaryActivation activation) => activation switch
    {
        DictionaryActivation.JumpRelu => "jumprelu",
        DictionaryActivation.TopK => "topk",
        DictionaryActivation.Gated => "gated",
        _ => "standard",
    };

    /// <summary>Files older than the architecture "topk" call it "standard" with the activation function "topk".</summary>
    private static DictionaryActivation Activation(JsonObject config, string path)
    {
        var name = Text(config, "architecture", "standard");
        if (name == "standard" && Text(config, "activation_fn", Text(config, "activation_fn_str", "relu")) == "topk")
        {
            name = "topk";
        }

        foreach (var activation in Enum.GetValues<DictionaryActivation>())
        {
            if (Architecture(activation) == name)
            {
                return activation;
            }
        }

        throw new InvalidDataException(
            $"{path}: architecture is \"{name}\"; {string.Join(", ", Enum.GetValues<DictionaryActivation>().Select(a => $"\"{Architecture(a)}\""))} are supported.");
    }

    private static int TopK(JsonObject config, int features, string path)
    {
        var value = config["k"] ?? config["activation_fn_kwargs"]?["k"];
        return value is JsonValue number && number.TryGetValue(out int k) && k >= 1 && k <= features
            ? k
            : throw new InvalidDataException($"{path}: k is {value?.ToJsonString() ?? "missing"}; a \"topk\" dictionary needs one between 1 and {features}.");
    }

    private static bool Flag(JsonObject config, string key, bool missing, string path) => config[key] switch
    {
        null => missing,
        JsonValue value when value.TryGetValue(out bool flag) => flag,
        var other => throw new InvalidDataException($"{path}: {key} is {other.ToJsonString()} where true or false is needed."),
    };

    private static JsonObject ReadConfig(string path)
    {
        try
        {
            return JsonNode.Parse(Checksums.ReadAllBytes(path)) as JsonObject
                ?? throw new InvalidDataException($"{path} holds no JSON object, so it is not a dictionary's configuration.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path} is not valid JSON: {exception.Message}", exception);
        }
    }

    private static int Size(JsonObject config, string key, string path) =>
        config[key] is JsonValue value && value.TryGetValue(out int size) && size > 0
            ? size
            : throw new InvalidDataException($"{path}: {key} is {config[key]?.ToJsonString() ?? "missing"} where a positive number is needed.");

    /// <summary>Defaults are those of files older than the keys.</summary>
    private static void CheckSupported(JsonObject config, DictionaryActivation activation, string path)
    {
        var function = activation == DictionaryActivation.TopK ? "topk" : "relu";
        Require("activation_fn", function, function, "relu");
        Require("normalize_activations", "none", "none", "null", "false");
        Require("reshape_activations", "none", "none");

        void Require(string key, string missing, params string[] allowed)
        {
            var value = Text(config, key, missing);
            if (!allowed.Contains(value))
            {
                throw new InvalidDataException($"{path}: {key} is \"{value}\"; only \"{allowed[0]}\" is supported.");
            }
        }
    }

    private static string Text(JsonObject config, string key, string missing) => config[key]?.ToString().ToLowerInvariant() ?? missing;

    private static NamedTensor[] Tensors(SparseAutoencoder dictionary, FloatBuffer transposed)
    {
        var vectors = Vectors(dictionary).Select(static vector => new NamedTensor(vector.Name, vector.Values.Pointer, vector.Values.Length)).ToList();
        return
        [
            new("W_enc", transposed.Pointer, dictionary.Inputs, dictionary.Features),
            vectors[0],
            new("W_dec", dictionary.WDec.Pointer, dictionary.Features, dictionary.Inputs),
            .. vectors.Skip(1),
        ];
    }

    /// <summary>The tensors of one dimension under the layout's names.</summary>
    private static IEnumerable<(string Name, FloatBuffer Values)> Vectors(SparseAutoencoder dictionary)
    {
        yield return (dictionary.Activation == DictionaryActivation.Gated ? "b_gate" : "b_enc", dictionary.BEnc);
        yield return ("b_dec", dictionary.BDec);
        foreach (var (name, values) in new[] { ("threshold", dictionary.Threshold), ("r_mag", dictionary.RMag), ("b_mag", dictionary.BMag) })
        {
            if (values is not null)
            {
                yield return (name, values);
            }
        }
    }

    private static FloatBuffer Transposed(SparseAutoencoder dictionary)
    {
        var transposed = new FloatBuffer((long)dictionary.Inputs * dictionary.Features);
        Transpose(dictionary.WEnc.Pointer, dictionary.Features, dictionary.Inputs, transposed.Pointer);
        return transposed;
    }

    private static void Transpose(float* source, int rows, int columns, float* target)
    {
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                target[((nint)column * rows) + row] = source[((nint)row * columns) + column];
            }
        }
    }
}
