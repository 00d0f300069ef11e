using FeatureExplorer.Engine.TensorFiles;

namespace FeatureExplorer.Engine.Transformer.Imported;

/// <summary>Hugging Face's Llama and its like (Mistral, Qwen2, Qwen3, SmolLM): RMSNorm, rotary positions, gated SiLU, keys and values shared among heads.</summary>
internal sealed class LlamaLayout : ModelLayout
{
    private readonly int _keyHeads;
    private readonly string _type;

    public LlamaLayout(string type, ForeignJson json, TensorSet tensors)
        : base(tensors)
    {
        _type = type;
        var (d, heads, layers) = (
            json.Size(TransformerConfig.LargestWidth, "hidden_size"), json.Size(TransformerConfig.LargestWidth, "num_attention_heads"), json.Size(TransformerConfig.MostLayers, "num_hidden_layers"));
        _keyHeads = json.SizeOr(heads, "num_key_value_heads", heads);
        if (!json.Has("head_dim"))
        {
            DemandHeads(json.FilePath, "hidden_size", d, "num_attention_heads", heads);
        }

        var size = json.SizeOr(TransformerConfig.LargestHead, "head_dim", d / heads);
        json.Demand("mlp_bias", "true", "false");
        if (heads % _keyHeads != 0)
        {
            throw new InvalidDataException($"{json.FilePath}: num_key_value_heads {_keyHeads} does not divide num_attention_heads {heads}.");
        }

        var biases = Biased(layers);
        Config = new TransformerConfig
        {
            Layers = layers,
            DModel = d,
            DMlp = json.Size(TransformerConfig.MostNeurons, "intermediate_size"),
            Heads = heads,
            OwnHeadSize = size * heads == d ? 0 : size,
            Context = Context(json),
            VocabularySize = json.Size(TransformerConfig.LargestVocabulary, "vocab_size"),
            LayerNormEpsilon = (float)(json.Number("rms_norm_eps") ?? 1e-6),
            Architecture = new ModelArchitecture
            {
                Norm = NormKind.RmsNorm,
                Neurons = NeuronWords.Read(json, "hidden_act", "silu"),
                Gated = true,
                Biases = biases,
                TiedUnembedding = json.Flag("tie_word_embeddings") ?? !tensors.Contains("lm_head.weight"),
                QueryKeyNorm = tensors.Contains("model.layers.0.self_attn.q_norm.weight"),
                Rotary = Rotary(json, size),
            },
        };
        DemandSizes(new SizeNames(json.FilePath, "num_hidden_layers", "vocab_size", "hidden_size", "max_position_embeddings") { LayerPrefix = "model.layers.", Embedding = "model.embed_tokens.weight" });
    }

    public override string Family => _type;

    public override int LongestContext => Config.Context;

    public override TransformerConfig Config { get; }

    protected override void FillEnds(TransformerModel model)
    {
        Tensors.Skip(static name => name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal) || name == "lm_head.weight");
        Copy(model, "wte.weight", "model.embed_tokens.weight");
        Norm(model, "ln_f", "model.norm");
        if (!model.Config.Architecture.TiedUnembedding)
        {
            Copy(model, "lm_head.weight", "lm_head.weight");
        }
    }

    protected override void FillLayer(TransformerModel model, int layer)
    {
        var (h, source) = ($"h.{layer}.", $"model.layers.{layer}.");
        Norm(model, h + "ln_1", source + "input_layernorm");
        Norm(model, h + "ln_2", source + "post_attention_layernorm");
        var attention = new AttentionWeights(model, layer);
        attention.Read(Tensors, 0, source + "self_attn.q_proj", model.Config.Heads);
        attention.Read(Tensors, 1, source + "self_attn.k_proj", _keyHeads);
        attention.Read(Tensors, 2, source + "self_attn.v_proj", _keyHeads);
        if (model.Config.Architecture.QueryKeyNorm)
        {
            Copy(model, h + "attn.q_norm.weight", source + "self_attn.q_norm.weight");
            Copy(model, h + "attn.k_norm.weight", source + "self_attn.k_norm.weight");
        }

        foreach (var (target, name) in ((string, string)[])[("attn.c_proj", "self_attn.o_proj"), ("mlp.c_gate", "mlp.gate_proj"), ("mlp.c_fc", "mlp.up_proj"), ("mlp.c_proj", "mlp.down_proj")])
        {
            Turn(model, $"{h}{target}.weight", $"{source}{name}.weight");
            if (model.Config.Architecture.Biases)
            {
                Bias(model, $"{h}{target}.bias", $"{source}{name}.bias");
            }
        }
    }

    private bool Biased(int layers) => Enumerable.Range(0, layers).Any(layer =>
        ((string[])["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"])
            .Any(name => Tensors.Contains($"model.layers.{layer}.{name}.bias")));

    /// <summary>A window that slides is the same as none, as long as texts are no longer than it.</summary>
    private static int Context(ForeignJson json)
    {
        var context = json.SizeOr(TransformerConfig.LongestContext, "max_position_embeddings", 2048);
        return json.Has("sliding_window") && (json.Flag("use_sliding_window") ?? true) ? Math.Min(context, json.Size(TransformerConfig.LongestContext, "sliding_window")) : context;
    }

    private static RotaryPositions Rotary(ForeignJson json, int size)
    {
        var rope = json.Object("rope_parameters");
        var scaling = json.Object("rope_scaling") ?? rope;
        var type = scaling?.Text("rope_type") ?? scaling?.Text("type") ?? "default";
        var share = rope?.Number("partial_rotary_factor") ?? json.Number("partial_rotary_factor") ?? 1;
        var positions = new RotaryPositions { Dimensions = (int)(share * size), Base = rope?.Number("rope_theta") ?? json.Number("rope_theta") ?? 10_000 };
        return type switch
        {
            "default" => positions,
            "linear" => positions with { Factor = scaling!.Number("factor") ?? 1 },
            "llama3" => positions with
            {
                Factor = scaling!.Number("factor") ?? 8,
                LowFrequencyFactor = scaling.Number("low_freq_factor") ?? 1,
                HighFrequencyFactor = scaling.Number("high_freq_factor") ?? 4,
                OriginalContext = scaling.Number("original_max_position_embeddings") ?? 8192,
            },
            _ => throw new InvalidDataException($"{json.FilePath}: the rotary positions are scaled by \"{type}\"; only default, linear and llama3 can be computed here."),
        };
    }
}
