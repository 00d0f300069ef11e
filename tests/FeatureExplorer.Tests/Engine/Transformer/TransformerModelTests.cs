using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Tests.Engine.Transformer.Training;

namespace FeatureExplorer.Tests.Engine.Transformer;

public sealed class TransformerModelTests : IDisposable
{
    private static readonly TransformerConfig Tiny = TransformerGradientTests.Tiny;
    private readonly string _folder = Directory.CreateTempSubdirectory("model").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Save_ThenLoad_GivesTheSameModel()
    {
        using var model = TransformerGradientTests.RandomModel(Tiny);
        model.Save(_folder);

        using var loaded = TransformerModel.Load(_folder);

        Assert.Equal(Tiny, loaded.Config);
        Assert.Equal(model.Hash, loaded.Hash);
        Assert.All(model.Parameters.Items, item => Assert.Equal(model.Parameters.Span(item.Name).ToArray(), loaded.Parameters.Span(item.Name).ToArray()));
        using var file = Safetensors.Open(Path.Combine(_folder, TransformerModel.WeightsFile));
        Assert.Equal(model.Hash, file.Metadata[Safetensors.ChecksumKey]);
        Assert.Equal([20L, 60L], file.Info("h.1.attn.c_attn.weight").Shape);
        Assert.Equal([53L, 20L], file.Info("lm_head.weight").Shape);
    }

    [Fact]
    public void Create_StandardSizes_HasTheInitialSpreads()
    {
        using var model = TransformerModel.Create(new TransformerConfig { VocabularySize = 500 }, seed: 0);
        double Deviation(string name) => Math.Sqrt(model.Parameters.Span(name).ToArray().Average(v => (double)v * v));

        Assert.Equal(0.05, Deviation("wte.weight"), 0.001);
        Assert.Equal(0.02, Deviation("wpe.weight"), 0.001);
        Assert.Equal(0.06, Deviation("h.0.attn.c_attn.weight"), 0.001);
        Assert.Equal(0.04, Deviation("h.0.attn.c_proj.weight"), 0.001);
        Assert.Equal(0.08, Deviation("h.0.mlp.c_fc.weight"), 0.001);
        Assert.Equal(0.03, Deviation("h.0.mlp.c_proj.weight"), 0.001);
        Assert.Equal(0.02, Deviation("lm_head.weight"), 0.001);
        Assert.All(model.Parameters.Span("h.0.ln_2.weight").ToArray(), v => Assert.Equal(1, v));
        Assert.All(model.Parameters.Span("h.0.mlp.c_fc.bias").ToArray(), v => Assert.Equal(0, v));
        Assert.Equal((2 * 500 * 128) + (256 * 128) + (12 * 128 * 128) + (13 * 128) + (2 * 128), model.Parameters.Count);
        using var again = TransformerModel.Create(model.Config, seed: 0);
        using var other = TransformerModel.Create(model.Config, seed: 1);
        Assert.Equal(model.Hash, again.Hash);
        Assert.NotEqual(model.Hash, other.Hash);
    }

    [Theory]
    [InlineData("n_layer", "3", "h.2.ln_1.weight")]
    [InlineData("n_inner", "200000", "c_fc.weight")]
    [InlineData("n_positions", "1000000", "wpe.weight")]
    [InlineData("vocab_size", "65536", "wte.weight")]
    [InlineData("scale_attn_weights", "false", "scale_attn_weights")]
    [InlineData("scale_attn_by_inverse_layer_idx", "true", "scale_attn_by_inverse_layer_idx")]
    public void Load_ConfigurationThatIsNotTheWeights_IsRefusedByName(string key, string value, string name)
    {
        using (var model = TransformerGradientTests.RandomModel(Tiny))
        {
            model.Save(_folder);
        }

        var file = Path.Combine(_folder, TransformerModel.ConfigFile);
        var config = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(file))!;
        config[key] = System.Text.Json.Nodes.JsonNode.Parse(value);
        File.WriteAllText(file, config.ToJsonString());
        File.Delete(file + ".sums"); // as in a folder of others

        var message = Assert.Throws<InvalidDataException>(() => TransformerModel.Load(_folder)).Message;

        Assert.Contains(name, message, StringComparison.Ordinal);
        Assert.Contains(_folder, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WeightThatIsNoNumber_IsRefusedByName()
    {
        using (var model = TransformerGradientTests.RandomModel(Tiny))
        {
            model.Parameters.Span("h.0.mlp.c_fc.bias")[2] = float.NaN;
            model.Save(_folder);
        }

        Assert.Contains("h.0.mlp.c_fc.bias holds a value that is no number: NaN at [2]", Assert.Throws<InvalidDataException>(() => TransformerModel.Load(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_DamagedOrForeignFiles_AreRefusedByName()
    {
        using var model = TransformerGradientTests.RandomModel(Tiny);
        model.Save(_folder);
        var config = Path.Combine(_folder, TransformerModel.ConfigFile);
        var weights = Path.Combine(_folder, TransformerModel.WeightsFile);
        var (json, bytes) = (File.ReadAllText(config), File.ReadAllBytes(weights));
        Array.ForEach([config, weights], file => File.Delete(BlockChecksums.FileOf(file)));

        File.WriteAllBytes(weights, bytes[..^100]);
        Assert.Contains(weights, Assert.Throws<InvalidDataException>(() => TransformerModel.Load(_folder)).Message);
        File.WriteAllBytes(weights, bytes);
        Refused(json.Replace("\"n_inner\": 28", "\"n_inner\": 32"), weights);
        Refused(json.Replace("relu", "gelu_new"), "relu");
        Refused(json.Replace("\"n_head\": 4", "\"n_head\": 3"), "3 heads");
        Refused(json.Replace("n_embd", "hidden_size"), config);
        Refused("not json", config);

        void Refused(string text, string named)
        {
            File.WriteAllText(config, text);
            Assert.Contains(named, Assert.Throws<InvalidDataException>(() => TransformerModel.Load(_folder)).Message);
        }
    }
}
