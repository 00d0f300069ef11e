using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Tests.Storage;

namespace FeatureExplorer.Tests.Engine.Dictionaries;

/// <summary>A dictionary that writes another site than it reads.</summary>
public sealed unsafe class TranscoderTests
{
    private const int Inputs = 7;
    private const int Outputs = 5;

    [Theory]
    [InlineData(false, DictionaryActivation.Relu)]
    [InlineData(true, DictionaryActivation.Relu)]
    [InlineData(true, DictionaryActivation.JumpRelu)]
    public void EncodeAndDecode_OfOtherWidths_EqualPlainLoops(bool skips, DictionaryActivation activation)
    {
        using var plain = new PlainTranscoder(Inputs, Outputs, skips, activation: activation);
        using var x = Random(11 * Inputs);
        using var y = new FloatBuffer(11 * Outputs);
        var f = new SparseActivations();

        plain.Dictionary.Encode(x.Pointer, 11, f);
        plain.Dictionary.Decode(f, y.Pointer, x.Pointer);

        for (var row = 0; row < 11; row++)
        {
            double[] input = [.. x.Span(row * Inputs, Inputs).ToArray().Select(static v => (double)v)];
            var expected = plain.Encode(input);
            Assert.Equal(expected.Index().Where(static e => e.Item > 0).Select(static e => e.Index), f.FeaturesOf(row).ToArray());
            Assert.Equal(expected.Where(static v => v > 0), f.ValuesOf(row).ToArray().Select(static v => (double)v), static (a, b) => Math.Abs(a - b) < 1e-5);
            Assert.Equal(plain.Decode(expected, input), y.Span(row * Outputs, Outputs).ToArray().Select(static v => (double)v), static (a, b) => Math.Abs(a - b) < 1e-5);
        }
    }

    [Fact]
    public void Decode_WithoutTheInputOfASkip_SaysWhatIsMissing()
    {
        using var plain = new PlainTranscoder(Inputs, Outputs, skips: true);
        using var y = new FloatBuffer(Outputs);
        var f = new SparseActivations();
        f.Reset([0]);

        Assert.Contains("W_skip", Assert.Throws<ArgumentNullException>(() => plain.Dictionary.Decode(f, y.Pointer)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, DictionaryActivation.Relu, "transcoder")]
    [InlineData(true, DictionaryActivation.Relu, "skip_transcoder")]
    [InlineData(false, DictionaryActivation.JumpRelu, "jumprelu_transcoder")]
    [InlineData(true, DictionaryActivation.JumpRelu, "jumprelu_skip_transcoder")]
    [InlineData(true, DictionaryActivation.TopK, "topk_skip_transcoder")]
    public void Load_OfASavedOne_GivesTheSameBitsAndBothSites(bool skips, DictionaryActivation activation, string architecture)
    {
        using var folder = new TemporaryFolder();
        using var plain = new PlainTranscoder(Inputs, Outputs, skips, new Site(SiteKind.MlpIn, 3), activation, activation == DictionaryActivation.TopK ? 4 : 0);
        plain.Dictionary.Save(folder.Path);

        using var loaded = SparseAutoencoder.Load(folder.Path);

        Assert.Equal((Inputs, Outputs, true, skips), (loaded.Inputs, loaded.Outputs, loaded.IsTranscoder, loaded.WSkip is not null));
        Assert.Equal((plain.Dictionary.Site, plain.Dictionary.OutputSite), (loaded.Site, loaded.OutputSite));
        var shape = DictionaryShape.Of(folder.Path);
        Assert.Equal((Inputs, true, plain.Dictionary.Site, plain.Dictionary.OutputSite), (shape.Inputs, shape.IsTranscoder, shape.Site, shape.OutputSite));
        Assert.Equal(plain.Dictionary.Hash, loaded.Hash);
        foreach (var (a, b) in new[] { (plain.Dictionary.WEnc, loaded.WEnc), (plain.Dictionary.BEnc, loaded.BEnc), (plain.Dictionary.WDec, loaded.WDec), (plain.Dictionary.BDec, loaded.BDec) })
        {
            Assert.Equal(a.Span().ToArray(), b.Span().ToArray());
        }

        Assert.Equal(plain.Dictionary.WSkip?.Span().ToArray(), loaded.WSkip?.Span().ToArray());
        Assert.Equal(architecture, (string)JsonNode.Parse(File.ReadAllText(Path.Combine(folder.Path, "cfg.json")))!["architecture"]!);
    }

    [Theory]
    [InlineData("hook_name_out", "\"blocks.2.hook_mlp_out\"", "hook_name is blocks.3.mlp.hook_in and hook_name_out blocks.2.hook_mlp_out")]
    [InlineData("hook_name_out", "\"blocks.3.attn.hook_z\"", "no such site")]
    public void Load_SitesThatContradictEachOther_AreNamed(string key, string value, string says)
    {
        using var folder = Saved();
        Change(folder.Path, config => config["metadata"]![key] = JsonNode.Parse(value));

        Assert.Contains(says, Assert.Throws<InvalidDataException>(() => SparseAutoencoder.Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("d_out", null, "d_out is missing")]
    [InlineData("d_out", "6", "W_dec would be [9, 6]")]
    [InlineData("architecture", "\"transcoder\"", "W_skip [5, 7] is no part of a dictionary of the architecture \"transcoder\"")]
    [InlineData("architecture", "\"standard\"", "d_out is 5 and d_in 7")]
    [InlineData("apply_b_dec_to_input", "true", "apply_b_dec_to_input is \"true\"")]
    public void Load_ConfigurationThatDoesNotFit_NamesFileAndValue(string key, string? value, string says)
    {
        using var folder = Saved();
        Change(folder.Path, config =>
        {
            config.Remove(key);
            if (value is not null)
            {
                config[key] = JsonNode.Parse(value);
            }
        });

        var message = Assert.Throws<InvalidDataException>(() => SparseAutoencoder.Load(folder.Path)).Message;

        Assert.Contains(folder.Path, message, StringComparison.Ordinal);
        Assert.Contains(says, message, StringComparison.Ordinal);
    }

    [Fact]
    public void OutputSite_OfAnAutoencoder_IsItsSiteAndNoOther()
    {
        using var dictionary = new SparseAutoencoder(4, 6) { Site = new Site(SiteKind.MlpOut, 1) };

        Assert.Equal((4, dictionary.Site), (dictionary.Outputs, dictionary.OutputSite));
        Assert.Throws<InvalidOperationException>(() => dictionary.OutputSite = new Site(SiteKind.MlpOut, 2));
    }

    private static TemporaryFolder Saved()
    {
        var folder = new TemporaryFolder();
        using var plain = new PlainTranscoder(Inputs, Outputs, skips: true, new Site(SiteKind.MlpIn, 3));
        plain.Dictionary.Save(folder.Path);
        return folder;
    }

    private static void Change(string folder, Action<JsonObject> change)
    {
        var file = Path.Combine(folder, "cfg.json");
        var config = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        change(config);
        File.WriteAllText(file, config.ToJsonString());
        File.Delete(BlockChecksums.FileOf(file));
    }

    private static FloatBuffer Random(int length)
    {
        var values = new FloatBuffer(length);
        var random = new CounterRandom(3);
        for (var i = 0; i < length; i++)
        {
            values.Span()[i] = random.Normal((ulong)i);
        }

        return values;
    }
}
