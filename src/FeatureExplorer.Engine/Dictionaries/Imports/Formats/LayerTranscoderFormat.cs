namespace FeatureExplorer.Engine.Dictionaries.Imports.Formats;

/// <summary>The transcoders that circuit-tracer reads: <c>layer_N.safetensors</c> beside <c>config.yaml</c>, with W_enc [m, n], W_dec [m, n], b_enc, b_dec. They are known by that, and refused.</summary>
internal sealed class LayerTranscoderFormat : IDictionaryFormat
{
    public string Name => "circuit-tracer's transcoders";

    public ForeignWeights? Read(ForeignSource source, DictionaryImportOptions options) =>
        source.Weights.Tensors.Any(static tensor => tensor.Name.StartsWith("W_enc", StringComparison.Ordinal)) && File.Exists(Path.Combine(source.Folder, "config.yaml"))
            ? throw ForeignTensors.Transcoder(source.Weights.FilePath, "a config.yaml lies beside it, as with those of circuit-tracer")
            : null;
}
