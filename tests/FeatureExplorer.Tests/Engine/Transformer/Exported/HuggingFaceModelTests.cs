using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Exports;
using FeatureExplorer.Engine.TensorFiles;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Exported;
using FeatureExplorer.Engine.Transformer.Imported;
using FeatureExplorer.Engine.Transformer.Layers;

namespace FeatureExplorer.Tests.Engine.Transformer.Exported;

public sealed unsafe class HuggingFaceModelTests : IDisposable
{
    private static readonly string Fixtures = Path.Combine(AppContext.BaseDirectory, "Fixtures", "foreign-models");

    private readonly string _folder = Directory.CreateTempSubdirectory("hugging-face").FullName;

    private string Out => Path.Combine(_folder, "out");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("paper", "gpt2")]
    [InlineData("paper, no biases", "gpt2")]
    [InlineData("gpt2", "gpt2")]
    [InlineData("gpt2, start token", "gpt2")]
    [InlineData("gpt-neo", "gpt_neo")]
    [InlineData("gpt-neox", "gpt_neox")]
    [InlineData("gpt-neox, one after the other", "gpt_neox")]
    [InlineData("llama", "llama")]
    [InlineData("llama, biases", "llama")]
    [InlineData("llama, scaled", "llama")]
    [InlineData("llama, start token", "llama")]
    [InlineData("qwen3", "qwen3")]
    public void Write_EachFamily_IsReadBackWithTheSameLogits(string name, string type)
    {
        var config = Of(name);
        using var model = Random(config);
        NewFolder.Write(Out, sink => HuggingFaceModel.Write(model, null, sink));

        Assert.Equal(type, (string?)JsonNode.Parse(File.ReadAllText(Path.Combine(Out, "config.json")))!["model_type"]);
        using var foreign = ForeignModel.Open(Out, new ModelImportOptions { Context = config.Context, StartToken = config.StartToken });
        using var again = foreign.Load();
        Assert.Equal(config.Context, again.Config.Context);
        double[] before = [.. Logits(model).Select(static value => (double)value)];
        Assert.InRange(Numbers.RelativeError(Logits(again), before), 0, 1e-5);
    }

    [Theory]
    [InlineData("gpt2", "model.safetensors")]
    [InlineData("gpt-neo", "pytorch_model.bin")]
    [InlineData("gpt-neox", "model.safetensors")]
    [InlineData("llama", "model.safetensors")]
    public void Write_ImportedModel_HasTheNamesAndShapesThatItsFamilyHas(string name, string weights)
    {
        using var foreign = ForeignModel.Open(Path.Combine(Fixtures, name));
        using var model = foreign.Load();
        NewFolder.Write(Out, sink => HuggingFaceModel.Write(model, null, sink));

        var source = Directory.GetFiles(Path.Combine(Fixtures, name)).First(file => file.EndsWith(".safetensors", StringComparison.Ordinal) || file.EndsWith(weights, StringComparison.Ordinal));
        var (published, written) = (Shapes(source), Shapes(Path.Combine(Out, "model.safetensors")));
        Assert.Empty(published.Except(written));
        Assert.Empty(written.Except(published));
    }

    [Theory]
    [InlineData("gelu-1l", "its unembedding has a bias")]
    [InlineData("gpt-neo, biased", "its queries, keys or values have biases")]
    [InlineData("rms, not gated", "its neurons are not gated")]
    public void Write_OfNoFamily_IsRefusedByWhatItHas(string name, string says)
    {
        using var model = Random(Of(name));
        if (name == "gpt-neo, biased")
        {
            model.Parameters.Span("h.1.attn.c_attn.bias")[3] = 1;
        }

        var error = Assert.Throws<NotSupportedException>(() => NewFolder.Write(Out, sink => HuggingFaceModel.Write(model, null, sink)));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Out));
    }

    private static TransformerConfig Of(string name)
    {
        var (neox, llama) = (Architectures.Of("gpt-neox"), Architectures.Of("llama"));
        return name switch
        {
            "paper" => new() { Layers = 2, DModel = 20, DMlp = 28, Heads = 4, Context = 12, VocabularySize = 53 },
            "paper, no biases" => Of("paper") with { Architecture = new() { Biases = false } },
            "gpt-neo, biased" => Architectures.Of("gpt-neo"),
            "gpt-neox, one after the other" => neox with { Architecture = neox.Architecture with { Parallel = false, Biases = false, Rotary = new() { Dimensions = 6 } } },
            "llama, biases" => llama with { Architecture = llama.Architecture with { Biases = true } },
            "llama, scaled" => llama with
            {
                Architecture = llama.Architecture with { Rotary = new() { Dimensions = 6, Factor = 4, LowFrequencyFactor = 1, HighFrequencyFactor = 4, OriginalContext = 6 } },
            },
            "rms, not gated" => llama with { Architecture = llama.Architecture with { Gated = false } },
            _ => Architectures.Of(name),
        };
    }

    /// <summary>Random weights, gains and biases too; a model of GPT-Neo has no biases of queries.</summary>
    private static TransformerModel Random(TransformerConfig config)
    {
        var model = TransformerModel.Create(config, 5);
        foreach (var item in model.Parameters.Items.Where(item => !item.IsMatrix && (config.Architecture.Windows.Count == 0 || !item.Name.Contains("c_attn", StringComparison.Ordinal))))
        {
            var values = model.Parameters.Span(item.Name);
            for (var i = 0; i < values.Length; i++)
            {
                values[i] += 0.1f * MathF.Sin(i + item.Name.Length);
            }
        }

        return model;
    }

    // Heads that share keys are given them each here, so those matrices have more rows than the published ones.
    private static List<string> Shapes(string path)
    {
        using var file = TensorFile.Open(path);
        string[] ignored = ["lm_head.weight", "attn.bias", "masked_bias", "attention.bias", "inv_freq"];
        return [.. file.Tensors.Where(tensor => !ignored.Any(end => tensor.Name.EndsWith(end, StringComparison.Ordinal)))
            .Select(tensor => tensor.Name.Replace("transformer.", string.Empty, StringComparison.Ordinal)
                + (tensor.Name.Contains("k_proj", StringComparison.Ordinal) || tensor.Name.Contains("v_proj", StringComparison.Ordinal) ? string.Empty : $" [{string.Join(',', tensor.Shape)}]"))];
    }

    private static float[] Logits(TransformerModel model)
    {
        int[] tokens = [.. Enumerable.Range(0, 24).Select(static i => i * 7 % 53)];
        using var runner = new TransformerRunner(model, 2);
        using var activations = new HostRows(tokens.Length, model.Config.DModel);
        using var stream = new HostRows(tokens.Length, model.Config.DModel);
        runner.Stream(tokens, 2, 12, new Site(SiteKind.ResidPost, model.Config.Layers - 1), activations, stream);
        var logits = new float[tokens.Length * model.Config.VocabularySize];
        fixed (float* target = logits)
        {
            FinalLogits.Of(model, stream.Pointer, tokens.Length, target);
        }

        return logits;
    }
}
