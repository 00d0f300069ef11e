namespace FeatureExplorer.Engine.Dictionaries.Imports.Formats;

/// <summary>
/// EleutherAI's sparsify (formerly sae): a folder named for the module that it reads, "layers.10" or "h.0.mlp", with <c>cfg.json</c> and <c>sae.safetensors</c>: encoder.weight [m, n], encoder.bias,
/// W_dec [m, n], b_dec. It reads x − b_dec, and the k largest stay. A transcoder (transcode) reads x itself, the module's input, and gives its output, with W_skip [n, n] where it has a skip_connection.
/// </summary>
internal sealed class SparsifyFormat : IDictionaryFormat
{
    public string Name => "sparsify";

    public ForeignWeights? Read(ForeignSource source, DictionaryImportOptions options)
    {
        if (source.Config("cfg.json") is not { } config || !source.Has("encoder.weight") || !(config.Has("num_latents") || config.Has("expansion_factor")))
        {
            return null;
        }

        var (transcodes, skips) = (config.Flag("transcode") ?? false, config.Flag("skip_connection") ?? false);
        if (skips != source.Has("W_skip") || (skips && !transcodes))
        {
            throw new InvalidDataException(
                $"{config.FilePath}: skip_connection is {(skips ? "true" : "false")} and transcode {(transcodes ? "true" : "false")}, and {source.Weights.FilePath} has {(source.Has("W_skip") ? "a" : "no")} tensor W_skip: they contradict each other. A transcoder with a skip connection has both flags true and W_skip.");
        }

        config.Refuse("activation", "the k largest of all features have to stay, not of each group", "topk", "null");
        var decoder = source.Has("W_dec") ? "W_dec" : "decoder.weight";
        ForeignTensors.DemandKnown(source, Name, "encoder.weight", "encoder.bias", decoder, "b_dec", skips ? "W_skip" : null);
        var (n, m) = (ForeignTensors.Length(source.Weights, "b_dec"), ForeignTensors.Length(source.Weights, "encoder.bias"));
        ForeignTensors.CompareTypes(source, "encoder.weight", null, "cfg.json");
        var k = config.K("k", m);
        return new ForeignWeights
        {
            Format = Name,
            Architecture = config.Flag("signed") == true ? "topk, signed" : "topk",
            Inputs = n,
            Features = m,
            Encoder = ForeignMatrix.Of(source.Weights, "encoder.weight", n, m, published: true, source.Notes),
            Decoder = ForeignMatrix.Of(source.Weights, decoder, n, m, published: decoder == "W_dec", source.Notes),
            EncoderBias = "encoder.bias",
            DecoderBias = "b_dec",
            Activation = DictionaryActivation.TopK,
            K = k,
            Signed = config.Flag("signed") ?? false,
            SubtractsDecoderBias = !transcodes,
            Transcoder = transcodes ? new ForeignTranscoder(n) { Skip = skips ? ForeignTensors.Skip(source.Weights, "W_skip", n, n, outputsFirst: true) : null } : null,
            Hook = transcodes ? Hook(source) + ".input" : Hook(source),
            OutputHook = transcodes ? Hook(source, said: true) : null,
            ModelName = source.Config("../config.json")?.Text("model"),
            L0 = k,
            L0Source = "k",
        };
    }

    private static string Hook(ForeignSource source, bool said = false)
    {
        var folder = new DirectoryInfo(source.Folder);
        var name = folder.Name.StartsWith("seed", StringComparison.Ordinal) && folder.Parent is { } parent ? parent.Name : folder.Name;
        if (!said)
        {
            source.Notes.Add($"Its place is that of the module its folder is named for, {name}.");
        }

        return name;
    }
}
