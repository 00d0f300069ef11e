using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Tests.Storage;

namespace FeatureExplorer.Tests.Engine.Dictionaries.Files;

/// <summary>Dictionaries that other programs have written: loaded as they mean it, or refused by name.</summary>
public sealed class DictionaryConfigTests : IDisposable
{
    private const string Sites = "blocks.L.mlp.hook_post";

    private readonly TemporaryFolder _folder = new();

    private string Config => Path.Combine(_folder.Path, "cfg.json");

    private string Weights => Path.Combine(_folder.Path, "sae_weights.safetensors");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"metadata":{"hook_name":"blocks.0.attn.hook_z"}}""", "hook_name", "blocks.0.attn.hook_z", Sites)]
    [InlineData("""{"hook_name":"blocks.0.hook_resid_mid"}""", "hook_name", "blocks.0.hook_resid_mid", Sites)]
    [InlineData("""{"hook_point":"transformer.h.0"}""", "hook_point", "transformer.h.0", Sites)]
    [InlineData("""{"hook_name":3}""", "hook_name", "3", Sites)]
    [InlineData("""{"hook_name":"blocks.0.mlp.hook_post","metadata":{"hook_name":"blocks.0.hook_mlp_out"}}""", "two sites", "blocks.0.mlp.hook_post", "blocks.0.hook_mlp_out")]
    [InlineData("""{"hook_name":"blocks.0.mlp.hook_post","hook_layer":2}""", "hook_layer", "2", "blocks.0.mlp.hook_post")]
    [InlineData("""{"hook_head_index":1}""", "hook_head_index", "1", "none")]
    [InlineData("""{"metadata":"none"}""", "metadata", "none", "object")]
    [InlineData("""{"activation_fn":"gelu"}""", "activation_fn", "gelu", "relu")]
    [InlineData("""{"activation_fn_str":"tanh-relu"}""", "activation_fn", "tanh-relu", "relu")]
    [InlineData("""{"activation_fn":"relu","activation_fn_str":"topk"}""", "activation_fn_str", "topk", "contradict")]
    [InlineData("""{"activation_fn_kwargs":{"slope":0.1}}""", "activation_fn_kwargs", "slope", "relu")]
    [InlineData("""{"normalize_activations":"batch_norm"}""", "normalize_activations", "batch_norm", "none")]
    [InlineData("""{"normalize_activations":true}""", "normalize_activations", "true", "none")]
    [InlineData("""{"reshape_activations":"hook_z"}""", "reshape_activations", "hook_z", "none")]
    [InlineData("""{"scaling_factor":2.5}""", "scaling_factor", "2.5", "1")]
    [InlineData("""{"metadata":{"scaling_factor":2.5}}""", "scaling_factor", "2.5", "1")]
    [InlineData("""{"finetuning_scaling_factor":true}""", "finetuning_scaling_factor", "true", "false")]
    [InlineData("""{"rescale_acts_by_decoder_norm":true}""", "rescale_acts_by_decoder_norm", "true", "false")]
    [InlineData("""{"apply_b_dec_to_input":"yes"}""", "apply_b_dec_to_input", "yes", "true or false")]
    [InlineData("""{"d_out":4}""", "d_out", "4", "d_in")]
    public void Load_SettingThatIsNotKnownHere_IsRefusedWithNameValueAndRemedy(string changes, string name, string value, string remedy)
    {
        Save(changes);
        var message = Assert.Throws<InvalidDataException>(() => SparseAutoencoder.Load(_folder.Path)).Message;
        Assert.All([Config, name, value, remedy], part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"metadata":{"hook_name":"blocks.1.hook_mlp_out"}}""")]
    [InlineData("""{"hook_name":"blocks.1.hook_mlp_out"}""")]
    [InlineData("""{"hook_point":"blocks.1.hook_mlp_out","hook_point_layer":1,"hook_head_index":null}""")]
    public void Load_SiteInEachPlaceThatFilesHaveIt_IsRead(string changes)
    {
        Save(changes);
        using var dictionary = SparseAutoencoder.Load(_folder.Path);
        Assert.Equal("mlp.out.1", dictionary.Site?.ToString());
    }

    [Theory]
    [InlineData("""{"activation_fn":"relu","activation_fn_kwargs":{},"normalize_activations":"none","finetuning_scaling_factor":false,"scaling_factor":1.0}""")]
    [InlineData("""{"activation_fn_str":"relu","hook_head_index":null,"metadata":null,"d_out":3}""")]
    public void Load_SettingsThatChangeNothing_AreTaken(string changes)
    {
        Save(changes);
        using var dictionary = SparseAutoencoder.Load(_folder.Path);
        Assert.Equal((3, 4), (dictionary.Inputs, dictionary.Features));
    }

    [Theory]
    [InlineData(int.MaxValue, int.MaxValue)]
    [InlineData(3, int.MaxValue)]
    [InlineData(4, 3)]
    public void Load_SizesThatTheWeightsDoNotHave_AreRefusedBeforeMemoryIsTaken(int inputs, int features)
    {
        Save($$"""{"d_in":{{inputs}},"d_sae":{{features}}}""");
        var before = GC.GetAllocatedBytesForCurrentThread();
        var message = Assert.Throws<InvalidDataException>(() => SparseAutoencoder.Load(_folder.Path)).Message;
        Assert.All([Config, $"d_in {inputs} and d_sae {features}", "[3, 4]", Weights], part => Assert.Contains(part, message, StringComparison.Ordinal));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    [Theory]
    [InlineData("W_enc", float.NaN, "NaN at [1, 2]", 6)]
    [InlineData("W_dec", float.PositiveInfinity, "infinity at [2, 0]", 6)]
    [InlineData("b_enc", float.NegativeInfinity, "infinity at [3]", 3)]
    [InlineData("b_dec", float.NaN, "NaN at [0]", 0)]
    public void Load_ValueThatIsNoNumber_IsRefusedWithFileTensorAndPlace(string tensor, float value, string where, int element)
    {
        Save("{}", tensors => tensors[tensor][element] = value);
        var message = Assert.Throws<InvalidDataException>(() => SparseAutoencoder.Load(_folder.Path)).Message;
        Assert.All([Weights, $"tensor {tensor} holds a value that is no number", where], part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Fact]
    public void Load_FactorsOfAFineTuning_AreRefusedUnlessAllAreOne()
    {
        Save("{}", tensors => tensors["scaling_factor"] = [1, 1, 1, 1]);
        SparseAutoencoder.Load(_folder.Path).Dispose();

        Save("{}", tensors => tensors["scaling_factor"] = [1, 1, 2, 1]);
        var message = Assert.Throws<InvalidDataException>(() => SparseAutoencoder.Load(_folder.Path)).Message;
        Assert.All([Weights, "scaling_factor [4]"], part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Fact]
    public void Load_TensorOfAnotherKindOfDictionary_IsRefused()
    {
        Save("{}", tensors => tensors["threshold"] = [1, 1, 1, 1]);
        Assert.Contains("threshold", Assert.Throws<InvalidDataException>(() => SparseAutoencoder.Load(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NameTwiceInTheConfiguration_IsRefused()
    {
        Save("{}");
        File.WriteAllText(Config, """{"d_in":3,"d_in":4,"d_sae":4}""");
        Assert.Contains(Config, Assert.Throws<InvalidDataException>(() => SparseAutoencoder.Load(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("base", null)]
    [InlineData("infinite-decoder", "W_dec holds a value that is no number")]
    [InlineData("nan-encoder", "W_enc holds a value that is no number")]
    [InlineData("attention-hook", "blocks.0.attn.hook_z")]
    [InlineData("sizes-huge", "the weights")]
    public void Load_SharedCase_IsAsItsRowExpects(string name, string? refusal)
    {
        if (SharedFolder.Find($"cases/turn2/dictionaries/{name}") is not { } directory)
        {
            return;
        }

        if (refusal is null)
        {
            SparseAutoencoder.Load(directory).Dispose();
        }
        else
        {
            Assert.Contains(refusal, Assert.Throws<InvalidDataException>(() => SparseAutoencoder.Load(directory)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("W_dec", 7, 3e38f, "[2, 1]", "3E+38")]
    [InlineData("W_enc", 5, -2e6f, "[1, 1]", "-2E+06")]
    [InlineData("b_enc", 2, 1e30f, "[2]", "1E+30")]
    public void Load_WeightsThatOverflow_AreRefusedWithTensorPlaceAndRange(string tensor, int element, float value, string where, string shown)
    {
        Save("{}", tensors => tensors[tensor][element] = value);
        var message = Assert.Throws<InvalidDataException>(() => SparseAutoencoder.Load(_folder.Path)).Message;
        Assert.All([Weights, $"tensor {tensor} holds {shown} at {where}", "between -1E+06 and 1E+06"], part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"architecture":null}""", "files of its age have no other")]
    [InlineData("""{"architecture":null,"activation_fn_str":"relu"}""", "activation function is \"relu\"")]
    public void Load_WithoutAnArchitecture_SaysWhichIsAssumedAndWhy(string changes, string why)
    {
        Save(changes);
        using var dictionary = SparseAutoencoder.Load(_folder.Path);
        Assert.Equal(DictionaryActivation.Relu, dictionary.Activation);
        Assert.Contains(dictionary.Assumptions, line => line.StartsWith($"{Config} names no architecture: \"standard\" is assumed", StringComparison.Ordinal) && line.Contains(why, StringComparison.Ordinal));
        Assert.Contains(dictionary.Assumptions, line => line.Contains("hook_name", StringComparison.Ordinal));
    }

    [Fact]
    public void Load_CompleteConfiguration_AssumesNothing()
    {
        Save("""{"metadata":{"hook_name":"blocks.0.mlp.hook_post"}}""");
        using var dictionary = SparseAutoencoder.Load(_folder.Path);
        Assert.Empty(dictionary.Assumptions);
    }

    [Theory]
    [InlineData("""{"architecture":null,"k":2}""", "", "topk")]
    [InlineData("""{"architecture":null}""", "threshold", "jumprelu")]
    [InlineData("""{"architecture":null}""", "r_mag", "gated")]
    public void Load_WithoutAnArchitectureThatTheRestDoesNotTell_IsRefused(string changes, string tensor, string kind)
    {
        Save(changes, tensors => { if (tensor.Length > 0) { tensors[tensor] = [1, 1, 1, 1]; } });
        var message = Assert.Throws<InvalidDataException>(() => SparseAutoencoder.Load(_folder.Path)).Message;
        Assert.All([Config, "names no architecture", $"\"architecture\": \"{kind}\""], part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cfg.json")]
    [InlineData("sae_weights.safetensors")]
    public void Load_FileMissing_SaysWhatItHoldsAndWhereItBelongs(string name)
    {
        Save("{}");
        Checksums.Delete(Path.Combine(_folder.Path, name));
        var message = Assert.Throws<FileNotFoundException>(() => SparseAutoencoder.Load(_folder.Path)).Message;
        Assert.StartsWith($"{_folder.Path} has no {name}, which ", message, StringComparison.Ordinal);
    }

    private void Save(string changes, Action<Dictionary<string, float[]>>? change = null)
    {
        var tensors = new Dictionary<string, float[]>
        {
            ["W_enc"] = [.. Enumerable.Range(0, 12).Select(static i => 0.1f * i)],
            ["W_dec"] = [.. Enumerable.Range(0, 12).Select(static i => 0.2f * i)],
            ["b_enc"] = new float[4],
            ["b_dec"] = new float[3],
        };
        change?.Invoke(tensors);
        Safetensors.Write(Weights, [.. tensors.Select(tensor => new NamedTensor(tensor.Key, tensor.Value, Shape(tensor.Key, tensor.Value.Length)))]);
        var config = JsonNode.Parse("""{"architecture":"standard","d_in":3,"d_sae":4,"apply_b_dec_to_input":true}""")!.AsObject();
        foreach (var (key, value) in JsonNode.Parse(changes)!.AsObject())
        {
            config[key] = value?.DeepClone();
        }

        File.WriteAllText(Config, config.ToJsonString());
    }

    private static long[] Shape(string name, int length) => name switch
    {
        "W_enc" => [3, 4],
        "W_dec" => [4, 3],
        _ => [length],
    };
}
