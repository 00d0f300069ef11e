using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Engine.Transformer.Exported;

/// <summary>Llama, and Qwen3 where queries and keys are normalised: RMSNorm, rotary positions, gated neurons. Every head has keys and values of its own here.</summary>
internal sealed class LlamaFamily : HuggingFaceFamily
{
    public override string Name => "Llama";

    public override string TypeOf(TransformerConfig config) => config.Architecture.QueryKeyNorm ? "qwen3" : "llama";

    public override string ClassOf(TransformerConfig config) => config.Architecture.QueryKeyNorm ? "Qwen3ForCausalLM" : "LlamaForCausalLM";

    public override string? Misfit(TransformerModel model)
    {
        var (config, a) = (model.Config, model.Config.Architecture);
        return a.Norm != NormKind.RmsNorm ? "it has LayerNorm"
            : !a.Gated ? "its neurons are not gated"
            : a.Parallel ? "its layers are parallel"
            : a.UnembeddingBias ? "its unembedding has a bias"
            : a.Rotary is not { } rotary ? "its positions are learned"
            : rotary.Dimensions != config.HeadSize ? $"its rotary positions turn {rotary.Dimensions} of {config.HeadSize} coordinates"
            : a.Windows.Any(static window => window > 0) ? "some layers see a window alone"
            : a.QueryKeyNorm && a.Biases ? "its queries and keys are normalised, and its layers have biases"
            : null;
    }

    public override JsonObject Config(TransformerConfig config)
    {
        var rotary = config.Architecture.Rotary!;
        var json = new JsonObject
        {
            ["num_hidden_layers"] = config.Layers,
            ["hidden_size"] = config.DModel,
            ["intermediate_size"] = config.DMlp,
            ["num_attention_heads"] = config.Heads,
            ["num_key_value_heads"] = config.Heads,
            ["head_dim"] = config.HeadSize,
            ["max_position_embeddings"] = LongestOf(config),
            ["hidden_act"] = Function(config.Architecture.Neurons),
            ["rms_norm_eps"] = Exact(config.LayerNormEpsilon),
            ["attention_bias"] = config.Architecture.Biases,
            ["mlp_bias"] = config.Architecture.Biases,
            ["rope_theta"] = rotary.Base,
        };
        if (config.Architecture.QueryKeyNorm)
        {
            json.Remove("mlp_bias"); // Qwen3 has no such setting
        }

        if (Scaling(rotary) is { } scaling)
        {
            json["rope_scaling"] = scaling;
        }

        return json;
    }

    public override IReadOnlyList<NamedTensor> Tensors(TransformerModel model)
    {
        var (c, tensors, bias) = (model.Config, new ExportedTensors(model), model.Config.Architecture.Biases);
        tensors.Copy("model.embed_tokens.weight", "wte.weight", c.VocabularySize, c.DModel);
        for (var layer = 0; layer < c.Layers; layer++)
        {
            var (h, target) = ($"h.{layer}.", $"model.layers.{layer}.");
            tensors.Norm(target + "input_layernorm", h + "ln_1");
            tensors.Norm(target + "post_attention_layernorm", h + "ln_2");
            foreach (var (part, name) in ((int, string)[])[(0, "q_proj"), (1, "k_proj"), (2, "v_proj")])
            {
                tensors.Attention($"{target}self_attn.{name}", layer, tensors.ColumnsOf(part), bias);
            }

            if (c.Architecture.QueryKeyNorm)
            {
                tensors.Copy(target + "self_attn.q_norm.weight", h + "attn.q_norm.weight", c.HeadSize);
                tensors.Copy(target + "self_attn.k_norm.weight", h + "attn.k_norm.weight", c.HeadSize);
            }

            tensors.Linear(target + "self_attn.o_proj", h + "attn.c_proj", c.AttentionWidth, c.DModel, bias);
            tensors.Linear(target + "mlp.gate_proj", h + "mlp.c_gate", c.DModel, c.DMlp, bias);
            tensors.Linear(target + "mlp.up_proj", h + "mlp.c_fc", c.DModel, c.DMlp, bias);
            tensors.Linear(target + "mlp.down_proj", h + "mlp.c_proj", c.DMlp, c.DModel, bias);
        }

        tensors.Norm("model.norm", "ln_f");
        if (!c.Architecture.TiedUnembedding)
        {
            tensors.Copy("lm_head.weight", "lm_head.weight", c.VocabularySize, c.DModel);
        }

        return tensors.Items;
    }

    private static JsonObject? Scaling(RotaryPositions rotary) => rotary switch
    {
        { LowFrequencyFactor: not 0 } => new JsonObject
        {
            ["rope_type"] = "llama3",
            ["factor"] = rotary.Factor,
            ["low_freq_factor"] = rotary.LowFrequencyFactor,
            ["high_freq_factor"] = rotary.HighFrequencyFactor,
            ["original_max_position_embeddings"] = rotary.OriginalContext,
        },
        { Factor: not 1 } => new JsonObject { ["rope_type"] = "linear", ["factor"] = rotary.Factor },
        _ => null,
    };
}
