using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Exports;
using FeatureExplorer.Engine.Dictionaries.Imports;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Exports;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Tests.Engine.Dictionaries;

public sealed unsafe class RowNormalisationTests : IDisposable
{
    private const int Inputs = 19;
    private const int Features = 70;
    private const int Rows = 130;

    private readonly string _folder = Directory.CreateTempSubdirectory("normalised").FullName;

    public static TheoryData<string, RowNormalisation> Kinds
    {
        get
        {
            var data = new TheoryData<string, RowNormalisation>();
            foreach (var variant in (string[])[DictionaryVariants.Paper2023, DictionaryVariants.TopK, DictionaryVariants.JumpRelu, DictionaryVariants.Gated])
            {
                data.Add(variant, RowNormalisation.LayerNorm);
                data.Add(variant, RowNormalisation.Norm);
            }

            return data;
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void EncodeDecode_TwoByTwo_ByHand()
    {
        // x = (7, 1): μ = 4, σ = √(9 + 9) with one degree of freedom, x' = (3, −3) / (σ + 10⁻⁵). f_0 = x'_0, f_1 = 0. x̂ = σ f_0 (1, 0) + μ = (7, 4) but for the 10⁻⁵.
        using var dictionary = new SparseAutoencoder(2, 2) { Normalisation = RowNormalisation.LayerNorm };
        (dictionary.EncoderRow(0)[0], dictionary.EncoderRow(1)[1], dictionary.DecoderRow(0)[0], dictionary.DecoderRow(1)[1]) = (1, 1, 1, 1);
        float[] x = [7, 1];
        var xHat = new float[2];
        var f = new SparseActivations();
        fixed (float* input = x, output = xHat)
        {
            dictionary.Encode(input, 1, f);
            dictionary.Decode(f, output);
        }

        Assert.Equal([0], f.FeaturesOf(0).ToArray());
        Assert.Equal(3 / (Math.Sqrt(18) + 1e-5), f.ValuesOf(0)[0], 1e-6);
        Assert.Equal((4f, Math.Sqrt(18)), (f.MeanOf(0), f.GainOf(0)), (a, b) => a.Item1 == b.Item1 && Math.Abs(a.Item2 - b.Item2) < 1e-6);
        Assert.Equal((Math.Sqrt(18) * 3 / (Math.Sqrt(18) + 1e-5)) + 4, xHat[0], 1e-5);
        Assert.Equal(4, xHat[1], 1e-6);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EncodeDecodeRemove_OddSizes_EqualPlainLoops(string variant, RowNormalisation normalisation)
    {
        using var trained = Trained(variant);
        using var dictionary = Normalising(trained, normalisation);
        using var x = Vectors();
        using var xHat = new FloatBuffer(Rows * Inputs);
        using var without = new FloatBuffer(Rows * Inputs);
        var f = new SparseActivations();

        dictionary.Encode(x.Pointer, Rows, f);
        dictionary.Decode(f, xHat.Pointer);
        x.Span().CopyTo(without.Span());
        var removed = f.Features[0];
        using (var encoder = new CpuDictionaryEncoder(dictionary))
        {
            encoder.Remove(without.Pointer, without.Pointer, Rows, removed);
        }

        // Of x', a dictionary that normalises nothing has the same f and gives x̂'; that one is held to its own reference.
        var (read, norms) = (new FloatBuffer(Rows * Inputs), new (double Mean, double Gain)[Rows]);
        using var _ = read;
        for (var row = 0; row < Rows; row++)
        {
            var (values, mean, gain) = DictionaryReference.Normalise([.. Row(x, row)], normalisation);
            norms[row] = (mean, gain);
            for (var i = 0; i < Inputs; i++)
            {
                read.Pointer[(row * Inputs) + i] = (float)values[i];
            }
        }

        var expected = new SparseActivations();
        trained.Encode(read.Pointer, Rows, expected);
        using var inner = new FloatBuffer(Rows * Inputs);
        trained.Decode(expected, inner.Pointer);
        Assert.True(f.Count > Rows / 2);
        Assert.Equal(expected.RowStart.Take(Rows + 1), f.RowStart.Take(Rows + 1));
        Assert.Equal(expected.Features.Take(expected.Count), f.Features.Take(f.Count));
        Assert.Equal(expected.Values.Take(expected.Count), f.Values.Take(f.Count), static (a, b) => Math.Abs(a - b) <= 1e-4f * (1 + a));
        for (var row = 0; row < Rows; row++)
        {
            var (mean, gain) = norms[row];
            var at = f.FeaturesOf(row).BinarySearch(removed);
            var taken = at < 0 ? 0 : gain * f.ValuesOf(row)[at];
            var (original, result, reconstruction, left) = (Row(x, row), Row(inner, row), Row(xHat, row), Row(without, row));
            var tolerance = 1e-4 * (1 + gain + Math.Abs(mean));
            for (var i = 0; i < Inputs; i++)
            {
                Assert.Equal((gain * result[i]) + mean, reconstruction[i], tolerance);
                Assert.Equal(original[i] - (taken * dictionary.DecoderRow(removed)[i]), left[i], tolerance);
            }
        }
    }

    [Fact]
    public void Encode_VectorsWithoutLengthOrSpread_StayNumbers()
    {
        foreach (var normalisation in (RowNormalisation[])[RowNormalisation.LayerNorm, RowNormalisation.Norm])
        {
            using var trained = Trained(DictionaryVariants.Paper2023);
            using var dictionary = Normalising(trained, normalisation);
            var x = new float[2 * Inputs];
            x.AsSpan(Inputs).Fill(3); // the second row is constant
            var xHat = new float[x.Length];
            var f = new SparseActivations();
            fixed (float* input = x, output = xHat)
            {
                dictionary.Encode(input, 2, f);
                dictionary.Decode(f, output);
            }

            Assert.All(xHat, static value => Assert.True(float.IsFinite(value)));
            Assert.All(xHat.Take(Inputs), static value => Assert.Equal(0, value)); // σ = 0, μ = 0
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void SaveLoad_RoundTrip_KeepsItAndTheHashTellsItApart(string variant, RowNormalisation normalisation)
    {
        using var trained = Trained(variant);
        using var dictionary = Normalising(trained, normalisation);
        var plain = dictionary.Hash;
        dictionary.Save(_folder);

        using var loaded = SparseAutoencoder.Load(_folder);

        Assert.Equal((normalisation, plain), (loaded.Normalisation, loaded.Hash));
        Assert.Equal(plain, Safetensors.CarriedChecksum(Path.Combine(_folder, "sae_weights.safetensors")));
        Assert.NotEqual(trained.Hash, plain);
        Assert.Equal(normalisation, DictionaryShape.Of(_folder).Normalisation);
        Assert.Equal(normalisation == RowNormalisation.Norm ? "constant_norm_rescale" : "layer_norm", (string?)JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "cfg.json")))!["normalize_activations"]);
        Assert.Equal(Values(dictionary), Values(loaded));
    }

    [Fact]
    public void Save_WithoutNormalisation_HasTheTensorsItAlwaysHad()
    {
        using var trained = Trained(DictionaryVariants.JumpRelu);
        trained.Save(_folder);

        using var file = Safetensors.Open(Path.Combine(_folder, "sae_weights.safetensors"));
        Assert.Equal(["W_dec", "W_enc", "b_dec", "b_enc", "threshold"], file.Tensors.Select(static tensor => tensor.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("none", "was saved with normalize_activations 1")]
    [InlineData("constant_norm_rescale", "they do not belong together")]
    [InlineData("batch_norm", "normalize_activations is \"batch_norm\"")]
    public void Load_ConfigurationOfAnotherNormalisation_IsRefused(string value, string says)
    {
        using var trained = Trained(DictionaryVariants.Paper2023);
        using var dictionary = Normalising(trained, RowNormalisation.LayerNorm);
        dictionary.Save(_folder);
        Change(value);

        Assert.Contains(says, Assert.Throws<InvalidDataException>(() => SparseAutoencoder.Load(_folder)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void SaeLensExport_ReadBack_IsTheSameDictionary(string variant, RowNormalisation normalisation)
    {
        using var trained = Trained(variant);
        using var dictionary = Normalising(trained, normalisation);
        var folder = Path.Combine(_folder, "out");
        NewFolder.Write(folder, sink => SaeLensExport.Write(dictionary, Facts, sink));

        using var file = Safetensors.Open(Path.Combine(folder, "sae_weights.safetensors"));
        using var imported = DictionaryImport.Read(folder);
        using var loaded = SparseAutoencoder.Load(folder);

        Assert.DoesNotContain(file.Tensors, static tensor => tensor.Name == "normalize_activations"); // SAELens does not know it
        Assert.Equal((normalisation, normalisation), (imported.Dictionary.Normalisation, loaded.Normalisation));
        Assert.Equal(dictionary.Hash, loaded.Hash);
        Assert.Equal(Values(dictionary), Values(imported.Dictionary), static (a, b) => Math.Abs(a - b) <= 1e-5f * (1 + a));
        Assert.Contains(imported.Notes, static note => note.Contains("normalised by themselves", StringComparison.Ordinal));
    }

    [Fact]
    public void Import_OfOurOwnFiles_GivesTheSameDictionary()
    {
        using var trained = Trained(DictionaryVariants.TopK);
        using var dictionary = Normalising(trained, RowNormalisation.LayerNorm);
        var folder = Path.Combine(_folder, "own");
        dictionary.Save(folder);

        using var imported = DictionaryImport.Read(folder);

        Assert.Equal(RowNormalisation.LayerNorm, imported.Dictionary.Normalisation);
        Assert.Equal(Values(dictionary), Values(imported.Dictionary), static (a, b) => Math.Abs(a - b) <= 1e-5f * (1 + a));
    }

    [Fact]
    public void DictionaryLearningExport_CannotSayIt_IsRefused()
    {
        using var trained = Trained(DictionaryVariants.TopK);
        using var dictionary = Normalising(trained, RowNormalisation.LayerNorm);

        var message = Assert.Throws<NotSupportedException>(() => NewFolder.Write(Path.Combine(_folder, "out"), sink => DictionaryLearningExport.Write(dictionary, Facts, sink))).Message;

        Assert.Contains("export it as saelens", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Trainer_FromOneThatNormalises_IsRefused()
    {
        using var trained = Trained(DictionaryVariants.TopK);
        using var dictionary = Normalising(trained, RowNormalisation.LayerNorm);

        var message = Assert.Throws<ArgumentException>(() => new DictionaryTrainer(Source(), Options(DictionaryVariants.TopK) with { Start = dictionary.Hash }, null, dictionary)).Message;

        Assert.Contains("normalises every token", message, StringComparison.Ordinal);
    }

    private static ExportedFacts Facts { get; } = new() { ModelName = "A", Layer = 0, ContextSize = 64, PrependsBos = false, Exporter = "FeatureExplorer" };

    private static PlantedSource Source() => new(Inputs, 24, 2, seed: 2);

    private static DictionaryOptions Options(string variant) =>
        DictionaryOptions.Preset(Features, variant) with { Features = Features, Samples = 2_000, Batch = 100, LearningRate = 2e-3f, K = 3, AuxK = 2, Lambda = 0.02f, Normalize = false };

    private static SparseAutoencoder Trained(string variant)
    {
        using var trainer = new DictionaryTrainer(Source(), Options(variant));
        var dictionary = trainer.Train();
        dictionary.Site = new Site(SiteKind.ResidPost, 0);
        return dictionary;
    }

    private static SparseAutoencoder Normalising(SparseAutoencoder trained, RowNormalisation normalisation)
    {
        var dictionary = new SparseAutoencoder(trained.Inputs, trained.Features, trained.Activation, trained.K) { Site = trained.Site, Normalisation = normalisation };
        foreach (var (from, to) in new[]
        {
            (trained.WEnc, dictionary.WEnc), (trained.BEnc, dictionary.BEnc), (trained.WDec, dictionary.WDec), (trained.BDec, dictionary.BDec),
            (trained.Threshold, dictionary.Threshold), (trained.RMag, dictionary.RMag), (trained.BMag, dictionary.BMag),
        })
        {
            from?.Span().CopyTo(to!.Span());
        }

        return dictionary;
    }

    /// <summary>Rows of different means and lengths, none of them constant: what divides by almost nothing says nothing.</summary>
    private static FloatBuffer Vectors()
    {
        var x = new FloatBuffer(Rows * Inputs);
        Source().Read(x.Pointer, Rows);
        using var noise = DictionarySamples.Normal(Rows * Inputs, seed: 3);
        for (var i = 0; i < x.Length; i++)
        {
            x.Pointer[i] = ((x.Pointer[i] + (0.3f * noise.Pointer[i])) * (0.2f + (i / Inputs * 0.1f))) + (i / Inputs % 7) - 3;
        }

        return x;
    }

    private static double[] Row(FloatBuffer x, int row) => [.. x.Span(row * Inputs, Inputs).ToArray().Select(static value => (double)value)];

    private static float[] Values(SparseAutoencoder dictionary)
    {
        using var x = Vectors();
        var f = new SparseActivations();
        dictionary.Encode(x.Pointer, Rows, f);
        return [.. f.Values.Take(f.Count)];
    }

    private void Change(string value)
    {
        var file = Path.Combine(_folder, "cfg.json");
        var config = JsonNode.Parse(File.ReadAllText(file))!;
        config["normalize_activations"] = value;
        File.WriteAllText(file, config.ToJsonString());
        File.Delete(file + ".sums"); // whoever edits a configuration by hand deletes them
    }
}
