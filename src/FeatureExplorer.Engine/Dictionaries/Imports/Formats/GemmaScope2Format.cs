namespace FeatureExplorer.Engine.Dictionaries.Imports.Formats;

/// <summary>
/// Gemma Scope 2: <c>config.json</c> (architecture "jump_relu", hf_hook_point_in and _out, l0) and <c>params.safetensors</c> with w_enc [n, m], b_enc, w_dec [m, n], b_dec, threshold, in small letters.
/// It reads x itself. A transcoder has w_dec [m, n′], and affine_skip_connection [n, n′], which multiplies x from the right, where it has an affine connection.
/// </summary>
internal sealed class GemmaScope2Format : IDictionaryFormat
{
    private const string Skip = "affine_skip_connection";

    public string Name => "Gemma Scope 2";

    public ForeignWeights? Read(ForeignSource source, DictionaryImportOptions options)
    {
        if (!source.Has("w_enc", "w_dec", "threshold") || source.Config("config.json") is not { } config)
        {
            return null;
        }

        if (source.Weights.Info("w_dec").Shape.Count != 2)
        {
            throw ForeignTensors.OtherTranscoder(source.Weights.FilePath, "it is a cross-layer transcoder, which writes to several layers");
        }

        var (hook, output) = (config.Text("hf_hook_point_in"), config.Text("hf_hook_point_out"));
        var transcodes = hook != (output ?? hook) || config.Text("type") == "transcoder";
        if ((source.Has(Skip) || config.Flag("affine_connection") == true) && (!transcodes || !source.Has(Skip)))
        {
            throw new InvalidDataException($"{config.FilePath}: affine_connection is {config.Any("affine_connection") ?? "missing"}, and {source.Weights.FilePath} has {(source.Has(Skip) ? "a" : "no")} tensor {Skip}, which a transcoder has: they contradict each other. Save them again as they belong together.");
        }

        config.Refuse("architecture", "jump_relu is read", "jump_relu", "jumprelu");
        ForeignTensors.DemandKnown(source, Name, "w_enc", "w_dec", "b_enc", "b_dec", "threshold", transcodes ? Skip : null);
        var (outputs, m) = (ForeignTensors.Length(source.Weights, "b_dec"), ForeignTensors.Length(source.Weights, "b_enc"));
        var n = transcodes && source.Weights.Info("w_enc").Shape is [var rows, _] ? (int)rows : outputs;
        ForeignTensors.CompareTypes(source, "w_enc", null, "config.json");
        return new ForeignWeights
        {
            Format = Name,
            Architecture = "jump_relu",
            Inputs = n,
            Features = m,
            Encoder = ForeignMatrix.Of(source.Weights, "w_enc", n, m, published: false, source.Notes),
            Transcoder = transcodes ? new ForeignTranscoder(outputs) { Skip = source.Has(Skip) ? ForeignTensors.Skip(source.Weights, Skip, n, outputs, outputsFirst: false) : null } : null,
            Decoder = ForeignMatrix.Of(source.Weights, "w_dec", outputs, m, published: true, source.Notes),
            EncoderBias = "b_enc",
            DecoderBias = "b_dec",
            Activation = DictionaryActivation.JumpRelu,
            Threshold = ForeignTensors.Vector(source.Weights, "threshold", m),
            Hook = hook,
            OutputHook = output,
            ModelName = config.Text("model_name"),
            L0 = config.Number("l0"),
            L0Source = config.Has("l0") ? "config.json" : null,
            PrependsBos = true,
        };
    }
}
