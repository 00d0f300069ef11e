using System.Text.Json;
using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Imports;
using FeatureExplorer.Engine.Dictionaries.Kernels;

namespace FeatureExplorer.Tests.Engine.Dictionaries.Imports;

/// <summary>Dictionaries in the layouts of other tools, with what those compute (Fixtures/make_foreign_dictionaries.py).</summary>
public sealed class DictionaryImportTests : IDisposable
{
    private const string Root = "foreign-dictionaries";
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Fixtures", Root);
    private static readonly Dictionary<string, Expected> All =
        JsonSerializer.Deserialize<Dictionary<string, Expected>>(File.ReadAllText(Path.Combine(Folder, "expected.json")), JsonSerializerOptions.Web)!;

    private readonly string _copy = Directory.CreateTempSubdirectory("foreign-dictionaries").FullName;

    public static TheoryData<string> Names => [.. All.Keys];

    public void Dispose() => Directory.Delete(_copy, recursive: true);

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_EachLayout_ComputesWhatItsToolDoes(string name)
    {
        var expected = All[name];

        using var imported = DictionaryImport.Read(Path.Combine(Folder, name));

        var (f, xHat) = Apply(imported.Dictionary, expected.X);
        for (var row = 0; row < expected.X.Length; row++)
        {
            Assert.Equal(expected.XHat[row].Length, xHat[row].Length);
            // One whose activations may be negative has a second half for what is below 0.
            var m = expected.F[row].Length;
            for (var i = 0; i < m; i++)
            {
                Assert.Equal(expected.F[row][i] * expected.Factor[i], f[row].Length == m ? f[row][i] : f[row][i] - f[row][m + i], 1e-4);
            }

            Assert.Equal(expected.F[row].Count(static value => value != 0), f[row].Count(static value => value != 0));
            for (var j = 0; j < xHat[row].Length; j++)
            {
                Assert.Equal(expected.XHat[row][j], xHat[row][j], 1e-4);
            }
        }
    }

    [Theory]
    [InlineData("saelens-standard", "SAELens", "standard", "resid.post.0", "toy", 3.5)]
    [InlineData("saelens-3", "SAELens", "standard", "mlp.post.0", "gelu-1l", 0.8)]
    [InlineData("saelens-topk", "SAELens", "topk", "resid.post.0", "toy", 3.0)]
    [InlineData("saelens-abstopk", "SAELens", "abstopk", "resid.post.0", "toy", 3.0)]
    [InlineData("saelens-pursuit", "SAELens", "matching_pursuit", "resid.post.0", "toy", null)]
    [InlineData("sparsify-signed/layers.0", "sparsify", "topk, signed", "resid.post.0", null, 3.0)]
    [InlineData("learning-standard", "dictionary_learning", "AutoEncoder", "resid.post.1", "toy/model", 4.25)]
    [InlineData("learning-batchtopk", "dictionary_learning", "BatchTopKSAE", "resid.post.1", "toy/model", 3.0)]
    [InlineData("sparsify/layers.2", "sparsify", "topk", "resid.post.2", "toy/model", 3.0)]
    [InlineData("sparsify-flipped/h.1.mlp", "sparsify", "topk", "mlp.out.1", "toy/model", 3.0)]
    [InlineData("openai/resid_post_mlp/v4/autoencoders/3.pt", "OpenAI", "ReLU", "resid.post.3", null, null)]
    [InlineData("openai/resid_post_mlp/v5/autoencoders/3.pt", "OpenAI", "TopK", "resid.post.3", null, 3.0)]
    [InlineData("openai/resid_delta_mlp_v5_32k/autoencoders/2.pt", "OpenAI", "TopK", "mlp.out.2", null, 3.0)]
    [InlineData("openai/resid_post_mlp/tied/autoencoders/3.pt", "OpenAI", "TopK", "resid.post.3", null, 3.0)]
    [InlineData("openmoss-token-wise", "OpenMOSS", "jumprelu", "resid.post.1", null, null)]
    [InlineData("gemma-scope-2b-pt-res/layer_3/width_16k/average_l0_4", "Gemma Scope", "jumprelu", "resid.post.3", null, 4.0)]
    [InlineData("gemma-scope-2", "Gemma Scope 2", "jump_relu", "resid.post.2", "toy/gemma", 4.0)]
    [InlineData("llama-scope", "Llama Scope", "jumprelu", "resid.post.1", null, null)]
    [InlineData("openmoss", "OpenMOSS", "jumprelu", "resid.post.1", null, null)]
    [InlineData("llama-scope-r1", "Llama Scope R1", "jumprelu", "resid.post.1", null, null)]
    [InlineData("goodfire", "Goodfire", "standard", "resid.post.1", null, null)]
    [InlineData("neel", "Neel Nanda's", "standard", "mlp.post.0", "gelu-1l", null)]
    [InlineData("ai-safety", "ai-safety-foundation", "standard", null, null, null)]
    public void Read_EachLayout_TellsWhatItsFilesSay(string name, string format, string architecture, string? site, string? model, double? l0)
    {
        using var imported = DictionaryImport.Read(Path.Combine(Folder, name));

        Assert.Equal((format, architecture, site, model), (imported.Format, imported.Architecture, imported.Site?.ToString(), imported.ModelName));
        Assert.Equal(l0 ?? double.NaN, imported.L0 ?? double.NaN, 1e-5);
        Assert.Equal(64, imported.WeightsHash.Length);
    }

    [Theory]
    [InlineData("saelens-standard", "Decoder rows have lengths")]
    [InlineData("saelens-3", "names no architecture")]
    [InlineData("saelens-3", "prepend_bos; true is assumed")]
    [InlineData("saelens-bf16", "cfg.json says float32, the weights are BF16")]
    [InlineData("saelens-bf16", "factors are folded into the decoder")]
    [InlineData("saelens-topk", "and keep them")]
    [InlineData("saelens-batchtopk-checkpoint/batchtopk_30000", "activation_scaler.json")]
    [InlineData("saelens-pursuit-steps", "with others, the pursuit would take other features")]
    [InlineData("saelens-pursuit-steps", "uses the b_dec of a matching pursuit nowhere")]
    [InlineData("saelens-pursuit-checkpoint", "activation_scaler.json")]
    [InlineData("saelens-abstopk", "each of its 8 features is two here, i where it is above 0 and 8 + i")]
    [InlineData("learning-backup", "backup of a run")]
    [InlineData("openai/resid_post_mlp/v5/autoencoders/3.pt", "less their mean, divided by their standard deviation σ")]
    [InlineData("openmoss-token-wise", "divided by σ, their length over √n")]
    [InlineData("sparsify-flipped/h.1.mlp", "turned about against the published layout")]
    [InlineData("llama-scope", "multiplied by 0.745")]
    public void Read_WhatIsAssumedOrChanged_IsSaid(string name, string says)
    {
        using var imported = DictionaryImport.Read(Path.Combine(Folder, name));

        Assert.Contains(imported.Notes, note => note.Contains(says, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("architecture", "\"abstopk\"", "k is missing")]
    [InlineData("architecture", "\"temporal\"", "sequence of tokens")]
    [InlineData("architecture", "\"skip_transcoder\"", "transcoder")]
    [InlineData("architecture", "\"phase\"", "standard, jumprelu, topk, gated, matching_pursuit, transcoder, skip_transcoder, jumprelu_transcoder, jumprelu_skip_transcoder, abstopk")]
    [InlineData("d_sae", "9", "W_enc would be [5, 9]")]
    [InlineData("d_in", "\"many\"", "d_in")]
    [InlineData("d_out", "7", "transcoder")]
    [InlineData("normalize_activations", "\"batch_norm\"", "layer_norm and constant_norm_rescale are known")]
    [InlineData("normalize_activations", "\"expected_average_only_in\"", "--scale")]
    [InlineData("hook_name", "\"blocks.1.hook_resid_post\"", "contradict")]
    [InlineData("activation_fn", "\"tanh-relu\"", "tanh-relu")]
    [InlineData("apply_b_dec_to_input", "3", "true or false")]
    public void Read_SaeLensConfigurationThatIsNotSupported_NamesFileAndValue(string key, string value, string says)
    {
        var folder = Copy("saelens-standard");
        var file = Path.Combine(folder, "cfg.json");
        var config = JsonNode.Parse(File.ReadAllText(file))!;
        config[key] = JsonNode.Parse(value);
        File.WriteAllText(file, config.ToJsonString());

        var message = Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(folder)).Message;

        Assert.Contains("cfg.json", message, StringComparison.Ordinal);
        Assert.Contains(says, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("residual_threshold", "-0.5", "residual_threshold is -0.5 where a number from 0 on is needed")]
    [InlineData("residual_threshold", "\"short\"", "residual_threshold is \"short\"")]
    [InlineData("max_iterations", "0", "max_iterations is 0 where a whole number from 1 on is needed")]
    [InlineData("stop_on_duplicate_support", "\"yes\"", "true or false")]
    [InlineData("rescale_acts_by_decoder_norm", "true", "rescale_acts_by_decoder_norm is true")]
    [InlineData("d_sae", "9", "W_dec would be [9, 5]")]
    [InlineData("d_out", "4", "transcoder")]
    [InlineData("architecture", "\"standard\"", "has no tensor W_enc")]
    public void Read_MatchingPursuitThatDoesNotFit_NamesFileAndValue(string key, string value, string says)
    {
        var folder = Copy("saelens-pursuit");
        var file = Path.Combine(folder, "cfg.json");
        var config = JsonNode.Parse(File.ReadAllText(file))!;
        config[key] = JsonNode.Parse(value);
        File.WriteAllText(file, config.ToJsonString());

        var message = Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(folder)).Message;

        Assert.Contains(folder, message, StringComparison.Ordinal);
        Assert.Contains(says, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MatchingPursuitWithoutItsSettings_TakesThoseOfSaeLensAndSaysSo()
    {
        var folder = Copy("saelens-pursuit");
        var file = Path.Combine(folder, "cfg.json");
        var config = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        foreach (var key in new[] { "residual_threshold", "max_iterations", "stop_on_duplicate_support" })
        {
            config.Remove(key);
        }

        config["metadata"]!["sae_lens_training_version"] = "6.54.9";
        File.WriteAllText(file, config.ToJsonString());

        using var imported = DictionaryImport.Read(folder);

        Assert.Equal(new PursuitShape(0.01f, 5, true), imported.Dictionary.Pursuit);
        Assert.Contains(imported.Notes, static note => note.Contains("does not say residual_threshold; 0.01 is assumed", StringComparison.Ordinal));
        Assert.Contains(imported.Notes, static note => note.Contains("stop_on_duplicate_support; true is assumed", StringComparison.Ordinal));
        Assert.Contains(imported.Notes, static note => note.Contains("before 6.54.10, the residual_threshold", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_MatchingPursuitWithALongRow_IsRefused()
    {
        var weights = WeightsOf(Copy("saelens-pursuit"));
        Overwrite(weights, "W_dec", 1.5f);

        Assert.Contains("row 0 of tensor W_dec has the length", Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(weights)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"k\": 3", "\"k\": 0", "k is 0; a whole number from 1 to 8")]
    [InlineData("\"k\": 3", "\"k\": 9", "k is 9; a whole number from 1 to 8")]
    [InlineData("\"k\": 3", "\"k\": 2.5", "k is 2.5; a whole number from 1 to 8")]
    [InlineData("\"k\": 3", "\"activation_fn_kwargs\": {\"k\": 0}", "activation_fn_kwargs.k is 0; a whole number from 1 to 8")]
    [InlineData("\"k\": 3", "\"activation_fn_kwargs\": {\"k\": 9}", "activation_fn_kwargs.k is 9; a whole number from 1 to 8")]
    [InlineData("\"k\": 3", "\"other\": 3", "k is missing; a whole number from 1 to 8")]
    public void Read_KThatCannotBe_NamesFileKeyAndValue(string old, string with, string says)
    {
        var folder = Copy("saelens-topk");
        var file = Path.Combine(folder, "cfg.json");
        var text = File.ReadAllText(file);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(file, text.Replace(old, with, StringComparison.Ordinal));

        Assert.Contains($"{file}: {says}", Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(folder)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("saelens-standard", "W_dec", "no feature adds anything")]
    [InlineData("saelens-standard", "W_enc", "every feature is as active on every token")]
    [InlineData("gemma-scope-2", "w_dec", "no feature adds anything")]
    [InlineData("llama-scope-r1", "encoder.weight", "every feature is as active on every token")]
    public void Read_MatrixOfZeros_IsRefusedByName(string name, string tensor, string says)
    {
        var weights = WeightsOf(Copy(name));
        Clear(weights, tensor, from: 0, share: 1);

        Assert.Contains($"{weights}: tensor {tensor} holds only zeros, so {says}", Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(weights)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("saelens-standard")]
    [InlineData("saelens-topk-rescaled")]
    public void Read_OneDecoderRowOfZeros_IsSaidAndChangesNoOther(string name)
    {
        var weights = WeightsOf(Copy(name));
        Clear(weights, "W_dec", from: 0.25, share: 0.125); // feature 2 of 8

        using var imported = DictionaryImport.Read(Path.GetDirectoryName(weights)!);
        using var whole = DictionaryImport.Read(Path.Combine(Folder, name));

        Assert.Contains("1 of its 8 decoder rows hold only zeros, as those of dead features may: these features add nothing to x̂.", imported.Notes);
        Assert.DoesNotContain(imported.Notes, static note => note.Contains("from 0 to", StringComparison.Ordinal));
        Assert.Equal(0, imported.Dictionary.DecoderRow(2).ToArray().Max(MathF.Abs));
        Assert.Equal(whole.Dictionary.DecoderRow(3), imported.Dictionary.DecoderRow(3));
        Assert.Equal(whole.Dictionary.EncoderRow(3), imported.Dictionary.EncoderRow(3));
        // Where lengths are part of what is compared, a feature without one is never active.
        Assert.Equal(name == "saelens-topk-rescaled", imported.Dictionary.EncoderRow(2).ToArray().All(static value => value == 0));
    }

    [Fact]
    public void Read_ConfigurationInThePlaceOfItsFolder_NamesTheFolder()
    {
        var folder = Copy("saelens-standard");
        var message = Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(Path.Combine(folder, "cfg.json"))).Message;
        Assert.EndsWith($"name the folder of the dictionary, {folder}.", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none", "k of its TopK is missing")]
    [InlineData("many", "k of its TopK is 99; a whole number from 1 to 8 is needed")]
    [InlineData("tanh", "the function after its TopK is Tanh")]
    public void Read_TopKOfOpenAiThatIsNotComplete_IsRefused(string name, string says) =>
        Assert.Contains(says, Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(Path.Combine(Folder, "openai-malformed", $"{name}.pt"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_NormOfAWholeBatch_IsRefused()
    {
        var file = Path.Combine(Copy("openmoss-token-wise"), "config.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("token-wise", "batch-wise", StringComparison.Ordinal));

        Assert.Contains("depends on the other tokens of a batch", Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(Path.GetDirectoryName(file)!)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ScaleThatNoFileHas_IsTakenFromTheOption()
    {
        var folder = Copy("saelens-batchtopk-checkpoint/batchtopk_30000");
        File.Delete(Path.Combine(folder, "activation_scaler.json"));

        using var told = DictionaryImport.Read(folder, new DictionaryImportOptions { Scale = 0.4f });
        using var read = DictionaryImport.Read(Path.Combine(Folder, "saelens-batchtopk-checkpoint/batchtopk_30000"));

        Assert.Equal(read.Dictionary.Hash, told.Dictionary.Hash);
    }

    [Fact]
    public void Read_KeepingNorms_LeavesActivationsAsTheToolGivesThem()
    {
        var expected = All["saelens-jumprelu"];

        using var imported = DictionaryImport.Read(Path.Combine(Folder, "saelens-jumprelu"), new DictionaryImportOptions { KeepsNorms = true });

        var (f, _) = Apply(imported.Dictionary, expected.X);
        for (var row = 0; row < f.Length; row++)
        {
            for (var i = 0; i < f[row].Length; i++)
            {
                Assert.Equal(expected.F[row][i], f[row][i], 1e-4);
            }
        }
    }

    [Theory]
    [InlineData("SaeTransformer", "SaeTransformer")]
    [InlineData("CrossCoder", "CrossCoder")]
    [InlineData("GatedAutoEncoder", "is no part of a GatedAutoEncoder")]
    public void Read_ClassThatIsUnknownOrAnother_IsRefused(string kind, string says)
    {
        var folder = Copy("learning-standard");
        var file = Path.Combine(folder, "config.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"AutoEncoder\"", $"\"{kind}\"", StringComparison.Ordinal));

        Assert.Contains(says, Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(folder)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("resid_post_layer_1", "in", "resid.post.1")] // the name of a place
    [InlineData("model.layers.1", "in", "resid.pre.1")]
    [InlineData("model.layers.1.mlp", "in", "mlp.in.1")]
    [InlineData("model.layers.1.mlp", "out", "mlp.out.1")]
    public void Read_InputOfAModule_IsTheSiteBeforeIt(string submodule, string io, string site)
    {
        var folder = Copy("learning-standard");
        var file = Path.Combine(folder, "config.json");
        var config = JsonNode.Parse(File.ReadAllText(file))!;
        (config["trainer"]!["submodule_name"], config["buffer"]!["io"]) = (submodule, io);
        File.WriteAllText(file, config.ToJsonString());

        using var imported = DictionaryImport.Read(folder);

        Assert.Equal((site, null), (imported.Site?.ToString(), imported.OutputHook));
    }

    [Fact]
    public void Read_WithoutConfiguration_GuessesFromTheTensorsAndSaysSo()
    {
        var folder = Copy("learning-april");
        File.Delete(Path.Combine(folder, "config.json"));

        using var imported = DictionaryImport.Read(folder);

        Assert.Equal("AutoEncoderNew", imported.Architecture);
        Assert.Contains(imported.Notes, static note => note.Contains("AutoEncoderNew is assumed", StringComparison.Ordinal));
        Assert.Null(imported.Site);
    }

    // Cut, of another shape, with a value that is no number, whole numbers, and a tensor too many.
    [Theory]
    [MemberData(nameof(Names))]
    public void Read_CutFile_IsRefusedWithItsName(string name)
    {
        var weights = WeightsOf(Copy(name));
        File.WriteAllBytes(weights, File.ReadAllBytes(weights)[..^40]);

        Assert.Contains(Path.GetFileName(weights), Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(weights)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_AnyByteOfAnyFileChanged_GivesADictionaryOrAnError(string name)
    {
        var path = Copy(name);
        var folder = File.Exists(path) ? Path.GetDirectoryName(path)! : path;
        var random = new Random(5);
        foreach (var file in Directory.GetFiles(folder))
        {
            var whole = File.ReadAllBytes(file);
            for (var turn = 0; turn < 12; turn++)
            {
                var bytes = whole.ToArray();
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                File.WriteAllBytes(file, bytes);
                try
                {
                    DictionaryImport.Read(path).Dispose();
                }
                catch (Exception exception) when (exception is InvalidDataException or IOException)
                {
                    Assert.NotEmpty(exception.Message);
                }
            }

            File.WriteAllBytes(file, whole);
        }
    }

    [Theory]
    [InlineData("saelens-standard", "W_enc")]
    [InlineData("saelens-pursuit", "W_dec")]
    [InlineData("gemma-scope-2", "threshold")]
    [InlineData("openmoss", "b_D")]
    [InlineData("llama-scope-r1", "decoder.weight")]
    [InlineData("sparsify/layers.2", "encoder.bias")]
    public void Read_NotANumber_NamesTensorAndPlace(string name, string tensor)
    {
        var weights = WeightsOf(Copy(name));
        Overwrite(weights, tensor, float.NaN);

        var message = Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(weights)).Message;

        Assert.Contains($"tensor {tensor} holds 1 value", message, StringComparison.Ordinal);
        Assert.Contains("NaN", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ValueThatNoWeightHas_IsRefused()
    {
        var weights = WeightsOf(Copy("gemma-scope-2"));
        Overwrite(weights, "w_dec", 1e9f);

        Assert.Contains("tensor w_dec holds 1E+09", Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(weights)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TensorTooMany_IsRefused()
    {
        var weights = WeightsOf(Copy("gemma-scope-2"));
        File.WriteAllText(weights, File.ReadAllText(weights, System.Text.Encoding.Latin1).Replace("\"threshold\"", "\"whitening\"", StringComparison.Ordinal), System.Text.Encoding.Latin1);

        Assert.Contains("no dictionary of a known layout", Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(weights)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FolderWithoutWeights_SaysWhatToName()
    {
        Assert.Contains("has no file of weights", Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(_copy)).Message, StringComparison.Ordinal);
        Assert.Contains("no file or folder", Assert.Throws<FileNotFoundException>(() => DictionaryImport.Read(Path.Combine(_copy, "none"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_CheckpointOfSeveralRuns_GivesEach()
    {
        var root = Path.Combine(Folder, "saelens-runs");

        Assert.Equal([Path.Combine(root, "x1", "30000", "a"), Path.Combine(root, "x1", "30000", "b")], DictionaryImport.Find(root));
        Assert.Equal([Path.Combine(Folder, "neel")], DictionaryImport.Find(Path.Combine(Folder, "neel")));
    }

    private static unsafe (float[][] F, float[][] XHat) Apply(SparseAutoencoder dictionary, double[][] x)
    {
        var (n, f) = (dictionary.Inputs, new SparseActivations());
        float[] flat = [.. x.SelectMany(static row => row).Select(static value => (float)value)];
        var xHat = new float[flat.Length];
        fixed (float* input = flat, output = xHat)
        {
            dictionary.Encode(input, x.Length, f);
            dictionary.Decode(f, output);
        }

        var dense = x.Select((_, row) =>
        {
            var values = new float[dictionary.Features];
            for (var k = 0; k < f.FeaturesOf(row).Length; k++)
            {
                values[f.FeaturesOf(row)[k]] = f.ValuesOf(row)[k];
            }

            return values;
        }).ToArray();
        return (dense, xHat.Chunk(n).ToArray());
    }

    private static void Overwrite(string weights, string tensor, float value)
    {
        var bytes = File.ReadAllBytes(weights);
        var header = BitConverter.ToInt32(bytes);
        var json = JsonNode.Parse(bytes.AsSpan(8, header))!;
        BitConverter.TryWriteBytes(bytes.AsSpan(8 + header + (int)json[tensor]!["data_offsets"]![0]! + 4), value);
        File.WriteAllBytes(weights, bytes);
    }

    private static void Clear(string weights, string tensor, double from, double share)
    {
        var bytes = File.ReadAllBytes(weights);
        var header = BitConverter.ToInt32(bytes);
        var offsets = JsonNode.Parse(bytes.AsSpan(8, header))![tensor]!["data_offsets"]!;
        var (start, length) = ((int)offsets[0]!, (int)offsets[1]! - (int)offsets[0]!);
        bytes.AsSpan(8 + header + start + (int)(from * length), (int)(share * length)).Clear();
        File.WriteAllBytes(weights, bytes);
    }

    // With the folders above it, which some layouts name their place by.
    private string Copy(string name)
    {
        var source = Path.Combine(Folder, name);
        var folder = File.Exists(source) ? Path.GetDirectoryName(source)! : source;
        var target = Path.Combine(_copy, Path.GetRelativePath(Folder, folder));
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(target, Path.GetRelativePath(folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }

        return File.Exists(source) ? Path.Combine(target, Path.GetFileName(source)) : target;
    }

    private static string WeightsOf(string path)
    {
        if (File.Exists(path))
        {
            return path;
        }

        using var imported = DictionaryImport.Read(path);
        return imported.WeightsFile;
    }

    private sealed record Expected(double[][] X, double[][] F, double[][] XHat, double[] Factor);
}
