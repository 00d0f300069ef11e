using System.Text.Json;
using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Imported;
using FeatureExplorer.Engine.Transformer.Layers;

namespace FeatureExplorer.Tests.Engine.Transformer.Imported;

/// <summary>Models in the files of other tools, with the logits of a plain forward pass over the tensors as they are in the files (Fixtures/make_foreign_models.py).</summary>
public sealed unsafe class ForeignModelTests : IDisposable
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Fixtures", "foreign-models");
    private static readonly JsonObject Expected = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "expected.json")))!.AsObject();

    private readonly string _copy = Directory.CreateTempSubdirectory("foreign-models").FullName;

    public static TheoryData<string> Names => [.. Expected.Select(static entry => entry.Key).Where(static name => name != "tokens")];

    public void Dispose() => Directory.Delete(_copy, recursive: true);

    [Theory]
    [MemberData(nameof(Names))]
    public void Load_EachLayout_GivesTheLogitsOfItsOwnForwardPass(string name)
    {
        using var foreign = ForeignModel.Open(Path.Combine(Folder, name));
        using var model = foreign.Load();

        var expected = Expected[name].Deserialize<double[][]>()!;
        Assert.InRange(Numbers.RelativeError(Logits(model), [.. expected.SelectMany(static row => row)]), 0, 1e-5);
        model.Save(_copy);
        using var again = TransformerModel.Load(_copy);
        Assert.Equal(Logits(model), Logits(again));
        Assert.Equal(model.Config.Architecture, again.Config.Architecture);
        Assert.Equal(model.Hash, again.Hash);
    }

    [Theory]
    [InlineData("gpt2", "GPT-2", 12)]
    [InlineData("llama3", "llama", 12)]
    [InlineData("qwen2", "qwen2", 12)]
    [InlineData("transformer-lens", "TransformerLens", 12)]
    [InlineData("llama2c/shared.bin", "llama2.c", 12)]
    public void Open_EachFamily_NamesItAndItsLongestWindow(string name, string family, int context)
    {
        using var foreign = ForeignModel.Open(Path.Combine(Folder, name));
        Assert.Equal((family, context), (foreign.Family, foreign.LongestContext));
    }

    [Fact]
    public void Open_WithAStartToken_HasAPositionLessForAWindow()
    {
        using var foreign = ForeignModel.Open(Path.Combine(Folder, "gpt2"), new ModelImportOptions { StartToken = 3 });
        using var model = foreign.Load();
        Assert.Equal(11, model.Config.Context);

        // The logits of the tokens after it are those of a window that begins with it.
        using var whole = ForeignModel.Open(Path.Combine(Folder, "gpt2")).Load();
        int[] tokens = [5, 9, 2];
        var (with, without) = (Logits(model, tokens, 1, 3), Logits(whole, [3, .. tokens], 1, 4));
        Assert.InRange(Numbers.RelativeError(with, [.. without.Skip(29).Select(static v => (double)v)]), 0, 1e-5);
    }

    [Theory]
    [InlineData("gpt2", "config.json", "\"n_embd\": 12", "\"n_embd\": 18", "wte.weight has the shape [29, 12]")]
    [InlineData("gpt2", "config.json", "\"n_embd\": 12", "\"n_embd\": \"twelve\"", "n_embd is \"twelve\" where a whole number from 1 to 65,536 is needed")]
    [InlineData("gpt2", "config.json", "\"n_embd\": 12", "\"n_embd\": 1000000000", "n_embd is 1000000000 where a whole number from 1 to 65,536 is needed")]
    [InlineData("gpt2", "config.json", "\"n_head\": 3", "\"n_head\": 5", "n_embd is 12 and n_head 5, and a width of 12 cannot be divided among 5 heads")]
    [InlineData("gpt2", "config.json", "gelu_new", "mish", "activation_function is mish; only relu")]
    [InlineData("gpt2", "config.json", "\"gpt2\"", "\"bert\"", "model_type is bert; gpt2")]
    [InlineData("gpt2", "config.json", "\"n_layer\": 2", "\"n_layer\": 1", "n_layer is 1, and the weights in")]
    [InlineData("gpt2", "config.json", "\"n_layer\": 2", "\"n_layer\": 3", "n_layer is 3, and the weights in")]
    [InlineData("gpt2", "config.json", "\"n_layer\": 2", "\"n_layer\": 0", "n_layer is 0 where a whole number from 1 to 1,000 is needed")]
    [InlineData("gpt2", "config.json", "\"n_positions\": 12", "\"n_positions\": 0", "n_positions is 0 where a whole number from 1 to 1,048,576 is needed")]
    [InlineData("gpt2", "config.json", "\"n_positions\": 12", "\"n_positions\": 16", "n_positions is 16, and wpe.weight has the shape [12, 12]")]
    [InlineData("gpt2", "config.json", "\"vocab_size\": 29", "\"vocab_size\": 0", "vocab_size is 0 where a whole number from 1 to 1,048,576 is needed")]
    [InlineData("gpt2", "config.json", "\"vocab_size\": 29", "\"vocab_size\": 30", "vocab_size is 30 and n_embd 12, and wte.weight has the shape [29, 12]")]
    [InlineData("gpt2", "config.json", "\"n_head\": 3", "\"n_head\": 0", "n_head is 0 where")]
    [InlineData("gpt-neox", "config.json", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3", "num_hidden_layers is 3, and the weights in")]
    [InlineData("llama", "config.json", "\"vocab_size\": 29", "\"vocab_size\": 28", "vocab_size is 28")]
    [InlineData("transformer-lens", "config.json", "\"n_layers\": 2", "\"n_layers\": 4", "n_layers is 4, and the weights in")]
    [InlineData("gpt-neo", "config.json", "\"num_heads\": 3", "\"num_heads\": 5", "hidden_size is 12 and num_heads 5")]
    [InlineData("gpt2", "config.json", "{", "{{", "is not valid JSON")]
    [InlineData("gpt2-pieces", "model.safetensors.index.json", "model-00001-of-00002.safetensors", "../secret.safetensors", "names the file \"../secret.safetensors\", which is not in")]
    [InlineData("gpt-neo", "config.json", "\"local\"", "\"sparse\"", "each layer needs global or local")]
    [InlineData("gpt-neox", "config.json", "\"rotary_pct\": 0.5", "\"rotary_pct\": 0.4", "it must be an even number")]
    [InlineData("llama3", "config.json", "\"llama3\"", "\"yarn\"", "scaled by \"yarn\"; only default, linear and llama3")]
    [InlineData("llama", "config.json", "\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3", "num_key_value_heads 3 does not divide")]
    [InlineData("transformer-lens", "config.json", "\"attn_only\": false", "\"attn_only\": true", "attention alone")]
    [InlineData("transformer-lens", "config.json", "\"gelu\"", "\"solu_ln\"", "act_fn is solu_ln")]
    public void Load_MalformedOrForeign_IsRefusedByName(string name, string file, string old, string with, string says)
    {
        CopyFolder(name);
        var path = Path.Combine(_copy, file);
        File.WriteAllText(path, File.ReadAllText(path).Replace(old, with, StringComparison.Ordinal));
        var error = Assert.Throws<InvalidDataException>(() =>
        {
            using var foreign = ForeignModel.Open(_copy);
            foreign.Load().Dispose();
        });
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Contains(_copy, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpt2/model.safetensors")]
    [InlineData("gpt2-bin/pytorch_model.bin")]
    [InlineData("gpt2-pieces/model-00002-of-00002.safetensors")]
    [InlineData("transformer-lens/model_final.pth")]
    [InlineData("nanogpt/ckpt.pt")]
    [InlineData("llama2c/own-head.bin")]
    public void Load_CutFile_IsRefusedByName(string file)
    {
        CopyFolder(Path.GetDirectoryName(file)!);
        var path = Path.Combine(_copy, Path.GetFileName(file));
        using (var stream = File.OpenWrite(path))
        {
            stream.SetLength(stream.Length - 100);
        }

        var error = Assert.ThrowsAny<Exception>(() =>
        {
            using var foreign = ForeignModel.Open(file.StartsWith("nanogpt", StringComparison.Ordinal) || file.StartsWith("llama2c", StringComparison.Ordinal) ? path : _copy);
            foreign.Load().Dispose();
        });
        Assert.True(error is InvalidDataException or IOException, error.ToString());
        Assert.Contains(Path.GetFileName(file), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoConfig_SaysWhatAFolderOfAModelHolds() =>
        Assert.Contains("it has no config.json", Assert.Throws<FileNotFoundException>(() => ForeignModel.Open(_copy)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("gpt2/config.json")]
    [InlineData("transformer-lens/config.json")]
    public void Open_ConfigurationInThePlaceOfItsFolder_NamesTheFolder(string file)
    {
        var message = Assert.Throws<InvalidDataException>(() => ForeignModel.Open(Path.Combine(Folder, file))).Message;
        Assert.EndsWith($"name the folder of the model, {Path.Combine(Folder, Path.GetDirectoryName(file)!)}.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_StartTokenInAWindowOfOne_SaysHowToLeaveItOut()
    {
        using var model = TransformerModel.Create(new TransformerConfig { Layers = 1, DModel = 8, DMlp = 16, Heads = 2, Context = 1, VocabularySize = 9 }, seed: 1);
        model.Save(_copy);
        var message = Assert.Throws<InvalidDataException>(() => ForeignModel.Open(_copy, new ModelImportOptions { StartToken = 3 })).Message;
        Assert.Contains("--start-token false", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WindowLongerThanTheModels_IsRefused() =>
        Assert.Contains("takes 1 to 12", Assert.Throws<ArgumentException>(() => ForeignModel.Open(Path.Combine(Folder, "gpt2"), new ModelImportOptions { Context = 13 })).Message, StringComparison.Ordinal);

    private void CopyFolder(string name)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Folder, name)))
        {
            File.Copy(file, Path.Combine(_copy, Path.GetFileName(file)));
        }
    }

    private static float[] Logits(TransformerModel model)
    {
        var rows = Expected["tokens"].Deserialize<int[][]>()!;
        return Logits(model, [.. rows.SelectMany(static row => row)], rows.Length, rows[0].Length);
    }

    private static float[] Logits(TransformerModel model, int[] tokens, int windows, int length)
    {
        using var runner = new TransformerRunner(model, windows);
        using var activations = new HostRows(tokens.Length, model.Config.DModel);
        using var stream = new HostRows(tokens.Length, model.Config.DModel);
        runner.Stream(tokens, windows, length, new Site(SiteKind.ResidPost, model.Config.Layers - 1), activations, stream);
        var logits = new float[tokens.Length * model.Config.VocabularySize];
        fixed (float* target = logits)
        {
            FinalLogits.Of(model, stream.Pointer, tokens.Length, target);
        }

        return logits;
    }
}
