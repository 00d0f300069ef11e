namespace FeatureExplorer.Engine.Dictionaries.Imports.Formats;

/// <summary>
/// Neel Nanda's replication, whose dictionaries go with GELU-1L: <c>25.pt</c> with W_enc [n, m], b_enc, W_dec [m, n], b_dec, and <c>25_cfg.json</c>. It reads x − b_dec, and f = ReLU.
/// </summary>
internal sealed class NeelFormat : IDictionaryFormat
{
    public string Name => "Neel Nanda's";

    public ForeignWeights? Read(ForeignSource source, DictionaryImportOptions options)
    {
        var name = $"{Path.GetFileNameWithoutExtension(source.Weights.FilePath)}_cfg.json";
        if (!source.Has("W_enc", "b_enc", "W_dec", "b_dec") || source.Config(name) is not { } config || !config.Has("act_size"))
        {
            return null;
        }

        ForeignTensors.DemandKnown(source, Name, "W_enc", "b_enc", "W_dec", "b_dec");
        var (n, m) = (ForeignTensors.Length(source.Weights, "b_dec"), ForeignTensors.Length(source.Weights, "b_enc"));
        if (config.Count("act_size") != n || (config.Count("dict_size") ?? m) != m)
        {
            throw new InvalidDataException($"{config.FilePath} says act_size {config.Any("act_size")} and dict_size {config.Any("dict_size")}; the weights have {n} inputs and {m} features. Put the configuration of the same dictionary beside it.");
        }

        ForeignTensors.CompareTypes(source, "W_enc", config.Any("enc_dtype") switch { "fp32" => "float32", "fp16" => "float16", "bf16" => "bfloat16", var other => other }, name);
        return new ForeignWeights
        {
            Format = Name,
            Architecture = "standard",
            Inputs = n,
            Features = m,
            Encoder = ForeignMatrix.Of(source.Weights, "W_enc", n, m, published: false, source.Notes),
            Decoder = ForeignMatrix.Of(source.Weights, "W_dec", n, m, published: true, source.Notes),
            EncoderBias = "b_enc",
            DecoderBias = "b_dec",
            SubtractsDecoderBias = true,
            Hook = config.Text("act_name"),
            ModelName = config.Text("model_name"),
            ContextSize = config.Count("seq_len"),
            PrependsBos = true,
        };
    }
}
