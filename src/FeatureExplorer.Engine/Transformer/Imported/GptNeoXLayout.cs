using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.TensorFiles;

namespace FeatureExplorer.Engine.Transformer.Imported;

/// <summary>Hugging Face's GPT-NeoX (Pythia): parallel layers, rotary positions on a share of each head, queries, keys and values of a head side by side.</summary>
internal sealed unsafe class GptNeoXLayout : ModelLayout
{
    public GptNeoXLayout(ForeignJson json, TensorSet tensors)
        : base(tensors)
    {
        var (d, heads) = (json.Size(TransformerConfig.LargestWidth, "hidden_size"), json.Size(TransformerConfig.LargestWidth, "num_attention_heads"));
        DemandHeads(json.FilePath, "hidden_size", d, "num_attention_heads", heads);
        var rope = json.Object("rope_parameters");
        json.Demand("rope_scaling");
        var share = rope?.Number("partial_rotary_factor") ?? json.Number("rotary_pct") ?? 0.25;
        Config = new TransformerConfig
        {
            Layers = json.Size(TransformerConfig.MostLayers, "num_hidden_layers"),
            DModel = d,
            DMlp = json.Size(TransformerConfig.MostNeurons, "intermediate_size"),
            Heads = heads,
            Context = json.SizeOr(TransformerConfig.LongestContext, "max_position_embeddings", 2048),
            VocabularySize = json.Size(TransformerConfig.LargestVocabulary, "vocab_size"),
            LayerNormEpsilon = (float)(json.Number("layer_norm_eps") ?? 1e-5),
            Architecture = new ModelArchitecture
            {
                Neurons = NeuronWords.Read(json, "hidden_act", "gelu"),
                Parallel = json.Flag("use_parallel_residual") ?? true,
                TiedUnembedding = json.Flag("tie_word_embeddings") ?? false,
                Rotary = new RotaryPositions { Dimensions = (int)(share * (d / heads)), Base = rope?.Number("rope_theta") ?? json.Number("rotary_emb_base") ?? 10_000 },
            },
        };
        DemandSizes(new SizeNames(json.FilePath, "num_hidden_layers", "vocab_size", "hidden_size", "max_position_embeddings") { LayerPrefix = "gpt_neox.layers.", Embedding = "gpt_neox.embed_in.weight" });
    }

    public override string Family => "GPT-NeoX";

    public override int LongestContext => Config.Context;

    public override TransformerConfig Config { get; }

    protected override void FillEnds(TransformerModel model)
    {
        Tensors.Skip(static name => name.EndsWith(".attention.bias", StringComparison.Ordinal) || name.EndsWith(".attention.masked_bias", StringComparison.Ordinal)
            || name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal) || name == "embed_out.weight");
        Copy(model, "wte.weight", "gpt_neox.embed_in.weight");
        Norm(model, "ln_f", "gpt_neox.final_layer_norm");
        if (!model.Config.Architecture.TiedUnembedding)
        {
            Copy(model, "lm_head.weight", "embed_out.weight");
        }
    }

    protected override void FillLayer(TransformerModel model, int layer)
    {
        var (h, source) = ($"h.{layer}.", $"gpt_neox.layers.{layer}.");
        Norm(model, h + "ln_1", source + "input_layernorm");
        Norm(model, h + "ln_2", source + "post_attention_layernorm");
        Attention(model, layer, source + "attention.query_key_value");
        foreach (var (target, name) in ((string, string)[])[("attn.c_proj", "attention.dense"), ("mlp.c_fc", "mlp.dense_h_to_4h"), ("mlp.c_proj", "mlp.dense_4h_to_h")])
        {
            Turn(model, $"{h}{target}.weight", $"{source}{name}.weight");
            Bias(model, $"{h}{target}.bias", $"{source}{name}.bias");
        }
    }

    /// <summary>The file's columns are (head, part, coordinate), ours (part, head, coordinate).</summary>
    private void Attention(TransformerModel model, int layer, string name)
    {
        var (d, heads, size) = (model.Config.DModel, model.Config.Heads, model.Config.HeadSize);
        using var all = new FloatBuffer(3L * d * d);
        Tensors.ReadTransposed(name + ".weight", all.Pointer, d, 3 * d);
        Reorder(all.Pointer, model.Parameters[$"h.{layer}.attn.c_attn.weight"], d);
        if (Tensors.Contains(name + ".bias"))
        {
            Tensors.Read(name + ".bias", all.Pointer, 3 * d);
            Reorder(all.Pointer, model.Parameters[$"h.{layer}.attn.c_attn.bias"], 1);
        }

        void Reorder(float* from, float* to, int rows)
        {
            for (var row = 0; row < rows; row++, from += 3 * d, to += 3 * d)
            {
                for (var block = 0; block < 3 * heads; block++)
                {
                    new ReadOnlySpan<float>(from + (block * size), size).CopyTo(new Span<float>(to + ((((block % 3) * heads) + (block / 3)) * size), size));
                }
            }
        }
    }
}
