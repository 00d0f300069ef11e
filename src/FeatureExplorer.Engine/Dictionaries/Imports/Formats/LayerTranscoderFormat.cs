using System.Globalization;
using System.Text.RegularExpressions;

namespace FeatureExplorer.Engine.Dictionaries.Imports.Formats;

/// <summary>
/// The transcoders of one layer that circuit-tracer reads: <c>layer_N.safetensors</c> with W_enc [m, n], b_enc, W_dec [m, n], b_dec, W_skip [n, n] where it skips, and activation_function.threshold
/// where it has thresholds, beside a <c>config.yaml</c> that names the two places within a layer, and since version 0.5 may name its activation, "topk" with its k. It reads x itself.
/// </summary>
internal sealed partial class LayerTranscoderFormat : IDictionaryFormat
{
    private const string ConfigFile = "config.yaml";
    private const string ThresholdName = "activation_function.threshold";

    public string Name => "circuit-tracer's transcoders";

    public ForeignWeights? Read(ForeignSource source, DictionaryImportOptions options)
    {
        var file = Path.Combine(source.Folder, ConfigFile);
        if (!source.Weights.Tensors.Any(static tensor => tensor.Name.StartsWith("W_enc", StringComparison.Ordinal)) || !File.Exists(file))
        {
            return null;
        }

        var config = FlatYaml.Read(file);
        if (!source.Has("W_enc") || config.GetValueOrDefault("model_kind") is { } kind && kind.Contains("cross_layer", StringComparison.Ordinal))
        {
            throw ForeignTensors.OtherTranscoder(source.Weights.FilePath, "it is a cross-layer transcoder, which writes to several layers");
        }

        var activation = Activation(file, config, source);
        var (skips, jumps) = (source.Has("W_skip"), activation == DictionaryActivation.JumpRelu);
        ForeignTensors.DemandKnown(source, Name, "W_enc", "W_dec", "b_enc", "b_dec", skips ? "W_skip" : null, jumps ? ThresholdName : null);
        var (n, m) = (ForeignTensors.Length(source.Weights, "b_dec"), ForeignTensors.Length(source.Weights, "b_enc"));
        ForeignTensors.CompareTypes(source, "W_enc", null, string.Empty);
        var k = activation == DictionaryActivation.TopK ? K(file, config, m, source.Notes) : 0;
        return new ForeignWeights
        {
            Format = Name,
            Architecture = jumps ? "jumprelu" : k > 0 ? "topk" : "relu",
            Inputs = n,
            Features = m,
            Encoder = ForeignMatrix.Of(source.Weights, "W_enc", n, m, published: true, source.Notes),
            Decoder = ForeignMatrix.Of(source.Weights, "W_dec", n, m, published: true, source.Notes),
            EncoderBias = "b_enc",
            DecoderBias = "b_dec",
            Transcoder = new ForeignTranscoder(n) { Skip = skips ? ForeignTensors.Skip(source.Weights, "W_skip", n, n, outputsFirst: true) : null },
            Activation = activation,
            K = k,
            L0 = k > 0 ? k : null,
            L0Source = k > 0 ? "k" : null,
            Threshold = jumps ? ForeignTensors.Vector(source.Weights, ThresholdName, m) : null,
            Hook = Hook(source, config.GetValueOrDefault("feature_input_hook")),
            OutputHook = Hook(source, config.GetValueOrDefault("feature_output_hook")),
            ModelName = config.GetValueOrDefault("model_name"),
            PrependsBos = true,
        };
    }

    /// <summary>As the configuration says; of one that says nothing, JumpReLU where there are thresholds, else ReLU.</summary>
    private static DictionaryActivation Activation(string file, IReadOnlyDictionary<string, string> config, ForeignSource source)
    {
        var named = config.GetValueOrDefault("activation")?.ToLowerInvariant().Replace("_", string.Empty, StringComparison.Ordinal);
        if (named == "jumprelu" && !source.Has(ThresholdName))
        {
            throw new InvalidDataException($"{file} says activation {config["activation"]}, and {source.Weights.FilePath} has no tensor {ThresholdName}: they do not belong together.");
        }

        return named switch
        {
            null => source.Has(ThresholdName) ? DictionaryActivation.JumpRelu : DictionaryActivation.Relu,
            "topk" => DictionaryActivation.TopK,
            "relu" => DictionaryActivation.Relu,
            "jumprelu" => DictionaryActivation.JumpRelu,
            _ => throw new InvalidDataException($"{file}: activation is {config["activation"]}; relu, jumprelu and topk are read."),
        };
    }

    private static int K(string file, IReadOnlyDictionary<string, string> config, int features, List<string> notes)
    {
        var text = config.GetValueOrDefault("k");
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var k) || k < 1 || k > features)
        {
            throw new InvalidDataException($"{file}: k is {text ?? "missing"}; with activation topk, one between 1 and {features} is needed. Add the line \"k: NUMBER\" (circuit-tracer itself takes 128 for facebook/crv-8b-instruct-transcoders).");
        }

        notes.Add($"circuit-tracer leaves the {k} largest pre-activations as they are; here those that are not above 0 are none. The two differ on tokens alone that have fewer than {k} above 0.");
        return k;
    }

    // The configuration is that of all layers; which one it is, the file's name says.
    private static string? Hook(ForeignSource source, string? hook) =>
        hook is not null && Layer().Match(Path.GetFileName(source.Weights.FilePath)) is { Success: true } match ? $"blocks.{match.Groups[1].Value}.{hook}" : null;

    [GeneratedRegex(@"^layer_(\d{1,4})\.safetensors$")]
    private static partial Regex Layer();
}
