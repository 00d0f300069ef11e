namespace FeatureExplorer.Engine.Dictionaries.Imports.Formats;

/// <summary>
/// Gemma Scope 2: <c>config.json</c> (architecture "jump_relu", hf_hook_point_in and _out, l0) and <c>params.safetensors</c> with w_enc [n, m], b_enc, w_dec [m, n], b_dec, threshold, in small letters.
/// It reads x itself.
/// </summary>
internal sealed class GemmaScope2Format : IDictionaryFormat
{
    public string Name => "Gemma Scope 2";

    public ForeignWeights? Read(ForeignSource source, DictionaryImportOptions options)
    {
        if (!source.Has("w_enc", "w_dec", "threshold") || source.Config("config.json") is not { } config)
        {
            return null;
        }

        if (source.Has("affine_skip_connection") || config.Flag("affine_connection") == true || source.Weights.Info("w_dec").Shape.Count != 2)
        {
            throw ForeignTensors.Transcoder(source.Weights.FilePath, source.Weights.Info("w_dec").Shape.Count != 2 ? "it writes to several layers" : "it has an affine connection from its input to its output");
        }

        config.Refuse("architecture", "jump_relu is read", "jump_relu", "jumprelu");
        ForeignTensors.DemandKnown(source, Name, "w_enc", "w_dec", "b_enc", "b_dec", "threshold");
        var (n, m) = (ForeignTensors.Length(source.Weights, "b_dec"), ForeignTensors.Length(source.Weights, "b_enc"));
        ForeignTensors.CompareTypes(source, "w_enc", null, "config.json");
        return new ForeignWeights
        {
            Format = Name,
            Architecture = "jump_relu",
            Inputs = n,
            Features = m,
            Encoder = ForeignMatrix.Of(source.Weights, "w_enc", n, m, published: false, source.Notes),
            Decoder = ForeignMatrix.Of(source.Weights, "w_dec", n, m, published: true, source.Notes),
            EncoderBias = "b_enc",
            DecoderBias = "b_dec",
            Activation = DictionaryActivation.JumpRelu,
            Threshold = ForeignTensors.Vector(source.Weights, "threshold", m),
            Hook = config.Text("hf_hook_point_in"),
            OutputHook = config.Text("hf_hook_point_out"),
            ModelName = config.Text("model_name"),
            L0 = config.Number("l0"),
            L0Source = config.Has("l0") ? "config.json" : null,
            PrependsBos = true,
        };
    }
}
