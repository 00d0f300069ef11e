using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Engine.Transformer.Exported;

/// <summary>GPT-2: matrices [inputs, outputs], as ours; its linear layers always have biases, which are zeros where a model has none.</summary>
internal sealed class Gpt2Family : HuggingFaceFamily
{
    public override string Name => "GPT-2";

    public override string TypeOf(TransformerConfig config) => "gpt2";

    public override string ClassOf(TransformerConfig config) => "GPT2LMHeadModel";

    public override string? Misfit(TransformerModel model)
    {
        var a = model.Config.Architecture;
        return MisfitOfPlain(model.Config) ?? (a.Rotary is not null ? "its positions are rotary"
            : a.Parallel ? "its layers are parallel"
            : a.Windows.Any(static window => window > 0) ? "some layers see a window alone"
            : null);
    }

    public override JsonObject Config(TransformerConfig config) => new()
    {
        ["n_layer"] = config.Layers,
        ["n_embd"] = config.DModel,
        ["n_inner"] = config.DMlp,
        ["n_head"] = config.Heads,
        ["n_positions"] = config.Positions,
        ["activation_function"] = Function(config.Architecture.Neurons),
        ["layer_norm_epsilon"] = Exact(config.LayerNormEpsilon),
        ["scale_attn_weights"] = true,
        ["scale_attn_by_inverse_layer_idx"] = false,
        ["resid_pdrop"] = 0,
        ["embd_pdrop"] = 0,
        ["attn_pdrop"] = 0,
    };

    public override IReadOnlyList<NamedTensor> Tensors(TransformerModel model)
    {
        var (c, tensors) = (model.Config, new ExportedTensors(model));
        tensors.Copy("transformer.wte.weight", "wte.weight", c.VocabularySize, c.DModel);
        tensors.Copy("transformer.wpe.weight", "wpe.weight", c.Positions, c.DModel);
        for (var layer = 0; layer < c.Layers; layer++)
        {
            foreach (var norm in (string[])["ln_1", "ln_2"])
            {
                tensors.Norm($"transformer.h.{layer}.{norm}", $"h.{layer}.{norm}");
            }

            foreach (var (name, inputs, outputs) in ((string, int, int)[])
                [("attn.c_attn", c.DModel, 3 * c.DModel), ("attn.c_proj", c.DModel, c.DModel), ("mlp.c_fc", c.DModel, c.DMlp), ("mlp.c_proj", c.DMlp, c.DModel)])
            {
                tensors.Copy($"transformer.h.{layer}.{name}.weight", $"h.{layer}.{name}.weight", inputs, outputs);
                tensors.Copy($"transformer.h.{layer}.{name}.bias", $"h.{layer}.{name}.bias", outputs);
            }
        }

        tensors.Norm("transformer.ln_f", "ln_f");
        if (!c.Architecture.TiedUnembedding)
        {
            tensors.Copy("lm_head.weight", "lm_head.weight", c.VocabularySize, c.DModel);
        }

        return tensors.Items;
    }
}
