using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Engine.Transformer.Exported;

/// <summary>GPT-NeoX (Pythia): rotary positions on a share of each head; queries, keys and values of a head lie side by side.</summary>
internal sealed class GptNeoXFamily : HuggingFaceFamily
{
    public override string Name => "GPT-NeoX";

    public override string TypeOf(TransformerConfig config) => "gpt_neox";

    public override string ClassOf(TransformerConfig config) => "GPTNeoXForCausalLM";

    public override string? Misfit(TransformerModel model)
    {
        var a = model.Config.Architecture;
        return MisfitOfPlain(model.Config) ?? (a.Rotary is not { } rotary ? "its positions are learned"
            : rotary.Factor != 1 || rotary.LowFrequencyFactor != 0 ? "its rotary positions are scaled"
            : a.Windows.Any(static window => window > 0) ? "some layers see a window alone"
            : null);
    }

    public override JsonObject Config(TransformerConfig config) => new()
    {
        ["num_hidden_layers"] = config.Layers,
        ["hidden_size"] = config.DModel,
        ["intermediate_size"] = config.DMlp,
        ["num_attention_heads"] = config.Heads,
        ["max_position_embeddings"] = LongestOf(config),
        ["hidden_act"] = Function(config.Architecture.Neurons),
        ["layer_norm_eps"] = Exact(config.LayerNormEpsilon),
        ["use_parallel_residual"] = config.Architecture.Parallel,
        ["rotary_pct"] = Share(config.Architecture.Rotary!.Dimensions, config.HeadSize),
        ["rotary_emb_base"] = config.Architecture.Rotary!.Base,
        ["attention_bias"] = true,
    };

    public override IReadOnlyList<NamedTensor> Tensors(TransformerModel model)
    {
        var (c, tensors) = (model.Config, new ExportedTensors(model));
        tensors.Copy("gpt_neox.embed_in.weight", "wte.weight", c.VocabularySize, c.DModel);
        for (var layer = 0; layer < c.Layers; layer++)
        {
            var (h, target) = ($"h.{layer}.", $"gpt_neox.layers.{layer}.");
            tensors.Norm(target + "input_layernorm", h + "ln_1");
            tensors.Norm(target + "post_attention_layernorm", h + "ln_2");
            tensors.Attention(target + "attention.query_key_value", layer, ByHead(c), bias: true);
            tensors.Linear(target + "attention.dense", h + "attn.c_proj", c.DModel, c.DModel, bias: true);
            tensors.Linear(target + "mlp.dense_h_to_4h", h + "mlp.c_fc", c.DModel, c.DMlp, bias: true);
            tensors.Linear(target + "mlp.dense_4h_to_h", h + "mlp.c_proj", c.DMlp, c.DModel, bias: true);
        }

        tensors.Norm("gpt_neox.final_layer_norm", "ln_f");
        if (!c.Architecture.TiedUnembedding)
        {
            tensors.Copy("embed_out.weight", "lm_head.weight", c.VocabularySize, c.DModel);
        }

        return tensors.Items;
    }

    /// <summary>Their rows are (head, part, coordinate), our columns (part, head, coordinate).</summary>
    private static int[] ByHead(TransformerConfig config)
    {
        var (heads, size) = (config.Heads, config.HeadSize);
        return [.. from head in Enumerable.Range(0, heads) from part in Enumerable.Range(0, 3) from i in Enumerable.Range(0, size) select (((part * heads) + head) * size) + i];
    }

    // The reader multiplies and cuts off: the quotient may come out a coordinate short.
    private static double Share(int dimensions, int size)
    {
        var share = (double)dimensions / size;
        return (int)(share * size) == dimensions ? share : Math.BitIncrement(share);
    }
}
