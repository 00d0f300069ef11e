using System.Globalization;

namespace FeatureExplorer.Engine.Transformer.Imported;

/// <summary>A checkpoint of nanoGPT: GPT-2 with matrices [outputs, inputs], exact GELU, perhaps without biases; its sizes stand in the checkpoint.</summary>
internal sealed class NanoGptLayout : ModelLayout
{
    private const string Key = "model_args.";

    public NanoGptLayout(TensorSet tensors)
        : base(tensors)
    {
        // torch.compile puts a name of its own before all others.
        tensors.Prefix = ((string[])["model._orig_mod.", "model.", ""]).First(prefix => tensors.Names.Contains(prefix + "transformer.wte.weight") || prefix.Length == 0);
        var values = tensors.Values.Where(static value => value.Key.StartsWith(Key, StringComparison.Ordinal)).ToDictionary(static value => value.Key[Key.Length..], static value => value.Value);
        var (d, heads) = (Size("n_embd", TransformerConfig.LargestWidth), Size("n_head", TransformerConfig.LargestWidth));
        DemandHeads(tensors.Path, Key + "n_embd", d, Key + "n_head", heads);
        Config = new TransformerConfig
        {
            Layers = Size("n_layer", TransformerConfig.MostLayers),
            DModel = d,
            DMlp = 4 * d,
            Heads = heads,
            Context = Size("block_size", TransformerConfig.LongestContext),
            VocabularySize = Size("vocab_size", TransformerConfig.LargestVocabulary),
            Architecture = new ModelArchitecture { Neurons = NeuronKind.Gelu, TiedUnembedding = true },
        };

        DemandSizes(new SizeNames(tensors.Path, Key + "n_layer", Key + "vocab_size", Key + "n_embd", Key + "block_size") { LayerPrefix = "transformer.h.", Embedding = "transformer.wte.weight", Positions = "transformer.wpe.weight" });

        int Size(string name, int most) => values.GetValueOrDefault(name) switch
        {
            long number when number >= 1 && number <= most => (int)number,
            long number => throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"{tensors.Path}: {Key}{name} is {number} where a whole number from 1 to {most:N0} is needed.")),
            _ => throw new InvalidDataException($"{tensors.Path} has no whole number {Key}{name}: it is not a checkpoint of nanoGPT."),
        };
    }

    public override string Family => "nanoGPT";

    public override int LongestContext => Config.Context;

    public override TransformerConfig Config { get; }

    protected override void FillEnds(TransformerModel model)
    {
        Tensors.Skip(static name => name == "lm_head.weight" || name.EndsWith(".attn.bias", StringComparison.Ordinal));
        Copy(model, "wte.weight", "transformer.wte.weight");
        Positions(model, "transformer.wpe.weight");
        Gain(model, "ln_f", "transformer.ln_f");
        var prefix = Tensors.Prefix;
        Tensors.Prefix = "";
        Tensors.Skip(name => !name.StartsWith(prefix.Length == 0 ? "transformer." : prefix, StringComparison.Ordinal));
        Tensors.Prefix = prefix;
    }

    protected override void FillLayer(TransformerModel model, int layer)
    {
        var (h, source) = ($"h.{layer}.", $"transformer.h.{layer}.");
        Gain(model, h + "ln_1", source + "ln_1");
        Gain(model, h + "ln_2", source + "ln_2");
        foreach (var linear in (string[])["attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj"])
        {
            Turn(model, $"{h}{linear}.weight", $"{source}{linear}.weight");
            Bias(model, $"{h}{linear}.bias", $"{source}{linear}.bias");
        }
    }

    private void Gain(TransformerModel model, string target, string source)
    {
        Copy(model, target + ".weight", source + ".weight");
        Bias(model, target + ".bias", source + ".bias");
    }
}
