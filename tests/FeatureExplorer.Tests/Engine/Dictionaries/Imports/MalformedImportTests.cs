using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Imports;
using FeatureExplorer.Engine.TensorFiles;

namespace FeatureExplorer.Tests.Engine.Dictionaries.Imports;

/// <summary>Every layout with its files spoilt in every way that has been seen: each is refused with the file and what is wrong, or is read as what it is.</summary>
public sealed class MalformedImportTests : IDisposable
{
    private static readonly string Fixtures = Path.Combine(AppContext.BaseDirectory, "Fixtures");

    // Tensors without which a file is another dictionary that is as good, or the same one.
    private static readonly HashSet<string> MayBeAbsent = ["saelens-3 scaling_factor", "saelens-skip W_skip", "saelens-jumprelu-skip W_skip", "layer_1.safetensors W_skip", "layer_1.safetensors activation_function.threshold"];

    private readonly string _folder = Directory.CreateTempSubdirectory("malformed").FullName;

    public static TheoryData<string> Names => [.. Of("foreign-dictionaries"), .. Of("foreign-transcoders")];

    public static TheoryData<string> Transcoders => [.. Of("foreign-transcoders")];

    public static TheoryData<string> Safetensors => [.. Of("foreign-dictionaries").Concat(Of("foreign-transcoders")).Where(static name => WeightsOf(Path.Combine(Fixtures, name)).EndsWith(".safetensors", StringComparison.Ordinal))];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Transcoders))]
    public void Read_CutTranscoder_IsRefusedWithItsName(string name)
    {
        var weights = WeightsOf(Copy(name));
        File.WriteAllBytes(weights, File.ReadAllBytes(weights)[..^40]);

        Assert.Contains(Path.GetFileName(weights), Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(weights)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Transcoders))]
    public void Read_AnyByteOfATranscoderChanged_GivesADictionaryOrAnError(string name)
    {
        var path = Copy(name);
        var random = new Random(5);
        foreach (var file in Directory.GetFiles(File.Exists(path) ? Path.GetDirectoryName(path)! : path))
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
    [MemberData(nameof(Names))]
    public void Read_PaddedFile_IsTheSameOrIsRefusedWithItsName(string name)
    {
        var path = Copy(name);
        var weights = WeightsOf(path);
        using var before = DictionaryImport.Read(path);
        File.WriteAllBytes(weights, [.. File.ReadAllBytes(weights), 0, 0, 0]);
        try
        {
            using var padded = DictionaryImport.Read(path);
            Assert.Equal(before.Dictionary.Hash, padded.Dictionary.Hash);
        }
        catch (InvalidDataException exception)
        {
            Assert.Contains(weights, exception.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_SomethingElseInThePlaceOfTheWeights_SaysWhatItIs(string name)
    {
        var path = Copy(name);
        var weights = WeightsOf(path);
        foreach (var (content, says) in new[] { ("version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 12\n", "Git LFS pointer"), ("<!DOCTYPE html><html>not found</html>", "web page") })
        {
            File.WriteAllText(weights, content);
            var message = Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(path)).Message;
            Assert.Contains(says, message, StringComparison.Ordinal);
            Assert.Contains(weights, message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Safetensors))]
    public void Read_NotANumberInAnyTensor_NamesTensorAndPlace(string name)
    {
        var path = Copy(name);
        var weights = WeightsOf(path);
        var whole = File.ReadAllBytes(weights);
        foreach (var (tensor, entry) in HeaderOf(whole).Where(static entry => (string)entry.Value!["dtype"]! is "F32"))
        {
            var bytes = whole.ToArray();
            BitConverter.TryWriteBytes(bytes.AsSpan(8 + BitConverter.ToInt32(bytes) + (int)entry!["data_offsets"]![0]!), float.NaN);
            File.WriteAllBytes(weights, bytes);

            var message = Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(path)).Message;

            Assert.Contains($"tensor {tensor} holds 1 value", message, StringComparison.Ordinal);
            Assert.Contains("NaN", message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Safetensors))]
    public void Read_WholeNumbersForWeights_AreRefusedWithTheirTensor(string name)
    {
        var path = Copy(name);
        var weights = WeightsOf(path);
        var whole = File.ReadAllBytes(weights);
        foreach (var (tensor, _) in HeaderOf(whole).Where(static entry => (string)entry.Value!["dtype"]! is "F32" && entry.Value["shape"]!.AsArray().Count > 0))
        {
            Rewrite(weights, whole, tensor, entry => entry["dtype"] = "I32");

            var message = Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(path)).Message;

            Assert.Contains(tensor, message, StringComparison.Ordinal);
            Assert.Contains(weights, message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Safetensors))]
    public void Read_TensorOfAnotherShape_IsRefusedWithFileAndShape(string name)
    {
        var path = Copy(name);
        var weights = WeightsOf(path);
        var whole = File.ReadAllBytes(weights);
        foreach (var (tensor, entry) in HeaderOf(whole).Where(static entry => entry.Value!["shape"]!.AsArray().Count > 0))
        {
            // [5, 8] becomes [2, 5, 4], and [8] becomes [2, 4] or, of an odd length, [n, 1].
            int[] shape = [.. entry!["shape"]!.AsArray().Select(static size => (int)size!)];
            int[] other = shape[^1] % 2 == 0 ? [2, .. shape[..^1], shape[^1] / 2] : [.. shape, 1];
            Rewrite(weights, whole, tensor, changed => changed["shape"] = new JsonArray([.. other.Select(static size => (JsonNode)size)]));

            var message = Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(path)).Message;

            Assert.Contains(Path.GetDirectoryName(weights)!.Replace(Path.DirectorySeparatorChar + "checkpoints", string.Empty, StringComparison.Ordinal), message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Safetensors))]
    public void Read_AnyTensorMissing_IsRefusedUnlessItMayBe(string name)
    {
        var path = Copy(name);
        var weights = WeightsOf(path);
        var whole = File.ReadAllBytes(weights);
        foreach (var (tensor, _) in HeaderOf(whole))
        {
            Rewrite(weights, whole, tensor, null);
            if (MayBeAbsent.Contains($"{Path.GetFileName(path)} {tensor}"))
            {
                DictionaryImport.Read(path).Dispose();
                continue;
            }

            var message = Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(path)).Message;

            Assert.Contains(_folder, message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Read_SequenceModelWithoutCfgJson_IsRefusedByItsArchitecture()
    {
        var folder = Copy("foreign-dictionaries/saelens-standard");
        File.Delete(Path.Combine(folder, "cfg.json"));
        File.WriteAllText(Path.Combine(folder, "conf.yaml"), "llm:\n  dimin: 5\nsae:\n  n_heads: 2\n");

        Assert.Contains("\"temporal\"", Refusal(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_CheckpointOfSeveralProcesses_SaysHowToSaveItAsOneFile()
    {
        var folder = Copy("foreign-dictionaries/openmoss");
        File.Delete(Path.Combine(folder, "sae_weights.safetensors"));
        Directory.CreateDirectory(Path.Combine(folder, "sae_weights.dcp"));

        Assert.Contains("sae_weights.dcp is a checkpoint of several processes", Refusal(folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("openmoss", "config.json", "use_glu_encoder", "true", "its encoder has a gate of its own")]
    [InlineData("openmoss", "config.json", "sae_type", "\"crosscoder\"", "several places at once")]
    [InlineData("openmoss", "config.json", "sae_type", "\"clt\"", "several places at once")]
    [InlineData("openmoss", "config.json", "act_fn", "\"batchtopk\"", "act_fn is \"batchtopk\"")]
    [InlineData("openmoss", "config.json", "hook_point_out", "\"blocks.2.hook_resid_post\"", "blocks.2.hook_resid_post")]
    [InlineData("llama-scope", "hyperparams.json", "jump_relu_threshold", "null", "jump_relu_threshold is missing")]
    [InlineData("llama-scope", "hyperparams.json", "d_model", "null", "d_model is missing")]
    [InlineData("sparsify/layers.2", "cfg.json", "activation", "\"groupmax\"", "not of each group")]
    [InlineData("sparsify/layers.2", "cfg.json", "k", "9", "k is 9; a whole number from 1 to 8")]
    [InlineData("sparsify/layers.2", "cfg.json", "skip_connection", "true", "they contradict each other")]
    [InlineData("gemma-scope-2", "config.json", "architecture", "\"topk\"", "jump_relu is read")]
    [InlineData("gemma-scope-2", "config.json", "affine_connection", "true", "affine_connection is true")]
    [InlineData("neel", "25_cfg.json", "dict_size", "9", "dict_size 9; the weights have 5 inputs and 8 features")]
    [InlineData("saelens-standard", "cfg.json", "hook_head_index", "3", "hook_head_index is 3")]
    [InlineData("saelens-standard", "cfg.json", "scaling_factor", "2.5", "scaling_factor is 2.5")]
    [InlineData("saelens-standard", "cfg.json", "finetuning_scaling_factor", "true", "has no tensor scaling_factor")]
    [InlineData("saelens-standard", "cfg.json", "reshape_activations", "\"heads\"", "only none and hook_z are known")]
    [InlineData("saelens-topk", "cfg.json", "k", "9", "k is 9; a whole number from 1 to 8")]
    public void Read_SettingThatIsNotComputedHere_NamesFileAndValue(string name, string file, string key, string value, string says)
    {
        var folder = Copy($"foreign-dictionaries/{name}");
        Change(folder, file, config => config[key] = JsonNode.Parse(value));

        var message = Refusal(folder);

        Assert.Contains(file, message, StringComparison.Ordinal);
        Assert.Contains(says, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ConfigurationThatIsNoJson_IsNamed()
    {
        foreach (var (name, file) in new[] { ("saelens-standard", "cfg.json"), ("learning-standard", "config.json"), ("openmoss", "config.json"), ("llama-scope", "hyperparams.json") })
        {
            var folder = Copy($"foreign-dictionaries/{name}");
            File.WriteAllText(Path.Combine(folder, file), "{\"d_in\": 5,");
            Assert.Contains($"{file} is not valid JSON", Refusal(folder), StringComparison.Ordinal);
        }
    }

    // Checkpoints of SAELens before 6.48.
    [Fact]
    public void Read_LogarithmsOfThresholds_AreTheThresholds()
    {
        var folder = Copy("foreign-dictionaries/saelens-jumprelu");
        using var before = DictionaryImport.Read(folder);
        var weights = WeightsOf(folder);
        var whole = File.ReadAllBytes(weights);
        Rewrite(weights, whole, "threshold", static _ => { }, "log_threshold", MathF.Log);

        using var after = DictionaryImport.Read(folder);

        Assert.Equal(before.Dictionary.Threshold!.Span().ToArray(), after.Dictionary.Threshold!.Span().ToArray(), static (a, b) => Math.Abs(a - b) < 1e-5f);
        Assert.Contains(after.Notes, static note => note.Contains("log_threshold", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("foreign-dictionaries/saelens-standard", "whitening_W")]
    [InlineData("foreign-dictionaries/saelens-pursuit", "W_enc")]
    [InlineData("foreign-dictionaries/saelens-pursuit", "b_enc")]
    [InlineData("foreign-dictionaries/openmoss", "W_E_glu")]
    [InlineData("foreign-dictionaries/sparsify/layers.2", "threshold")]
    [InlineData("foreign-dictionaries/llama-scope", "skip.weight")]
    [InlineData("foreign-dictionaries/llama-scope-r1", "skip.weight")]
    [InlineData("foreign-transcoders/circuit-tracer/layer_1.safetensors", "log_thresholds")]
    public void Read_TensorThatTheLayoutDoesNotHave_IsRefusedByName(string name, string tensor)
    {
        var path = Copy(name);
        var weights = WeightsOf(path);
        Add(weights, tensor);

        var message = Refusal(path);

        Assert.Contains(tensor, message, StringComparison.Ordinal);
        Assert.Contains(weights, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_CrossLayerTranscoders_AreRefusedByWhatTheyAre()
    {
        var gemma = Copy("foreign-transcoders/gemma-scope-2");
        var weights = WeightsOf(gemma);
        Rewrite(weights, File.ReadAllBytes(weights), "w_dec", static entry => entry["shape"] = new JsonArray(8, 1, 5));
        Assert.Contains("cross-layer", Refusal(gemma), StringComparison.Ordinal);

        var layers = Copy("foreign-transcoders/circuit-tracer/layer_1.safetensors");
        Rewrite(layers, File.ReadAllBytes(layers), "W_enc", static _ => { }, "W_enc_1");
        Assert.Contains("cross-layer", Refusal(layers), StringComparison.Ordinal);
    }

    // Not all that SAELens calls affine have the matrix.
    [Fact]
    public void Read_SkipTranscoderWithoutItsMatrix_IsReadWithoutAndSaysSo()
    {
        var folder = Copy("foreign-transcoders/saelens-jumprelu-skip");
        var weights = WeightsOf(folder);
        Rewrite(weights, File.ReadAllBytes(weights), "W_skip", null);

        using var imported = DictionaryImport.Read(folder);

        Assert.Null(imported.Dictionary.WSkip);
        Assert.Contains(imported.Notes, static note => note.Contains("it is read without", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_ConfigurationOfAnotherType_TakesTheTensorsAsTheyAre()
    {
        var folder = Copy("foreign-dictionaries/saelens-standard");
        using var before = DictionaryImport.Read(folder);
        Change(folder, "cfg.json", static config => config["dtype"] = "bfloat16");

        using var after = DictionaryImport.Read(folder);

        Assert.Equal(before.Dictionary.Hash, after.Dictionary.Hash);
        Assert.Contains(after.Notes, static note => note.Contains("cfg.json says bfloat16, the weights are F32", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_GemmaScopesOtherNames_AreTheSameTensors()
    {
        const string Place = "foreign-dictionaries/gemma-scope-2b-pt-res/layer_3/width_16k/average_l0_4";
        var folder = Copy(Place);
        using var before = DictionaryImport.Read(folder);
        var weights = WeightsOf(folder);
        foreach (var names in new Dictionary<string, string>[] { new() { ["W_enc"] = "wenc", ["W_dec"] = "w_dec", ["b_enc"] = "benc" }, new() { ["W_enc"] = "w_e", ["W_dec"] = "w_d", ["b_enc"] = "b_e", ["b_dec"] = "b_d" } })
        {
            Rename(Path.Combine(Fixtures, Place, "params.npz"), weights, names);

            using var after = DictionaryImport.Read(folder);

            Assert.Equal(before.Dictionary.Hash, after.Dictionary.Hash);
        }
    }

    [Fact]
    public void Read_ThresholdThatWasNeverSet_KeepsTheLargestOfEachTokenAndSaysSo()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "unset")).FullName;
        File.WriteAllText(Path.Combine(folder, "config.json"), """{"trainer":{"dict_class":"BatchTopKSAE","layer":1,"submodule_name":"resid_post_layer_1"},"buffer":{"io":"out"}}""");
        Save(
            Path.Combine(folder, "ae.pt"),
            new NamedTensor("encoder.weight", [.. Enumerable.Repeat(0.5f, 15)], 5, 3), new NamedTensor("encoder.bias", new float[5], 5), new NamedTensor("decoder.weight", [.. Enumerable.Repeat(0.5f, 15)], 3, 5),
            new NamedTensor("b_dec", new float[3], 3), NamedTensor.Integers("k", new[] { 2 }), new NamedTensor("threshold", new[] { -1f }));

        using var imported = DictionaryImport.Read(folder);

        Assert.Equal((DictionaryActivation.TopK, 2), (imported.Dictionary.Activation, imported.Dictionary.K));
        Assert.Contains(imported.Notes, static note => note.Contains("never set", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_SeveralDictionariesInOneTensor_AreRefused()
    {
        var file = Path.Combine(_folder, "components.pt");
        Save(
            file, new NamedTensor("tied_bias", new float[6], 2, 3), new NamedTensor("encoder.weight", new float[30], 2, 5, 3), new NamedTensor("encoder.bias", new float[10], 2, 5),
            new NamedTensor("decoder.weight", new float[30], 2, 3, 5));

        Assert.Contains("encoder.weight [2, 5, 3] holds 2 dictionaries", Refusal(file), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Of(string root) =>
        JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(File.ReadAllText(Path.Combine(Fixtures, root, "expected.json")))!.Keys.Select(name => $"{root}/{name}");

    private static string Refusal(string path) => Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(path)).Message;

    private static void Change(string folder, string file, Action<JsonNode> change)
    {
        var path = Path.Combine(folder, file);
        var config = JsonNode.Parse(File.ReadAllText(path))!;
        change(config);
        File.WriteAllText(path, config.ToJsonString());
    }

    private static void Save(string path, params NamedTensor[] tensors)
    {
        using var stream = File.Create(path);
        TorchFile.Write(stream, Path.GetFileNameWithoutExtension(path), tensors);
    }

    private static JsonObject HeaderOf(byte[] bytes) => JsonNode.Parse(bytes.AsSpan(8, BitConverter.ToInt32(bytes)))!.AsObject();

    /// <summary>Writes the file with one tensor changed in its header, renamed, with other values, or left out where the change is null.</summary>
    private static void Rewrite(string weights, byte[] whole, string tensor, Action<JsonNode>? change, string? named = null, Func<float, float>? value = null)
    {
        var (old, header, data, start) = (HeaderOf(whole), new JsonObject(), new List<byte>(), 8 + BitConverter.ToInt32(whole));
        foreach (var (name, entry) in old)
        {
            var bytes = whole[(start + (int)entry!["data_offsets"]![0]!)..(start + (int)entry["data_offsets"]![1]!)];
            if (name == tensor && change is null)
            {
                continue;
            }

            var copy = entry.DeepClone();
            copy["data_offsets"] = new JsonArray(data.Count, data.Count + bytes.Length);
            if (name == tensor)
            {
                change!(copy);
                bytes = value is null ? bytes : [.. bytes.Chunk(sizeof(float)).SelectMany(four => BitConverter.GetBytes(value(BitConverter.ToSingle(four))))];
            }

            header[name == tensor ? named ?? name : name] = copy;
            data.AddRange(bytes);
        }

        Write(weights, header, data);
    }

    private static void Add(string weights, string tensor)
    {
        var whole = File.ReadAllBytes(weights);
        var header = HeaderOf(whole);
        List<byte> data = [.. whole[(8 + BitConverter.ToInt32(whole))..]];
        header[tensor] = new JsonObject { ["dtype"] = "F32", ["shape"] = new JsonArray(2), ["data_offsets"] = new JsonArray(data.Count, data.Count + 8) };
        data.AddRange(new byte[8]);
        Write(weights, header, data);
    }

    private static void Write(string weights, JsonObject header, List<byte> data)
    {
        var text = Encoding.UTF8.GetBytes(header.ToJsonString());
        File.WriteAllBytes(weights, [.. BitConverter.GetBytes((long)text.Length), .. text, .. data]);
    }

    private static void Rename(string from, string to, Dictionary<string, string> names)
    {
        using var source = ZipFile.OpenRead(from);
        using var stream = File.Create(to);
        using var target = new ZipArchive(stream, ZipArchiveMode.Create);
        foreach (var entry in source.Entries)
        {
            var name = Path.GetFileNameWithoutExtension(entry.FullName);
            using var content = entry.Open();
            using var copy = target.CreateEntry($"{names.GetValueOrDefault(name, name)}.npy", CompressionLevel.NoCompression).Open();
            content.CopyTo(copy);
        }
    }

    private static string WeightsOf(string path) => File.Exists(path)
        ? path
        : Directory.GetFiles(path, "*", SearchOption.AllDirectories).Single(static file => Path.GetExtension(file) is ".safetensors" or ".npz" or ".pt" or ".pth" && Path.GetFileName(file) != "sparsity.safetensors");

    // With the folders above it, which some layouts name their place by.
    private string Copy(string name)
    {
        var source = Path.Combine(Fixtures, name);
        var folder = File.Exists(source) ? Path.GetDirectoryName(source)! : source;
        var target = Path.Combine(_folder, Path.GetRelativePath(Fixtures, folder));
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(target, Path.GetRelativePath(folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to, overwrite: true);
        }

        return File.Exists(source) ? Path.Combine(target, Path.GetFileName(source)) : target;
    }
}
