using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.TensorFiles;

namespace FeatureExplorer.Engine.Transformer.Imported;

/// <summary>A state dictionary of TransformerLens (GELU-1L to 4L): one matrix for each head, biases of everything, the unembedding [d, V] with a bias.</summary>
internal sealed unsafe class TransformerLensLayout : ModelLayout
{
    public TransformerLensLayout(ForeignJson json, TensorSet tensors)
        : base(tensors)
    {
        if (json.Flag("attn_only") ?? false)
        {
            throw new InvalidDataException($"{json.FilePath} describes a model of attention alone (attn_only): it has no neurons, and none of the sites that are read here.");
        }

        json.Demand("normalization_type", "LN");
        json.Demand("normalization", "LN");
        json.Demand("positional_embedding_type", "standard");
        json.Demand("shortformer_pos", "false");
        json.Demand("parallel_attn_mlp", "false");
        json.Demand("final_rms", "false");
        json.Demand("attn_types");
        var act = json.Text("act_fn") ?? "gelu";
        if (act.StartsWith("solu", StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{json.FilePath}: act_fn is {act}; neurons with a softmax and a norm of their own (SoLU) cannot be computed here. GELU models can.");
        }

        var (d, size) = (json.Size(TransformerConfig.LargestWidth, "d_model"), json.Size(TransformerConfig.LargestHead, "d_head"));
        var heads = json.SizeOr(TransformerConfig.LargestWidth, "n_heads", Math.Max(1, d / size));
        Config = new TransformerConfig
        {
            Layers = json.Size(TransformerConfig.MostLayers, "n_layers"),
            DModel = d,
            DMlp = json.SizeOr(TransformerConfig.MostNeurons, "d_mlp", 4 * d),
            Heads = heads,
            OwnHeadSize = size * heads == d ? 0 : size,
            Context = json.Size(TransformerConfig.LongestContext, "n_ctx"),
            VocabularySize = json.Size(TransformerConfig.LargestVocabulary, "d_vocab"),
            LayerNormEpsilon = (float)(json.Number("eps") ?? 1e-5),
            Architecture = new ModelArchitecture { Neurons = NeuronWords.Read(json, "act_fn", "gelu"), UnembeddingBias = tensors.Contains("unembed.b_U") },
        };
        DemandSizes(new SizeNames(json.FilePath, "n_layers", "d_vocab", "d_model", "n_ctx") { LayerPrefix = "blocks.", Embedding = "embed.W_E", Positions = "pos_embed.W_pos" });
    }

    public override string Family => "TransformerLens";

    public override int LongestContext => Config.Context;

    public override TransformerConfig Config { get; }

    protected override void FillEnds(TransformerModel model)
    {
        var (d, vocabulary) = (model.Config.DModel, model.Config.VocabularySize);
        Tensors.Skip(static name => name.EndsWith(".attn.mask", StringComparison.Ordinal) || name.EndsWith(".attn.IGNORE", StringComparison.Ordinal));
        Copy(model, "wte.weight", "embed.W_E");
        Positions(model, "pos_embed.W_pos");
        Vector(model, "ln_f.weight", "ln_final.w");
        Vector(model, "ln_f.bias", "ln_final.b");
        Tensors.ReadTransposed("unembed.W_U", model.Parameters["lm_head.weight"], vocabulary, d);
        if (model.Config.Architecture.UnembeddingBias)
        {
            Vector(model, "lm_head.bias", "unembed.b_U");
        }
    }

    protected override void FillLayer(TransformerModel model, int layer)
    {
        var (h, source, d, heads, size) = ($"h.{layer}.", $"blocks.{layer}.", model.Config.DModel, model.Config.Heads, model.Config.HeadSize);
        foreach (var (target, name) in ((string, string)[])[("ln_1", "ln1"), ("ln_2", "ln2")])
        {
            Vector(model, $"{h}{target}.weight", $"{source}{name}.w");
            Vector(model, $"{h}{target}.bias", $"{source}{name}.b");
        }

        var attention = new AttentionWeights(model, layer);
        using var perHead = new FloatBuffer((long)d * heads * size);
        using var columns = new FloatBuffer((long)d * heads * size);
        foreach (var (part, letter) in "QKV".Select(static (letter, part) => (part, letter)))
        {
            Tensors.Read($"{source}attn.W_{letter}", perHead.Pointer, heads, d, size);
            for (var block = 0; block < heads * d; block++)
            {
                new ReadOnlySpan<float>(perHead.Pointer + ((nint)block * size), size).CopyTo(new Span<float>(columns.Pointer + (((nint)(block % d) * heads) + (block / d)) * size, size));
            }

            attention.Put(part, columns.Pointer, heads);
            Tensors.Read($"{source}attn.b_{letter}", columns.Pointer, heads, size);
            attention.PutBias(part, columns.Pointer, heads);
        }

        // [heads, size, d] lies as [heads · size, d] does.
        Tensors.Read($"{source}attn.W_O", model.Parameters[h + "attn.c_proj.weight"], heads, size, d);
        Vector(model, h + "attn.c_proj.bias", source + "attn.b_O");
        Copy(model, h + "mlp.c_fc.weight", source + "mlp.W_in");
        Vector(model, h + "mlp.c_fc.bias", source + "mlp.b_in");
        Copy(model, h + "mlp.c_proj.weight", source + "mlp.W_out");
        Vector(model, h + "mlp.c_proj.bias", source + "mlp.b_out");
    }

    private void Vector(TransformerModel model, string target, string source) => Copy(model, target, source);
}
