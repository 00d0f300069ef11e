using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Engine.Transformer.Exported;

/// <summary>GPT-Neo: matrices [outputs, inputs], queries without biases whose scores are not divided by √size, local attention of one width in some layers.</summary>
internal sealed unsafe class GptNeoFamily : HuggingFaceFamily
{
    private const int UsualWindow = 256;

    public override string Name => "GPT-Neo";

    public override string TypeOf(TransformerConfig config) => "gpt_neo";

    public override string ClassOf(TransformerConfig config) => "GPTNeoForCausalLM";

    public override string? Misfit(TransformerModel model)
    {
        var a = model.Config.Architecture;
        return MisfitOfPlain(model.Config) ?? (a.Rotary is not null ? "its positions are rotary"
            : a.Parallel ? "its layers are parallel"
            : a.Windows.Where(static window => window > 0).Distinct().Count() > 1 ? "its layers see windows of several widths"
            : HasAttentionBias(model) ? "its queries, keys or values have biases"
            : null);
    }

    public override JsonObject Config(TransformerConfig config) => new()
    {
        ["num_layers"] = config.Layers,
        ["hidden_size"] = config.DModel,
        ["intermediate_size"] = config.DMlp,
        ["num_heads"] = config.Heads,
        ["max_position_embeddings"] = config.Positions,
        ["activation_function"] = Function(config.Architecture.Neurons),
        ["layer_norm_epsilon"] = Exact(config.LayerNormEpsilon),
        ["window_size"] = config.Architecture.Windows.FirstOrDefault(static window => window > 0, UsualWindow),
        ["attention_types"] = new JsonArray([.. Enumerable.Range(0, config.Layers).Select(layer => (JsonNode)new JsonArray(new JsonArray(Kind(config, layer)), 1))]),
        ["attention_layers"] = new JsonArray([.. Enumerable.Range(0, config.Layers).Select(layer => (JsonNode)Kind(config, layer))]),
        ["resid_dropout"] = 0,
        ["embed_dropout"] = 0,
        ["attention_dropout"] = 0,
    };

    public override IReadOnlyList<NamedTensor> Tensors(TransformerModel model)
    {
        var (c, tensors) = (model.Config, new ExportedTensors(model));
        tensors.Copy("transformer.wte.weight", "wte.weight", c.VocabularySize, c.DModel);
        tensors.Copy("transformer.wpe.weight", "wpe.weight", c.Positions, c.DModel);
        for (var layer = 0; layer < c.Layers; layer++)
        {
            var (h, target) = ($"h.{layer}.", $"transformer.h.{layer}.");
            tensors.Norm(target + "ln_1", h + "ln_1");
            tensors.Norm(target + "ln_2", h + "ln_2");
            foreach (var (part, name) in ((int, string)[])[(0, "q_proj"), (1, "k_proj"), (2, "v_proj")])
            {
                tensors.Attention($"{target}attn.attention.{name}", layer, tensors.ColumnsOf(part), bias: false, part == 0 ? 1 / MathF.Sqrt(c.HeadSize) : 1);
            }

            tensors.Linear(target + "attn.attention.out_proj", h + "attn.c_proj", c.DModel, c.DModel, bias: true);
            tensors.Linear(target + "mlp.c_fc", h + "mlp.c_fc", c.DModel, c.DMlp, bias: true);
            tensors.Linear(target + "mlp.c_proj", h + "mlp.c_proj", c.DMlp, c.DModel, bias: true);
        }

        tensors.Norm("transformer.ln_f", "ln_f");
        if (!c.Architecture.TiedUnembedding)
        {
            tensors.Copy("lm_head.weight", "lm_head.weight", c.VocabularySize, c.DModel);
        }

        return tensors.Items;
    }

    private static string Kind(TransformerConfig config, int layer) => config.Architecture.WindowOf(layer) > 0 ? "local" : "global";

    private static bool HasAttentionBias(TransformerModel model) => Enumerable.Range(0, model.Config.Layers).Any(layer =>
        new ReadOnlySpan<float>(model.Parameters[$"h.{layer}.attn.c_attn.bias"], 3 * model.Config.AttentionWidth).ContainsAnyExcept(0f));
}
