using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Kernels;

namespace FeatureExplorer.Tests.Engine.Dictionaries.Files;

public sealed class DictionaryFilesTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"dictionary-{Guid.NewGuid():N}");

    [Fact]
    public void SaveLoad_RoundTrip_SameBitsAndHash()
    {
        using var saved = Sample();
        var before = saved.Hash;
        saved.Save(_folder, new Dictionary<string, string> { ["model_name"] = "A", ["hook_name"] = "blocks.0.mlp.hook_post" });

        using var loaded = SparseAutoencoder.Load(_folder);

        Assert.Equal((24, 70), (loaded.Inputs, loaded.Features));
        Assert.Equal(saved.WEnc.Span().ToArray(), loaded.WEnc.Span().ToArray());
        Assert.Equal(saved.BEnc.Span().ToArray(), loaded.BEnc.Span().ToArray());
        Assert.Equal(saved.WDec.Span().ToArray(), loaded.WDec.Span().ToArray());
        Assert.Equal(saved.BDec.Span().ToArray(), loaded.BDec.Span().ToArray());
        Assert.Equal(before, saved.Hash);
        Assert.Equal(before, loaded.Hash);
    }

    [Fact]
    public void Save_Files_HaveTheLayoutOfSaeLens()
    {
        using var saved = Sample();
        saved.Save(_folder, new Dictionary<string, string> { ["model_name"] = "A" });

        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "cfg.json")))!;
        Assert.Equal("standard", (string?)config["architecture"]);
        Assert.Equal(24, (int)config["d_in"]!);
        Assert.Equal(70, (int)config["d_sae"]!);
        Assert.True((bool)config["apply_b_dec_to_input"]!);
        Assert.Equal("none", (string?)config["normalize_activations"]);
        Assert.Equal("A", (string?)config["metadata"]!["model_name"]);
        using var weights = Safetensors.Open(Path.Combine(_folder, "sae_weights.safetensors"));
        Assert.Equal([24, 70], weights.Info("W_enc").Shape);
        Assert.Equal([70, 24], weights.Info("W_dec").Shape);
        Assert.Equal([70], weights.Info("b_enc").Shape);
        Assert.Equal([24], weights.Info("b_dec").Shape);
        Assert.Equal(saved.EncoderRow(3)[5], weights.ReadArray("W_enc")[(5 * 70) + 3]);
    }

    [Theory]
    [InlineData("architecture", "\"topk\"")]
    [InlineData("architecture", "\"crosscoder\"")]
    [InlineData("activation_fn", "\"topk\"")]
    [InlineData("normalize_activations", "\"expected_average_only_in\"")]
    [InlineData("d_sae", "\"many\"")]
    [InlineData("d_in", "-1")]
    [InlineData("d_sae", "71")]
    public void Load_UnsupportedOrWrong_NamesFileAndValue(string key, string value)
    {
        using (var saved = Sample())
        {
            saved.Save(_folder);
        }

        var path = Path.Combine(_folder, "cfg.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!;
        config[key] = JsonNode.Parse(value);
        File.WriteAllText(path, config.ToJsonString());
        File.Delete(BlockChecksums.FileOf(path));

        var failure = Assert.Throws<InvalidDataException>(() => SparseAutoencoder.Load(_folder));

        Assert.Contains(_folder, failure.Message, StringComparison.Ordinal);
        Assert.Contains(value.Trim('"'), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NotJson_SaysSo()
    {
        using (var saved = Sample())
        {
            saved.Save(_folder);
        }

        // Without the sums that are written beside it: then it would be called damaged.
        File.Delete(BlockChecksums.FileOf(Path.Combine(_folder, "cfg.json")));
        File.WriteAllText(Path.Combine(_folder, "cfg.json"), "{ no");

        Assert.Contains("cfg.json", Assert.Throws<InvalidDataException>(() => SparseAutoencoder.Load(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public unsafe void Load_EncoderWithoutDecoderBias_GivesTheSameActivations()
    {
        using var saved = Sample();
        saved.Save(_folder);
        var path = Path.Combine(_folder, "cfg.json");
        File.Delete(BlockChecksums.FileOf(path));
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"apply_b_dec_to_input\": true", "\"apply_b_dec_to_input\": false", StringComparison.Ordinal));
        using var loaded = SparseAutoencoder.Load(_folder);
        using var x = DictionarySamples.Normal(10 * 24, seed: 7);
        var f = new SparseActivations();
        loaded.Encode(x.Pointer, 10, f);

        for (var row = 0; row < 10; row++)
        {
            var expected = new List<(int Feature, float Value)>();
            for (var i = 0; i < 70; i++)
            {
                var pre = saved.BEnc.Pointer[i] + System.Numerics.Tensors.TensorPrimitives.Dot<float>(saved.EncoderRow(i), x.Span(row * 24, 24));
                if (pre > 1e-4)
                {
                    expected.Add((i, pre));
                }
            }

            var actual = new Dictionary<int, float>();
            for (var k = 0; k < f.FeaturesOf(row).Length; k++)
            {
                actual[f.FeaturesOf(row)[k]] = f.ValuesOf(row)[k];
            }

            Assert.All(expected, e => Assert.Equal(e.Value, actual[e.Feature], 1e-4f));
            Assert.InRange(actual.Count, expected.Count, expected.Count + 2);
        }
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static SparseAutoencoder Sample()
    {
        using var step = DictionarySamples.Step(24, 70, 1, seed: 1);
        return DictionaryWeights.ToDictionary(step.Parameters, 1.5f);
    }
}
