namespace FeatureExplorer.Engine.Dictionaries.Imports.Formats;

/// <summary>
/// Llama Scope R1-Distill: <c>config.json</c> and <c>sae_weights.safetensors</c> with encoder.weight [m, n], encoder.bias, decoder.weight [n, m], decoder.bias, log_jumprelu_threshold [m].
/// </summary>
internal sealed class LlamaScopeR1Format : IDictionaryFormat
{
    private const string LogThreshold = "log_jumprelu_threshold";

    public string Name => "Llama Scope R1";

    public ForeignWeights? Read(ForeignSource source, DictionaryImportOptions options)
    {
        if (!source.Has("encoder.weight", "decoder.weight", LogThreshold))
        {
            return null;
        }

        ForeignTensors.DemandKnown(source, Name, "encoder.weight", "encoder.bias", "decoder.weight", "decoder.bias", LogThreshold);
        var config = source.Config("config.json");
        var settings = config is null ? null : new OpenMossSettings(config);
        settings?.DemandSupported();
        if (options.Scale is null && config?.Text("norm_activation") == "dataset-wise")
        {
            source.Notes.Add("config.json says norm_activation dataset-wise, and no file has the norm: the factor is taken as folded into the weights, as SAELens reads them. Where the measured L0 is far from the published one, give it: --scale NUMBER.");
        }

        var (n, m) = (ForeignTensors.Length(source.Weights, "decoder.bias"), ForeignTensors.Length(source.Weights, "encoder.bias"));
        ForeignTensors.CompareTypes(source, "encoder.weight", config?.Text("dtype"), "config.json");
        return new ForeignWeights
        {
            Format = Name,
            Architecture = "jumprelu",
            Inputs = n,
            Features = m,
            Encoder = ForeignMatrix.Of(source.Weights, "encoder.weight", n, m, published: true, source.Notes),
            Decoder = ForeignMatrix.Of(source.Weights, "decoder.weight", n, m, published: false, source.Notes),
            EncoderBias = "encoder.bias",
            DecoderBias = "decoder.bias",
            Activation = DictionaryActivation.JumpRelu,
            Threshold = [.. ForeignTensors.Vector(source.Weights, LogThreshold, m).Select(MathF.Exp)],
            Transcoder = settings is { Transcodes: true } ? new ForeignTranscoder(n) { OutputScale = options.Scale ?? 1 } : null,
            Scale = options.Scale ?? 1,
            Hook = settings?.Input,
            OutputHook = settings?.Output,
            ModelName = config?.Text("model_name"),
        };
    }
}
