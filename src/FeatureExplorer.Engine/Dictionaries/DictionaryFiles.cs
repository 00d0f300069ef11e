using System.Text.Json;
using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>
/// A dictionary on disk in the layout of SAELens 6: <c>cfg.json</c> (architecture "standard") and <c>sae_weights.safetensors</c> with
/// W_enc [n, m], b_enc [m], W_dec [m, n], b_dec [n] for activations as the model gives them.
/// </summary>
internal static unsafe class DictionaryFiles
{
    public const string ConfigFile = "cfg.json";
    public const string WeightsFile = "sae_weights.safetensors";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes both files, each whole or not at all, the weights first. Returns their checksum.</summary>
    public static string Save(SparseAutoencoder dictionary, string directory, IReadOnlyDictionary<string, string>? metadata)
    {
        var config = new JsonObject
        {
            ["architecture"] = "standard",
            ["d_in"] = dictionary.Inputs,
            ["d_sae"] = dictionary.Features,
            ["dtype"] = "float32",
            ["device"] = "cpu",
            ["apply_b_dec_to_input"] = true,
            ["normalize_activations"] = "none",
            ["reshape_activations"] = "none",
            ["metadata"] = new JsonObject((metadata ?? new Dictionary<string, string>()).Select(static entry =>
                KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value))),
        };
        using var transposed = Transposed(dictionary);
        var checksum = Safetensors.Write(Path.Combine(directory, WeightsFile), Tensors(dictionary, transposed));
        AtomicFile.WriteAllText(Path.Combine(directory, ConfigFile), config.ToJsonString(Indented) + "\n");
        return checksum;
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
        CheckSupported(config, path);
        using var file = Safetensors.Open(Path.Combine(directory, WeightsFile));
        var dictionary = new SparseAutoencoder(n, m);
        try
        {
            using var transposed = new FloatBuffer((long)n * m);
            file.Read("W_enc", transposed.Pointer, n, m);
            Transpose(transposed.Pointer, n, m, dictionary.WEnc.Pointer);
            file.Read("b_enc", dictionary.BEnc.Pointer, m);
            file.Read("W_dec", dictionary.WDec.Pointer, m, n);
            file.Read("b_dec", dictionary.BDec.Pointer, n);
            if (config["apply_b_dec_to_input"]?.GetValue<bool>() == false)
            {
                AddDecoderBiasToEncoder(dictionary);
            }

            return dictionary;
        }
        catch
        {
            dictionary.Dispose();
            throw;
        }
    }

    private static JsonObject ReadConfig(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(path)) as JsonObject
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
    private static void CheckSupported(JsonObject config, string path)
    {
        Require("architecture", "standard", "standard");
        Require("activation_fn", "relu", "relu");
        Require("normalize_activations", "none", "none", "null", "false");
        Require("reshape_activations", "none", "none");

        void Require(string key, string missing, params string[] allowed)
        {
            var value = config[key]?.ToString().ToLowerInvariant() ?? missing;
            if (!allowed.Contains(value))
            {
                throw new InvalidDataException($"{path}: {key} is \"{value}\"; only \"{allowed[0]}\" is supported.");
            }
        }
    }

    private static NamedTensor[] Tensors(SparseAutoencoder dictionary, FloatBuffer transposed) =>
    [
        new("W_enc", transposed.Pointer, dictionary.Inputs, dictionary.Features),
        new("b_enc", dictionary.BEnc.Pointer, dictionary.Features),
        new("W_dec", dictionary.WDec.Pointer, dictionary.Features, dictionary.Inputs),
        new("b_dec", dictionary.BDec.Pointer, dictionary.Inputs),
    ];

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

    /// <summary>For a dictionary whose encoder reads x itself: ReLU(W_enc (x − b_dec) + (b_enc + W_enc b_dec)) is the same.</summary>
    private static void AddDecoderBiasToEncoder(SparseAutoencoder dictionary)
    {
        for (var feature = 0; feature < dictionary.Features; feature++)
        {
            dictionary.BEnc.Pointer[feature] +=
                System.Numerics.Tensors.TensorPrimitives.Dot<float>(dictionary.EncoderRow(feature), dictionary.BDec.Span());
        }
    }
}
