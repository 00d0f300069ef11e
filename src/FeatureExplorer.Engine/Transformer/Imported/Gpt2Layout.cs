using FeatureExplorer.Engine.TensorFiles;

namespace FeatureExplorer.Engine.Transformer.Imported;

/// <summary>Hugging Face's GPT-2: matrices [inputs, outputs], queries, keys and values in one, the unembedding tied unless the configuration says otherwise.</summary>
internal sealed class Gpt2Layout : ModelLayout
{
    private readonly bool _scaledByLayer;

    public Gpt2Layout(ForeignJson json, TensorSet tensors)
        : base(tensors)
    {
        _scaledByLayer = json.Flag("scale_attn_by_inverse_layer_idx") ?? false;
        tensors.Prefix = tensors.Contains("transformer.wte.weight") ? "transformer." : "";
        json.Demand("scale_attn_weights", "true");
        json.Demand("add_cross_attention", "false");
        var tied = json.Flag("tie_word_embeddings") ?? true;
        var (d, heads) = (json.Size(TransformerConfig.LargestWidth, "n_embd"), json.Size(TransformerConfig.LargestWidth, "n_head"));
        DemandHeads(json.FilePath, "n_embd", d, "n_head", heads);
        Config = new TransformerConfig
        {
            Layers = json.Size(TransformerConfig.MostLayers, "n_layer"),
            DModel = d,
            DMlp = json.SizeOr(TransformerConfig.MostNeurons, "n_inner", 4 * d),
            Heads = heads,
            Context = json.Size(TransformerConfig.LongestContext, "n_positions", "n_ctx"),
            VocabularySize = json.Size(TransformerConfig.LargestVocabulary, "vocab_size"),
            LayerNormEpsilon = (float)(json.Number("layer_norm_epsilon") ?? 1e-5),
            Architecture = new ModelArchitecture { Neurons = NeuronWords.Read(json, "activation_function", "gelu_new"), TiedUnembedding = tied },
        };
        DemandSizes(new SizeNames(json.FilePath, "n_layer", "vocab_size", "n_embd", json.Has("n_positions") ? "n_positions" : "n_ctx") { LayerPrefix = "h.", Embedding = "wte.weight", Positions = "wpe.weight" });
    }

    public override string Family => "GPT-2";

    public override int LongestContext => Config.Context;

    public override TransformerConfig Config { get; }

    protected override void FillEnds(TransformerModel model)
    {
        Tensors.Skip(static name => name.EndsWith(".attn.bias", StringComparison.Ordinal) || name.EndsWith(".attn.masked_bias", StringComparison.Ordinal));
        Copy(model, "wte.weight", "wte.weight");
        Positions(model, "wpe.weight");
        Norm(model, "ln_f", "ln_f");
        Unembedding(model);
    }

    protected override void FillLayer(TransformerModel model, int layer)
    {
        var h = $"h.{layer}.";
        Norm(model, h + "ln_1", h + "ln_1");
        Norm(model, h + "ln_2", h + "ln_2");
        foreach (var linear in (string[])["attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj"])
        {
            Copy(model, $"{h}{linear}.weight", $"{h}{linear}.weight");
            Copy(model, $"{h}{linear}.bias", $"{h}{linear}.bias");
        }

        if (_scaledByLayer)
        {
            ScaleQueries(model, h, 1f / (layer + 1));
        }
    }

    private static void ScaleQueries(TransformerModel model, string h, float scale)
    {
        var width = model.Config.AttentionWidth;
        foreach (var name in (string[])[h + "attn.c_attn.weight", h + "attn.c_attn.bias"])
        {
            var values = model.Parameters.Span(name);
            for (var i = 0; i < values.Length; i++)
            {
                values[i] *= i % (3 * width) < width ? scale : 1;
            }
        }
    }

    /// <summary>The head of a tied model may be in the file as well; it stands outside the prefix.</summary>
    private void Unembedding(TransformerModel model)
    {
        var prefix = Tensors.Prefix;
        Tensors.Prefix = "";
        Tensors.Skip(static name => name == "lm_head.weight");
        if (!model.Config.Architecture.TiedUnembedding)
        {
            Copy(model, "lm_head.weight", "lm_head.weight");
        }

        Tensors.Prefix = prefix;
    }
}
