using System.Text.Json.Nodes;
using FeatureExplorer.Engine.TensorFiles;

namespace FeatureExplorer.Engine.Transformer.Imported;

/// <summary>Hugging Face's GPT-Neo (TinyStories): matrices [outputs, inputs], queries without bias whose scores are not divided by √size, local attention in some layers.</summary>
internal sealed class GptNeoLayout : ModelLayout
{
    public GptNeoLayout(ForeignJson json, TensorSet tensors)
        : base(tensors)
    {
        tensors.Prefix = tensors.Contains("transformer.wte.weight") ? "transformer." : "";
        var layers = json.Size(TransformerConfig.MostLayers, "num_layers");
        var (d, heads) = (json.Size(TransformerConfig.LargestWidth, "hidden_size"), json.Size(TransformerConfig.LargestWidth, "num_heads"));
        DemandHeads(json.FilePath, "hidden_size", d, "num_heads", heads);
        Config = new TransformerConfig
        {
            Layers = layers,
            DModel = d,
            DMlp = json.SizeOr(TransformerConfig.MostNeurons, "intermediate_size", 4 * d),
            Heads = heads,
            Context = json.Size(TransformerConfig.LongestContext, "max_position_embeddings"),
            VocabularySize = json.Size(TransformerConfig.LargestVocabulary, "vocab_size"),
            LayerNormEpsilon = (float)(json.Number("layer_norm_epsilon") ?? 1e-5),
            Architecture = new ModelArchitecture
            {
                Neurons = NeuronWords.Read(json, "activation_function", "gelu_new"),
                TiedUnembedding = json.Flag("tie_word_embeddings") ?? true,
                Windows = Windows(json, layers),
            },
        };
        DemandSizes(new SizeNames(json.FilePath, "num_layers", "vocab_size", "hidden_size", "max_position_embeddings") { LayerPrefix = "h.", Embedding = "wte.weight", Positions = "wpe.weight" });
    }

    public override string Family => "GPT-Neo";

    public override int LongestContext => Config.Context;

    public override TransformerConfig Config { get; }

    protected override void FillEnds(TransformerModel model)
    {
        Tensors.Skip(static name => name.EndsWith(".attn.attention.bias", StringComparison.Ordinal) || name.EndsWith(".attn.attention.masked_bias", StringComparison.Ordinal));
        Copy(model, "wte.weight", "wte.weight");
        Positions(model, "wpe.weight");
        Norm(model, "ln_f", "ln_f");
        var prefix = Tensors.Prefix;
        Tensors.Prefix = "";
        Tensors.Skip(static name => name == "lm_head.weight");
        if (!model.Config.Architecture.TiedUnembedding)
        {
            Copy(model, "lm_head.weight", "lm_head.weight");
        }

        Tensors.Prefix = prefix;
    }

    protected override void FillLayer(TransformerModel model, int layer)
    {
        var h = $"h.{layer}.";
        Norm(model, h + "ln_1", h + "ln_1");
        Norm(model, h + "ln_2", h + "ln_2");
        var attention = new AttentionWeights(model, layer) { QueryScale = MathF.Sqrt(model.Config.HeadSize) };
        foreach (var (part, name) in ((int, string)[])[(0, "q_proj"), (1, "k_proj"), (2, "v_proj")])
        {
            attention.Read(Tensors, part, $"{h}attn.attention.{name}", model.Config.Heads);
        }

        Turn(model, h + "attn.c_proj.weight", h + "attn.attention.out_proj.weight");
        Bias(model, h + "attn.c_proj.bias", h + "attn.attention.out_proj.bias");
        foreach (var linear in (string[])["mlp.c_fc", "mlp.c_proj"])
        {
            Turn(model, $"{h}{linear}.weight", $"{h}{linear}.weight");
            Bias(model, $"{h}{linear}.bias", $"{h}{linear}.bias");
        }
    }

    /// <summary>From attention_layers, or from attention_types, [[["global", "local"], 6]].</summary>
    private static int[] Windows(ForeignJson json, int layers)
    {
        var window = json.WholeOr("window_size", 256);
        var kinds = json.List("attention_layers").Select(static kind => $"{kind}").ToList();
        foreach (var type in kinds.Count > 0 ? [] : json.List("attention_types"))
        {
            if (type is not JsonArray { Count: 2 } pair || pair[0] is not JsonArray names || pair[1] is not JsonValue number || !number.TryGetValue(out int times) || times is < 0 or > 1000)
            {
                throw json.Wrong("attention_types", "a list of pairs of kinds and a number, as in [[[\"global\", \"local\"], 6]]");
            }

            for (var time = 0; time < times; time++)
            {
                kinds.AddRange(names.Select(static kind => $"{kind}"));
            }
        }

        if (kinds.Count == 0)
        {
            return [];
        }

        return kinds.Count == layers && kinds.TrueForAll(static kind => kind is "global" or "local")
            ? [.. kinds.Select(kind => kind == "local" ? window : 0)]
            : throw new InvalidDataException($"{json.FilePath}: the kinds of attention are {string.Join(", ", kinds.Take(8))} for {layers} layers; each layer needs global or local.");
    }
}
