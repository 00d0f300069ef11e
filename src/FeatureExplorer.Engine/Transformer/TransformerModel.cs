using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer;

/// <summary>
/// A model: its sizes and its parameters. On disk <c>config.json</c> and <c>model.safetensors</c> with the tensor names and shapes of
/// Hugging Face's GPT-2 (weights [inputs, outputs]), whatever the architecture.
/// </summary>
public sealed unsafe class TransformerModel : IDisposable
{
    public const string ConfigFile = "config.json";
    public const string WeightsFile = "model.safetensors";

    /// <summary>The files that <see cref="Save"/> writes.</summary>
    public static IReadOnlyList<string> Files => [ConfigFile, WeightsFile];

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
    /// (positions, unembedding), 0.06 (queries, keys, values), 0.08 (up, gate), 0.04 (attention output) and 0.03 (down), the last two divided by
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
                values.Fill(item.Name.EndsWith(".weight", StringComparison.Ordinal) ? 1 : 0);
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

    /// <summary>Sizes and architecture of a model on disk, without its weights.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or describes another architecture.</exception>
    public static TransformerConfig ReadConfig(string directory) => TransformerConfigFile.Read(Path.Combine(directory, ConfigFile));

    /// <exception cref="InvalidDataException">A file is damaged, or describes another architecture.</exception>
    public static TransformerModel Load(string directory)
    {
        var configFile = Path.Combine(directory, ConfigFile);
        foreach (var file in Files.Select(name => Path.Combine(directory, name)).Where(static file => !File.Exists(file) && !File.Exists(BlockChecksums.FileOf(file))))
        {
            throw new FileNotFoundException($"{file} is missing: a model is its {ConfigFile} and its {WeightsFile}; restore it from a backup, or train the model again.", file);
        }

        var config = TransformerConfigFile.Read(configFile);
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
        TransformerConfigFile.Write(Path.Combine(directory, ConfigFile), Config);
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

    internal void CheckTokens(ReadOnlySpan<int> tokens)
    {
        var (lowest, highest) = (System.Numerics.Tensors.TensorPrimitives.Min(tokens), System.Numerics.Tensors.TensorPrimitives.Max(tokens));
        if (lowest < 0 || highest >= Config.VocabularySize)
        {
            throw new ArgumentException(
                $"Token {(lowest < 0 ? lowest : highest)} is outside the model's vocabulary of {Config.VocabularySize}: was the text encoded with another tokenizer?");
        }
    }

    private static float InitialDeviation(string name, int layers) => name switch
    {
        "wte.weight" => 0.05f,
        "wpe.weight" or "lm_head.weight" => 0.02f,
        _ when name.EndsWith("c_attn.weight", StringComparison.Ordinal) => 0.06f,
        _ when name.EndsWith("c_fc.weight", StringComparison.Ordinal) || name.EndsWith("c_gate.weight", StringComparison.Ordinal) => 0.08f,
        _ when name.EndsWith("attn.c_proj.weight", StringComparison.Ordinal) => 0.04f / MathF.Sqrt(layers),
        _ => 0.03f / MathF.Sqrt(layers),
    };
}
