using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Exports;
using FeatureExplorer.Engine.Dictionaries.Imports;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Exports;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.TensorFiles;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Tests.Engine.Dictionaries.Exports;

public sealed unsafe class DictionaryExportTests : IDisposable
{
    private const int Inputs = 24;
    private const int Features = 70;
    private const int Rows = 60;

    private static readonly ExportedFacts Facts = new()
    {
        ModelName = "A",
        Layer = 2,
        ContextSize = 64,
        PrependsBos = true,
        L0 = 3.25,
        Dead = 1,
        Dataset = "a corpus",
        Exporter = "FeatureExplorer 0.1.0",
        Densities = [.. Enumerable.Range(0, Features).Select(static i => i == 0 ? 0 : 0.01)],
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("exports").FullName;

    public static TheoryData<string, bool> Layouts
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var variant in DictionaryVariants.All)
            {
                data.Add(variant, true);
                data.Add(variant, false);
            }

            return data;
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Write_EachVariant_IsReadBackWithTheSameActivations(string variant, bool saeLens)
    {
        using var dictionary = Trained(variant);
        using var x = DictionarySamples.Normal(Rows * Inputs, seed: 9);
        var folder = Path.Combine(_folder, "out");
        NewFolder.Write(folder, sink => Export(dictionary, saeLens, sink));

        using var imported = DictionaryImport.Read(folder, new DictionaryImportOptions { KeepsNorms = true });

        var (before, after) = (Dense(dictionary, x), Dense(imported.Dictionary, x));
        Assert.Contains(before, static value => value > 0);
        for (var i = 0; i < before.Length; i++)
        {
            Assert.Equal(before[i], after[i], 1e-5);
        }

        Assert.Equal((saeLens ? "SAELens" : "dictionary_learning", "resid.post.2", "A", 64), (imported.Format, imported.Site?.ToString(), imported.ModelName, imported.ContextSize));
    }

    [Theory]
    [InlineData(DictionaryVariants.Paper2023, "standard", "W_enc 24,70|W_dec 70,24|b_enc 70|b_dec 24")]
    [InlineData(DictionaryVariants.TopK, "topk", "W_enc 24,70|W_dec 70,24|b_enc 70|b_dec 24")]
    [InlineData(DictionaryVariants.JumpRelu, "jumprelu", "W_enc 24,70|W_dec 70,24|b_enc 70|b_dec 24|threshold 70")]
    [InlineData(DictionaryVariants.Gated, "gated", "W_enc 24,70|W_dec 70,24|b_dec 24|b_gate 70|b_mag 70|r_mag 70")]
    public void SaeLens_EachArchitecture_HasTheTensorsAndKeysOfVersion6(string variant, string architecture, string tensors)
    {
        using var dictionary = Trained(variant);
        NewFolder.Write(Path.Combine(_folder, "out"), sink => SaeLensExport.Write(dictionary, Facts, sink));

        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "out", "cfg.json")))!;
        Assert.Equal(architecture, (string?)config["architecture"]);
        Assert.Equal((Inputs, Features, "float32", "none", "none", true), ((int)config["d_in"]!, (int)config["d_sae"]!, (string)config["dtype"]!, (string)config["normalize_activations"]!, (string)config["reshape_activations"]!, (bool)config["apply_b_dec_to_input"]!));
        Assert.Equal(architecture == "topk" ? 5 : null, (int?)config["k"]);
        var metadata = config["metadata"]!.AsObject();
        Assert.Equal(("A", "blocks.2.hook_resid_post", 64, true, 3.25), ((string)metadata["model_name"]!, (string)metadata["hook_name"]!, (int)metadata["context_size"]!, (bool)metadata["prepend_bos"]!, (double)metadata["final_l0"]!));
        Assert.Null(metadata["hook_head_index"]);
        Assert.True(metadata.ContainsKey("hook_head_index") && metadata.ContainsKey("sae_lens_version") && !metadata.ContainsKey("neuronpedia_id"));
        Assert.Equal(tensors.Split('|').Order(StringComparer.Ordinal), Header(Path.Combine(_folder, "out", "sae_weights.safetensors")));
        Assert.Equal(["sparsity 70"], Header(Path.Combine(_folder, "out", "sparsity.safetensors")));
        using var sparsity = TensorFile.Open(Path.Combine(_folder, "out", "sparsity.safetensors"));
        Assert.Equal([-10f, -2f], sparsity.ReadArray("sparsity").Take(2).Select(static value => MathF.Round(value, 4)));
    }

    [Theory]
    [InlineData(DictionaryVariants.Paper2023, "AutoEncoder", "bias F32 24|decoder.weight F32 24,70|encoder.bias F32 70|encoder.weight F32 70,24")]
    [InlineData(DictionaryVariants.TopK, "AutoEncoderTopK", "b_dec F32 24|decoder.weight F32 24,70|encoder.bias F32 70|encoder.weight F32 70,24|k I32 |threshold F32 ")]
    [InlineData(DictionaryVariants.BatchTopK, "JumpReluAutoEncoder", "W_dec F32 70,24|W_enc F32 24,70|b_dec F32 24|b_enc F32 70|threshold F32 70")]
    [InlineData(DictionaryVariants.Gated, "GatedAutoEncoder", "decoder.weight F32 24,70|decoder_bias F32 24|encoder.weight F32 70,24|gate_bias F32 70|mag_bias F32 70|r_mag F32 70")]
    public void DictionaryLearning_EachClass_HasTheTensorsOfItsStateDict(string variant, string type, string tensors)
    {
        using var dictionary = Trained(variant);
        NewFolder.Write(Path.Combine(_folder, "out"), sink => DictionaryLearningExport.Write(dictionary, Facts, sink));

        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "out", "config.json")))!;
        var trainer = config["trainer"]!;
        Assert.Equal((type, Inputs, Features, 2, "A", "resid_post_layer_2"), ((string)trainer["dict_class"]!, (int)trainer["activation_dim"]!, (int)trainer["dict_size"]!, (int)trainer["layer"]!, (string)trainer["lm_name"]!, (string)trainer["submodule_name"]!));
        Assert.Equal((Inputs, "out", 64), ((int)config["buffer"]!["d_submodule"]!, (string)config["buffer"]!["io"]!, (int)config["buffer"]!["ctx_len"]!));
        using var file = TensorFile.Open(Path.Combine(_folder, "out", "ae.pt"));
        Assert.Equal(tensors.Split('|'), file.Tensors.Select(static t => $"{t.Name} {t.Type} {string.Join(',', t.Shape)}").Order(StringComparer.Ordinal));
    }

    // The two ends of a signed latent are one again, and its import is the dictionary that was exported, bit by bit.
    [Theory]
    [InlineData("saelens-abstopk")]
    [InlineData("sparsify-signed/layers.0")]
    public void SaeLens_IntactPairsOfSignedLatents_AreSignedLatentsAgain(string name)
    {
        using var signed = DictionaryImport.Read(Path.Combine(AppContext.BaseDirectory, "Fixtures", "foreign-dictionaries", name));
        var (folder, latents) = (Path.Combine(_folder, "out"), signed.SignedLatents!.Value);
        double[] densities = [0, 0.25, 0.125, .. Enumerable.Repeat(0.5, (2 * latents) - 3)];
        densities[latents] = 0;
        NewFolder.Write(folder, sink => SaeLensExport.Write(signed.Dictionary, Facts with { SignedLatents = latents, Densities = densities, Dead = 2 }, sink));

        using var again = DictionaryImport.Read(folder);

        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "cfg.json")))!;
        Assert.Equal(("abstopk", latents, signed.Dictionary.K, false), ((string)config["architecture"]!, (int)config["d_sae"]!, (int)config["k"]!, (bool)config["rescale_acts_by_decoder_norm"]!));
        Assert.Equal((1, null), ((int)config["metadata"]!["final_dead_features"]!, (string?)config["metadata"]!["note"]));
        Assert.Equal(("abstopk", latents, signed.Dictionary.Hash), (again.Architecture, again.SignedLatents, again.Dictionary.Hash));
        using var sparsity = TensorFile.Open(Path.Combine(folder, "sparsity.safetensors"));
        Assert.Equal([-10f, MathF.Log10(0.75f)], sparsity.ReadArray("sparsity").Take(2), static (a, b) => Math.Abs(a - b) < 1e-5);
        using var x = DictionarySamples.Normal(20 * signed.Dictionary.Inputs, seed: 9);
        var (before, after) = (new SparseActivations(), new SparseActivations());
        signed.Dictionary.Encode(x.Pointer, 20, before);
        again.Dictionary.Encode(x.Pointer, 20, after);
        Assert.Contains(before.Features.Take(before.Count), feature => feature >= latents);
        Assert.Equal(before.Features.Take(before.Count), after.Features.Take(after.Count));
        Assert.Equal(before.Values.Take(before.Count), after.Values.Take(after.Count));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void SaeLens_PairThatIsNotIntact_IsATopKOfAllFeaturesAndSaysSo(bool ofTheEncoder)
    {
        using var signed = DictionaryImport.Read(Path.Combine(AppContext.BaseDirectory, "Fixtures", "foreign-dictionaries", "saelens-abstopk"));
        var (folder, latents) = (Path.Combine(_folder, "out"), signed.SignedLatents!.Value);
        (ofTheEncoder ? signed.Dictionary.EncoderRow(latents + 2) : signed.Dictionary.DecoderRow(latents + 2))[1] += 0.25f;
        NewFolder.Write(folder, sink => SaeLensExport.Write(signed.Dictionary, Facts with { SignedLatents = latents, Densities = null }, sink));

        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "cfg.json")))!;
        Assert.Equal(("topk", 2 * latents), ((string)config["architecture"]!, (int)config["d_sae"]!));
        Assert.Contains($"came with {latents} signed latents, and its features are no intact pairs", (string)config["metadata"]!["note"]!, StringComparison.Ordinal);
    }

    [Fact]
    public void DictionaryLearning_ItsZipFile_IsStoredAndAlignedTo64Bytes()
    {
        using var dictionary = Trained(DictionaryVariants.TopK);
        NewFolder.Write(Path.Combine(_folder, "out"), sink => DictionaryLearningExport.Write(dictionary, Facts, sink));
        var path = Path.Combine(_folder, "out", "ae.pt");
        var bytes = File.ReadAllBytes(path);

        // Local headers (APPNOTE 4.3.7), one after the other: method at 8, sizes at 18 and 22, lengths of name and extra field at 26 and 28.
        var names = new List<string>();
        for (var at = 0; BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at)) == 0x04034b50;)
        {
            int name = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at + 26)), extra = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at + 28));
            var content = at + 30 + name + extra;
            Assert.Equal(0, BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at + 8)));
            Assert.Equal(0, content % 64);
            names.Add(Encoding.UTF8.GetString(bytes, at + 30, name));
            at = content + BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 18));
        }

        Assert.Equal(["ae/data.pkl", "ae/byteorder", "ae/data/0", "ae/data/1", "ae/data/2", "ae/data/3", "ae/data/4", "ae/data/5", "ae/version"], names);
        // The framework's own reader checks each entry's checksum.
        using var archive = System.IO.Compression.ZipFile.OpenRead(path);
        foreach (var entry in archive.Entries)
        {
            using var content = entry.Open();
            content.CopyTo(Stream.Null);
        }

        Assert.Equal(5, BinaryPrimitives.ReadInt32LittleEndian(Content(archive, "ae/data/0")));
        Assert.Equal([0x80, 2, (byte)'c'], Content(archive, "ae/data.pkl")[..3]);
    }

    private static byte[] Content(System.IO.Compression.ZipArchive archive, string name)
    {
        using var stream = archive.GetEntry(name)!.Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    // As the container is described: a length of eight bytes, then JSON.
    private static IEnumerable<string> Header(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var header = JsonNode.Parse(bytes.AsSpan(8, (int)BinaryPrimitives.ReadInt64LittleEndian(bytes)))!.AsObject();
        return header.Where(static entry => entry.Key != "__metadata__").Select(static entry => $"{entry.Key} {string.Join(',', entry.Value!["shape"]!.AsArray())}").Order(StringComparer.Ordinal);
    }

    private static void Export(SparseAutoencoder dictionary, bool saeLens, IFileSink sink)
    {
        if (saeLens)
        {
            SaeLensExport.Write(dictionary, Facts, sink);
        }
        else
        {
            DictionaryLearningExport.Write(dictionary, Facts, sink);
        }
    }

    /// <summary>A dictionary of a variant after one batch, every bias away from zero, on the residual stream of layer 2.</summary>
    private static SparseAutoencoder Trained(string variant)
    {
        var options = DictionaryOptions.Preset(Features, variant) with { K = 5, AuxK = 2, InitialThreshold = 0.1f, Prefixes = [0.3, 0.6, 1] };
        using var step = new DictionaryStep(Inputs, Features, Rows, DictionaryVariant.Of(options));
        using var x = DictionarySamples.Normal(Rows * Inputs, seed: 3);
        using var sample = new VectorSample(x.Pointer, Rows, Inputs);
        step.Variant.Initialize(step.Parameters, sample, 1, new CounterRandom(3));
        foreach (var values in new[] { 0, 1 })
        {
            var span = values == 0 ? step.Parameters.EncoderBias() : step.Parameters.DecoderBias();
            for (var i = 0; i < span.Length; i++)
            {
                span[i] += 0.1f * MathF.Sin(i + values);
            }
        }

        step.ComputeGradients(x.Pointer, Rows, 1, options.Lambda, []);
        var dictionary = step.Variant.Export(step.Parameters, 1.3f);
        dictionary.Site = new Site(SiteKind.ResidPost, 2);
        return dictionary;
    }

    private static float[] Dense(SparseAutoencoder dictionary, FloatBuffer x)
    {
        var (f, dense) = (new SparseActivations(), new float[Rows * Features]);
        dictionary.Encode(x.Pointer, Rows, f);
        for (var row = 0; row < Rows; row++)
        {
            for (var k = 0; k < f.FeaturesOf(row).Length; k++)
            {
                dense[(row * Features) + f.FeaturesOf(row)[k]] = f.ValuesOf(row)[k];
            }
        }

        return dense;
    }
}
