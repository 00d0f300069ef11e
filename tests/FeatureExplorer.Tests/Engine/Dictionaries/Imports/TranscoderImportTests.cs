using System.Text.Json;
using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Exports;
using FeatureExplorer.Engine.Dictionaries.Imports;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Exports;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Tests.Engine.Dictionaries.Imports;

/// <summary>Transcoders in the layouts of other tools, with what those compute (Fixtures/make_foreign_transcoders.py).</summary>
public sealed unsafe class TranscoderImportTests : IDisposable
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Fixtures", "foreign-transcoders");
    private static readonly Dictionary<string, Expected> All =
        JsonSerializer.Deserialize<Dictionary<string, Expected>>(File.ReadAllText(Path.Combine(Folder, "expected.json")), JsonSerializerOptions.Web)!;

    private readonly string _copy = Directory.CreateTempSubdirectory("foreign-transcoders").FullName;

    public static TheoryData<string> Names => [.. All.Keys];

    public void Dispose() => Directory.Delete(_copy, recursive: true);

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_EachLayout_ComputesWhatItsToolDoes(string name)
    {
        using var imported = DictionaryImport.Read(Path.Combine(Folder, name));

        Check(All[name], imported.Dictionary);
    }

    [Theory]
    [InlineData("saelens-transcoder", "SAELens", "transcoder", "mlp.norm.1")]
    [InlineData("saelens-skip", "SAELens", "skip_transcoder", "resid.mid.1")]
    [InlineData("saelens-jumprelu-skip", "SAELens", "jumprelu_skip_transcoder", "mlp.norm.1")]
    [InlineData("sparsify-skip/layers.2.mlp", "sparsify", "topk", "mlp.in.2")]
    [InlineData("gemma-scope-2b-pt-transcoders/layer_3/width_16k/average_l0_4", "Gemma Scope", "jumprelu", "mlp.norm.3")]
    [InlineData("gemma-scope-2-affine", "Gemma Scope 2", "jump_relu", "mlp.in.2")]
    [InlineData("llama-scope", "Llama Scope", "jumprelu", "mlp.norm.1")]
    [InlineData("openmoss", "OpenMOSS", "jumprelu", "mlp.norm.1")]
    [InlineData("circuit-tracer/layer_1.safetensors", "circuit-tracer's transcoders", "relu", "resid.mid.1")]
    [InlineData("circuit-tracer-skip/layer_1.safetensors", "circuit-tracer's transcoders", "jumprelu", "mlp.in.1")]
    [InlineData("circuit-tracer-topk/layer_1.safetensors", "circuit-tracer's transcoders", "topk", "mlp.in.1")]
    [InlineData("learning-in-and-out", "dictionary_learning", "AutoEncoder", "mlp.in.1")]
    public void Read_EachLayout_NamesBothSites(string name, string format, string architecture, string site)
    {
        using var imported = DictionaryImport.Read(Path.Combine(Folder, name));

        Assert.Equal((format, architecture, site), (imported.Format, imported.Architecture, imported.Site?.ToString()));
        Assert.Equal(new Site(SiteKind.MlpOut, imported.Site!.Layer), imported.OutputSite);
        Assert.Equal(imported.OutputSite, imported.Dictionary.OutputSite);
    }

    [Theory]
    [InlineData("saelens-transcoder")]
    [InlineData("saelens-skip")]
    [InlineData("saelens-jumprelu-skip")]
    [InlineData("gemma-scope-2-affine")]
    [InlineData("openmoss")]
    public void Read_WhatTheSaeLensExportWrites_IsTheSameTranscoder(string name)
    {
        using var imported = DictionaryImport.Read(Path.Combine(Folder, name));
        var folder = Path.Combine(_copy, "exported");
        NewFolder.Write(folder, sink => SaeLensExport.Write(imported.Dictionary, new ExportedFacts { ModelName = "toy", Layer = 1, ContextSize = 8, Exporter = "test" }, sink));

        using var again = DictionaryImport.Read(folder);

        Check(All[name], again.Dictionary);
        Assert.Equal(("SAELens", imported.Site, imported.OutputSite), (again.Format, again.Site, again.OutputSite));
        Assert.Equal(imported.Dictionary.WSkip?.Span().ToArray(), again.Dictionary.WSkip?.Span().ToArray());
    }

    [Fact]
    public void Write_OfATranscoderThatALayoutCannotHold_IsRefusedByName()
    {
        using var imported = DictionaryImport.Read(Path.Combine(Folder, "sparsify/layers.2.mlp"));
        var facts = new ExportedFacts { ModelName = "toy", Layer = 1, ContextSize = 8, Exporter = "test" };
        void Refused(string says, Action<IFileSink> write) =>
            Assert.Contains(says, Assert.Throws<NotSupportedException>(() => NewFolder.Write(Path.Combine(_copy, "none"), write)).Message, StringComparison.Ordinal);

        Refused("topk_transcoder", sink => SaeLensExport.Write(imported.Dictionary, facts, sink));
        Refused("give back what they read", sink => DictionaryLearningExport.Write(imported.Dictionary, facts, sink));
        Assert.False(Directory.Exists(Path.Combine(_copy, "none")));
    }

    [Theory]
    [InlineData("d_out", null, "d_out is missing")]
    [InlineData("d_out", "6", "from 5 inputs to 6 outputs it is [6, 5]")]
    [InlineData("apply_b_dec_to_input", "true", "apply_b_dec_to_input")]
    [InlineData("hook_layer_out", "2", "hook_layer_out is 2, but blocks.1.hook_mlp_out lies in layer 1")]
    [InlineData("architecture", "\"cross_layer_transcoder\"", "cross_layer_transcoder")]
    [InlineData("architecture", "\"transcoder\"", "W_skip")]
    public void Read_SaeLensConfigurationThatDoesNotFit_NamesFileAndValue(string key, string? value, string says)
    {
        var folder = Copy("saelens-skip");
        var file = Path.Combine(folder, "cfg.json");
        var config = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        config.Remove(key);
        if (value is not null)
        {
            config[key] = JsonNode.Parse(value);
        }

        File.WriteAllText(file, config.ToJsonString());

        var message = Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(folder)).Message;

        Assert.Contains(says, message, StringComparison.Ordinal);
        Assert.Contains(folder, message, StringComparison.Ordinal);
    }

    // Absent, of another shape, and not a number.
    [Theory]
    [InlineData("saelens-skip", "b_dec", 0, "has no tensor b_dec")]
    [InlineData("sparsify-skip/layers.2.mlp", "W_skip", 0, "skip_connection is true")]
    [InlineData("sparsify-skip/layers.2.mlp", "b_dec", 0, "b_dec")]
    [InlineData("gemma-scope-2-affine", "affine_skip_connection", 0, "affine_connection is true")]
    [InlineData("gemma-scope-2", "b_dec", 0, "b_dec")]
    [InlineData("circuit-tracer/layer_1.safetensors", "b_dec", 0, "has no tensor b_dec")]
    [InlineData("openmoss", "dataset_average_activation_norm.blocks.1.hook_mlp_out", 0, "dataset_average_activation_norm.blocks.1.hook_mlp_out is missing")]
    [InlineData("saelens-skip", "b_dec", 3, "b_dec has the shape [3]")]
    [InlineData("saelens-skip", "W_skip", 5, "tensor W_skip has the shape [5]; from 5 inputs to 4 outputs it is [4, 5]. Save it so.")]
    [InlineData("saelens-jumprelu", "threshold", 7, "tensor threshold has the shape [7] where [8] is needed")]
    [InlineData("circuit-tracer-skip/layer_1.safetensors", "W_skip", 25, "tensor W_skip has the shape [25]")]
    public void Read_TensorThatIsMissingOrOfAnotherShape_IsNamedWithItsFile(string name, string tensor, int numbers, string says)
    {
        var weights = WeightsOf(Copy(name));
        Rewrite(weights, tensor, numbers);

        var message = Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(name.EndsWith(".safetensors", StringComparison.Ordinal) ? weights : Path.GetDirectoryName(weights)!)).Message;

        Assert.Contains(says, message, StringComparison.Ordinal);
        Assert.Contains(Path.GetDirectoryName(weights)!, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("saelens-skip", "W_skip")]
    [InlineData("circuit-tracer/layer_1.safetensors", "b_dec")]
    public void Read_NotANumber_NamesTensorAndPlace(string name, string tensor)
    {
        var weights = WeightsOf(Copy(name));
        var bytes = File.ReadAllBytes(weights);
        var header = BitConverter.ToInt32(bytes);
        var json = JsonNode.Parse(bytes.AsSpan(8, header))!;
        BitConverter.TryWriteBytes(bytes.AsSpan(8 + header + (int)json[tensor]!["data_offsets"]![0]! + 4), float.NaN);
        File.WriteAllBytes(weights, bytes);

        Assert.Contains($"tensor {tensor} holds 1 value", Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(weights)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model_kind: transcoder_set", "model_kind: cross_layer_transcoder", "cross-layer")]
    [InlineData("feature_input_hook", "feature_inlet_hook", null)]
    public void Read_CircuitTracersConfiguration_DecidesTheKindAndTheSites(string from, string to, string? says)
    {
        var weights = Copy("circuit-tracer/layer_1.safetensors");
        var config = Path.Combine(Path.GetDirectoryName(weights)!, "config.yaml");
        File.WriteAllText(config, File.ReadAllText(config).Replace(from, to, StringComparison.Ordinal));
        if (says is not null)
        {
            Assert.Contains(says, Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(weights)).Message, StringComparison.Ordinal);
            return;
        }

        using var imported = DictionaryImport.Read(weights);
        Assert.Equal((null, "mlp.out.1", "toy/llama"), (imported.Site?.ToString(), imported.OutputSite?.ToString(), imported.ModelName));
    }

    [Theory]
    [InlineData("k: 3", "k: 9", "k is 9; with activation topk, one between 1 and 8 is needed")]
    [InlineData("k: 3", "kk: 3", "k is missing")]
    [InlineData("k: 3", "k: many", "k is many")]
    [InlineData("activation: topk", "activation: tanh", "activation is tanh; relu, jumprelu and topk are read")]
    [InlineData("activation: topk", "activation: jump_relu", "has no tensor activation_function.threshold")]
    public void Read_CircuitTracersActivationThatDoesNotFit_NamesFileAndValue(string from, string to, string says)
    {
        var weights = Copy("circuit-tracer-topk/layer_1.safetensors");
        var config = Path.Combine(Path.GetDirectoryName(weights)!, "config.yaml");
        File.WriteAllText(config, File.ReadAllText(config).Replace(from, to, StringComparison.Ordinal));

        var message = Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(weights)).Message;

        Assert.Contains(config, message, StringComparison.Ordinal);
        Assert.Contains(says, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_CircuitTracersThresholdsBesideTopK_AreRefused()
    {
        var weights = Copy("circuit-tracer-skip/layer_1.safetensors");
        var config = Path.Combine(Path.GetDirectoryName(weights)!, "config.yaml");
        File.AppendAllText(config, "activation: topk\nk: 3\n");

        Assert.Contains("tensor activation_function.threshold [8] is no part", Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(weights)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trainer", "submodule_name", "model.layers.1", "it reads the input of model.layers.1 and writes its output")]
    [InlineData("trainer", "dict_class", "AutoEncoderNew", "AutoEncoderNew")]
    [InlineData("buffer", "io", "both", "buffer.io is both; out, in and in_and_out are known")]
    public void Read_InAndOutOfAnotherKind_IsRefusedByName(string part, string key, string value, string says)
    {
        var folder = Copy("learning-in-and-out");
        Change(folder, config => config[part]![key] = value);

        var message = Assert.Throws<InvalidDataException>(() => DictionaryImport.Read(folder)).Message;

        Assert.Contains(folder, message, StringComparison.Ordinal);
        Assert.Contains(says, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("mlp", "the input of mlp_layer_1")]
    public void Read_InAndOutOfAModuleThatIsNotKnown_LeavesTheSiteToBeNamed(string? submodule, string? hook)
    {
        var folder = Copy("learning-in-and-out");
        Change(folder, config => config["trainer"]!["submodule_name"] = submodule);

        using var imported = DictionaryImport.Read(folder);

        Assert.Equal((hook, null, null, null), (imported.Hook, imported.Site, imported.OutputHook, imported.OutputSite));
        Assert.True(imported.Dictionary.IsTranscoder);
        Assert.Contains(imported.Notes, static note => note.Contains("reads the input of a module and writes its output", StringComparison.Ordinal));
    }

    private static void Change(string folder, Action<JsonNode> change)
    {
        var file = Path.Combine(folder, "config.json");
        var config = JsonNode.Parse(File.ReadAllText(file))!;
        change(config);
        File.WriteAllText(file, config.ToJsonString());
    }

    private static void Check(Expected expected, SparseAutoencoder dictionary)
    {
        var f = new SparseActivations();
        float[] x = [.. expected.X.SelectMany(static row => row).Select(static value => (float)value)];
        var y = new float[expected.X.Length * dictionary.Outputs];
        fixed (float* input = x, output = y)
        {
            dictionary.Encode(input, expected.X.Length, f);
            dictionary.Decode(f, output, input);
        }

        for (var row = 0; row < expected.X.Length; row++)
        {
            var active = expected.F[row].Index().Where(static e => e.Item != 0).ToList();
            Assert.Equal(active.Select(static e => e.Index), f.FeaturesOf(row).ToArray());
            Assert.Equal(active.Select(e => e.Item * expected.Factor[e.Index]), f.ValuesOf(row).ToArray().Select(static v => (double)v), static (a, b) => Math.Abs(a - b) < 1e-4);
            Assert.Equal(expected.Y[row], y.Skip(row * dictionary.Outputs).Take(dictionary.Outputs).Select(static v => (double)v), static (a, b) => Math.Abs(a - b) < 1e-4);
        }
    }

    // With the folders above it, which some layouts name their place by.
    private string Copy(string name)
    {
        var source = Path.Combine(Folder, name);
        var folder = File.Exists(source) ? Path.GetDirectoryName(source)! : source;
        var target = Path.Combine(_copy, Path.GetRelativePath(Folder, folder));
        Directory.CreateDirectory(target);
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }

        return File.Exists(source) ? Path.Combine(target, Path.GetFileName(source)) : target;
    }

    /// <summary>Leaves a tensor out, or writes so many zeros in its place.</summary>
    private static void Rewrite(string weights, string tensor, int numbers)
    {
        var bytes = File.ReadAllBytes(weights);
        var start = 8 + BitConverter.ToInt32(bytes);
        var (header, data) = (JsonNode.Parse(bytes.AsSpan(8, start - 8))!.AsObject(), new List<byte>());
        foreach (var (name, entry) in header.ToList())
        {
            var (from, to) = (start + (int)entry!["data_offsets"]![0]!, start + (int)entry["data_offsets"]![1]!);
            var values = name == tensor ? new byte[numbers * sizeof(float)] : bytes[from..to];
            header[name] = new JsonObject
            {
                ["dtype"] = "F32",
                ["shape"] = name == tensor ? new JsonArray(numbers) : entry["shape"]!.DeepClone(),
                ["data_offsets"] = new JsonArray(data.Count, data.Count + values.Length),
            };
            data.AddRange(values);
        }

        if (numbers == 0)
        {
            header.Remove(tensor);
        }

        var text = System.Text.Encoding.UTF8.GetBytes(header.ToJsonString());
        File.WriteAllBytes(weights, [.. BitConverter.GetBytes((long)text.Length), .. text, .. data]);
    }

    private static string WeightsOf(string path) => File.Exists(path) ? path : Directory.GetFiles(path, "*.safetensors").Single();

    private sealed record Expected(double[][] X, double[][] F, double[][] Y, double[] Factor);
}
