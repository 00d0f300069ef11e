using System.Text.RegularExpressions;

namespace FeatureExplorer.Engine.Dictionaries.Imports.Formats;

/// <summary>
/// The transcoders of one layer that circuit-tracer reads: <c>layer_N.safetensors</c> with W_enc [m, n], b_enc, W_dec [m, n], b_dec, W_skip [n, n] where it skips, and activation_function.threshold
/// where it has thresholds, beside a <c>config.yaml</c> that names the two places within a layer. It reads x itself.
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

        var (skips, jumps) = (source.Has("W_skip"), source.Has(ThresholdName));
        ForeignTensors.DemandKnown(source, Name, "W_enc", "W_dec", "b_enc", "b_dec", skips ? "W_skip" : null, jumps ? ThresholdName : null);
        var (n, m) = (ForeignTensors.Length(source.Weights, "b_dec"), ForeignTensors.Length(source.Weights, "b_enc"));
        ForeignTensors.CompareTypes(source, "W_enc", null, string.Empty);
        return new ForeignWeights
        {
            Format = Name,
            Architecture = jumps ? "jumprelu" : "relu",
            Inputs = n,
            Features = m,
            Encoder = ForeignMatrix.Of(source.Weights, "W_enc", n, m, published: true, source.Notes),
            Decoder = ForeignMatrix.Of(source.Weights, "W_dec", n, m, published: true, source.Notes),
            EncoderBias = "b_enc",
            DecoderBias = "b_dec",
            Transcoder = new ForeignTranscoder(n) { Skip = skips ? ForeignTensors.Skip(source.Weights, "W_skip", n, n, outputsFirst: true) : null },
            Activation = jumps ? DictionaryActivation.JumpRelu : DictionaryActivation.Relu,
            Threshold = jumps ? ForeignTensors.Vector(source.Weights, ThresholdName, m) : null,
            Hook = Hook(source, config.GetValueOrDefault("feature_input_hook")),
            OutputHook = Hook(source, config.GetValueOrDefault("feature_output_hook")),
            ModelName = config.GetValueOrDefault("model_name"),
            PrependsBos = true,
        };
    }

    // The configuration is that of all layers; which one it is, the file's name says.
    private static string? Hook(ForeignSource source, string? hook) =>
        hook is not null && Layer().Match(Path.GetFileName(source.Weights.FilePath)) is { Success: true } match ? $"blocks.{match.Groups[1].Value}.{hook}" : null;

    [GeneratedRegex(@"^layer_(\d{1,4})\.safetensors$")]
    private static partial Regex Layer();
}
