using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Evaluation;
using FeatureExplorer.Engine.Dictionaries.Exports;
using FeatureExplorer.Engine.Dictionaries.Imports;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Exports;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Tests.Engine.Transformer;
using FeatureExplorer.Tests.Storage;

namespace FeatureExplorer.Tests.Engine.Dictionaries;

[Collection(AloneTests.Name)]
public sealed unsafe class MatchingPursuitTests
{
    private const int Rows = 130;
    private static readonly ExportedFacts Facts = new() { ModelName = "toy", Layer = 1, ContextSize = 8, Exporter = "test" };

    // r = (1, 2), d_1 = (½, ½): p_1 = 1.5, r = (¼, 1¼) of length 1.27; p_1 = 0.75, r = (−⅛, ⅞); p_1 = 0.375. Feature 0, (1, 0), has p_0 = 1, ¼, −⅛, and feature 2, (0, −1), never one above 0.
    [Theory]
    [InlineData(0f, 1, true, 1.5f)]
    [InlineData(0f, 10, true, 2.25f)] // the step that repeats counts
    [InlineData(0f, 3, false, 2.625f)]
    [InlineData(1.3f, 10, true, 1.5f)]
    [InlineData(1.2f, 10, true, 2.25f)]
    [InlineData(0.9f, 10, false, 2.25f)]
    public void Encode_OneFeatureAgainAndAgain_ByHand(float threshold, int steps, bool stops, float expected)
    {
        using var dictionary = new SparseAutoencoder(2, 3, DictionaryActivation.MatchingPursuit, pursuit: new PursuitShape(threshold, steps, stops));
        foreach (var (i, row) in new float[][] { [1, 0], [0.5f, 0.5f], [0, -1] }.Index())
        {
            row.CopyTo(dictionary.DecoderRow(i));
            row.CopyTo(dictionary.EncoderRow(i));
        }

        dictionary.BDec.Span().Fill(1);
        float[] x = [2, 3];
        var xHat = new float[2];
        var f = new SparseActivations();
        fixed (float* input = x, output = xHat)
        {
            dictionary.Encode(input, 1, f);
            dictionary.Decode(f, output);
        }

        Assert.Equal([1], f.FeaturesOf(0).ToArray());
        Assert.Equal([expected], f.ValuesOf(0).ToArray());
        Assert.Equal([1 + (expected / 2), 1 + (expected / 2)], xHat);
    }

    [Theory]
    [InlineData(19, 70, 0.9f, 19, true)]
    [InlineData(19, 70, 0f, 7, false)]
    [InlineData(19, 7, 0f, 19, true)]
    [InlineData(64, 300, 1.5f, 64, true)] // wide enough to be screened in integers
    [InlineData(19, 70, 0.4f, 19, true, RowNormalisation.LayerNorm)]
    [InlineData(19, 70, 0f, 5, false, RowNormalisation.Norm)]
    public void Encode_OddSizes_EqualsPlainLoops(int inputs, int features, float threshold, int steps, bool stops, RowNormalisation normalisation = RowNormalisation.None)
    {
        using var dictionary = PlainPursuit.Dictionary(inputs, features, new PursuitShape(threshold, steps, stops), normalisation: normalisation);
        using var x = DictionarySamples.Normal(Rows * inputs, seed: 4);
        using var xHat = new FloatBuffer(Rows * inputs);
        x.Span(3 * inputs, inputs).Clear(); // a vector of zeros
        dictionary.BDec.Span().CopyTo(x.Span(5 * inputs, inputs)); // one of which nothing is left at once
        var f = new SparseActivations();

        dictionary.Encode(x.Pointer, Rows, f);
        dictionary.Decode(f, xHat.Pointer);

        var (most, again) = (0, 0);
        for (var row = 0; row < Rows; row++)
        {
            double[] values = [.. x.Span(row * inputs, inputs).ToArray().Select(static v => (double)v)];
            var (read, mean, gain) = DictionaryReference.Normalise(values, normalisation);
            var expected = PlainPursuit.Encode(dictionary, read);
            var active = expected.Index().Where(static e => e.Item > 0).ToList();
            Assert.Equal(active.Select(static e => e.Index), f.FeaturesOf(row).ToArray());
            Assert.Equal(active.Select(static e => e.Item), f.ValuesOf(row).ToArray().Select(static v => (double)v), static (a, b) => Math.Abs(a - b) <= 1e-4 * (1 + a));
            for (var j = 0; j < inputs; j++)
            {
                var sum = dictionary.BDec.Span()[j] + active.Sum(e => e.Item * dictionary.DecoderRow(e.Index)[j]);
                Assert.Equal((gain * sum) + mean, xHat.Span()[(row * inputs) + j], 1e-4 * (1 + gain));
            }

            most = Math.Max(most, active.Count);
            again += !stops && active.Count < steps ? 1 : 0;
        }

        Assert.True(most > 2, $"at most {most} features of a row");
        Assert.True(stops || again > 0, "no feature is taken twice");
    }

    [Fact]
    public void Encode_AnyNumberOfThreads_SameBits()
    {
        using var dictionary = PlainPursuit.Dictionary(19, 70, new PursuitShape(0.5f, 19, true));
        using var x = DictionarySamples.Normal(Rows * 19, seed: 4);
        var (f, threads) = (new SparseActivations(), WorkerPool.Threads);
        dictionary.Encode(x.Pointer, Rows, f);
        var (features, values) = (f.Features.Take(f.Count).ToArray(), f.Values.Take(f.Count).ToArray());
        try
        {
            foreach (var count in (int[])[1, 3])
            {
                WorkerPool.Configure(count);
                dictionary.Encode(x.Pointer, Rows, f);
                Assert.Equal(features, f.Features.Take(f.Count));
                Assert.Equal(values, f.Values.Take(f.Count));
            }
        }
        finally
        {
            WorkerPool.Configure(threads);
        }
    }

    [Fact]
    public void Encode_ARowByItself_IsWhatItIsAmongOthers()
    {
        using var dictionary = PlainPursuit.Dictionary(64, 300, new PursuitShape(1, 64, true));
        using var x = DictionarySamples.Normal(Rows * 64, seed: 4);
        var (all, one) = (new SparseActivations(), new SparseActivations());
        dictionary.Encode(x.Pointer, Rows, all);

        foreach (var row in (int[])[0, 63, 64, 129])
        {
            dictionary.Encode(x.Pointer + (row * 64), 1, one);
            Assert.Equal(all.FeaturesOf(row).ToArray(), one.FeaturesOf(0).ToArray());
            Assert.Equal(all.ValuesOf(row).ToArray(), one.ValuesOf(0).ToArray());
        }
    }

    [Theory]
    [InlineData(RowNormalisation.None)]
    [InlineData(RowNormalisation.LayerNorm)]
    public void SaveLoad_RoundTrip_KeepsWeightsAndWhenItEnds(RowNormalisation normalisation)
    {
        using var folder = new TemporaryFolder();
        using var dictionary = PlainPursuit.Dictionary(7, 12, new PursuitShape(0.25f, 6, false), new Site(SiteKind.ResidPost, 1), normalisation);
        dictionary.Save(folder.Path);

        using var loaded = SparseAutoencoder.Load(folder.Path);
        using var file = Safetensors.Open(Path.Combine(folder.Path, SparseAutoencoder.WeightsFile));

        Assert.Equal((dictionary.Hash, dictionary.Pursuit, dictionary.Site, normalisation), (loaded.Hash, loaded.Pursuit, loaded.Site, loaded.Normalisation));
        Assert.Equal(dictionary.WDec.Span().ToArray(), loaded.WEnc.Span().ToArray());
        Assert.Equal(normalisation == RowNormalisation.None ? ["W_dec", "b_dec"] : ["W_dec", "b_dec", "normalize_activations"], file.Tensors.Select(static t => t.Name).Order(StringComparer.Ordinal));
        Assert.Equal(DictionaryActivation.MatchingPursuit, DictionaryShape.Of(folder.Path).Activation);
        Assert.Equal(Values(dictionary), Values(loaded));
    }

    [Theory]
    [InlineData("residual_threshold", "-1", "residual_threshold is -1 where a number from 0 on is needed")]
    [InlineData("residual_threshold", "\"small\"", "residual_threshold is \"small\"")]
    [InlineData("max_iterations", "0", "max_iterations is 0")]
    [InlineData("stop_on_duplicate_support", "2", "stop_on_duplicate_support is 2 where true or false is needed")]
    [InlineData("architecture", "\"standard\"", "W_enc")]
    [InlineData("architecture", "\"matching_pursuit_transcoder\"", "matching_pursuit_transcoder")]
    [InlineData("d_sae", "13", "W_dec would be [13, 7]")]
    public void Load_ConfigurationThatDoesNotFit_NamesFileAndValue(string key, string value, string says)
    {
        using var folder = new TemporaryFolder();
        using var dictionary = PlainPursuit.Dictionary(7, 12, new PursuitShape(0.25f, 6, true));
        dictionary.Save(folder.Path);
        var file = Path.Combine(folder.Path, "cfg.json");
        var config = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        config[key] = JsonNode.Parse(value);
        File.WriteAllText(file, config.ToJsonString());
        File.Delete(BlockChecksums.FileOf(file));

        var message = Assert.Throws<InvalidDataException>(() => SparseAutoencoder.Load(folder.Path)).Message;

        Assert.Contains(folder.Path, message, StringComparison.Ordinal);
        Assert.Contains(says, message, StringComparison.Ordinal);
    }

    [Fact]
    public void SaeLensExport_ReadBack_IsTheSameDictionary()
    {
        using var folder = new TemporaryFolder();
        using var dictionary = PlainPursuit.Dictionary(7, 12, new PursuitShape(0.25f, 6, false), new Site(SiteKind.ResidPost, 1));
        var path = Path.Combine(folder.Path, "out");
        NewFolder.Write(path, sink => SaeLensExport.Write(dictionary, Facts, sink));

        using var imported = DictionaryImport.Read(path);

        Assert.Equal(("matching_pursuit", dictionary.Pursuit, dictionary.Hash), (imported.Architecture, imported.Dictionary.Pursuit, imported.Dictionary.Hash));
        Assert.Equal(Values(dictionary), Values(imported.Dictionary));
        var refused = Assert.Throws<NotSupportedException>(() => NewFolder.Write(Path.Combine(folder.Path, "none"), sink => DictionaryLearningExport.Write(dictionary, Facts, sink))).Message;
        Assert.Contains("export it as saelens", refused, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "none")));
    }

    [Fact]
    public void Constructor_WhatAPursuitCannotBe_IsRefused()
    {
        Assert.Throws<ArgumentNullException>(static () => new SparseAutoencoder(2, 3, DictionaryActivation.MatchingPursuit));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new SparseAutoencoder(2, 3, DictionaryActivation.MatchingPursuit, pursuit: new PursuitShape(0, 0, true)));
        Assert.Throws<ArgumentException>(static () => new SparseAutoencoder(2, 3, DictionaryActivation.MatchingPursuit, 0, new TranscoderShape(2, false), new PursuitShape(0, 1, true)));
    }

    [Fact]
    public void Evaluate_SmallModel_EqualsPlainLoops()
    {
        const int Windows = 5;
        using var small = new SmallModel(tokens: (Windows * SmallModel.Window) + 1);
        var (config, rows) = (small.Model.Config, Windows * SmallModel.Window);
        var site = Site.Default(config);
        var n = site.Width(config);
        using var dictionary = PlainPursuit.Dictionary(n, 40, new PursuitShape(0.2f, n, true), site);

        var metrics = DictionaryEvaluator.Evaluate(small.Model, dictionary, small.Store, long.MaxValue);

        var p = ReferenceTransformer.ParametersOf(small.Model.Parameters);
        double[][] x = [];
        double Loss(Func<double[][], double[][]> edit) => ReferenceTransformer.RunSite(
            config, p, small.Tokens[..rows], small.Tokens[1..(rows + 1)], Windows, SmallModel.Window, site, values => [.. edit([.. values.Chunk(n)]).SelectMany(static row => row)]).Losses.Average();
        var clean = Loss(values => x = values);
        var f = x.Select(row => PlainPursuit.Encode(dictionary, row)).ToArray();
        double[][] xHat = [.. f.Select(values => Enumerable.Range(0, n).Select(j => dictionary.BDec.Span()[j] + values.Select((value, i) => value * dictionary.DecoderRow(i)[j]).Sum()).ToArray())];
        var errors = x.Zip(xHat, static (a, b) => a.Zip(b, static (v, w) => (v - w) * (v - w)).Sum()).Sum();
        double[] mean = [.. Enumerable.Range(0, n).Select(j => x.Average(row => row[j]))];
        var variance = x.Sum(row => row.Zip(mean, static (v, w) => (v - w) * (v - w)).Sum());

        Assert.Equal(f.Average(static row => row.Count(static v => v > 0)), metrics.L0, 1e-9);
        Assert.Equal(1 - (errors / variance), metrics.ExplainedVariance, 1e-4 * (1 + Math.Abs(1 - (errors / variance))));
        Assert.Equal(errors / (rows * n), metrics.MeanSquaredError, 1e-5);
        Assert.Equal(clean, metrics.Loss, 1e-4);
        Assert.Equal(Loss(_ => xHat), metrics.LossReconstructed, 1e-4);
    }

    private static float[] Values(SparseAutoencoder dictionary)
    {
        using var x = DictionarySamples.Normal(20 * dictionary.Inputs, seed: 8);
        var f = new SparseActivations();
        dictionary.Encode(x.Pointer, 20, f);
        return [.. f.Values.Take(f.Count), .. f.Features.Take(f.Count)];
    }
}
