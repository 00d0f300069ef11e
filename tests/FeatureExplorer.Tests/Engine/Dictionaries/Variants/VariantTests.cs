using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Numerics;
using Xunit.Abstractions;

namespace FeatureExplorer.Tests.Engine.Dictionaries.Variants;

[Collection(AloneTests.Name)]
public sealed unsafe class VariantTests(ITestOutputHelper output)
{
    public static TheoryData<string> All => [.. DictionaryVariants.All];

    // Sizes that are no multiples of a register, a tile or a block, and k from 1 to all.
    public static TheoryData<string, int, int, int, int> Sizes
    {
        get
        {
            var sizes = new TheoryData<string, int, int, int, int>();
            foreach (var variant in DictionaryVariants.All)
            {
                sizes.Add(variant, 5, 3, 7, 1);
                sizes.Add(variant, 33, 131, 130, 9);
                sizes.Add(variant, 17, 50, 65, 50);
                sizes.Add(variant, 24, 700, 70, 100); // lists that are cut while they grow
            }

            return sizes;
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void ComputeGradients_OddSizes_LossEqualsPlainLoops(string variant, int inputs, int features, int rows, int k)
    {
        var options = Options(variant, features, k);
        using var step = Step(options, inputs, rows);
        using var x = DictionarySamples.Normal(rows * inputs, seed: 4);
        int[] dead = [.. Enumerable.Range(0, features).Where(static i => i % 3 == 1)];

        var losses = step.ComputeGradients(x.Pointer, rows, 1, options.Lambda, dead);

        var expected = DictionaryReference.Of(step.Parameters, options).Loss([.. DictionarySamples.Doubles(x).Chunk(inputs)], options.Lambda, dead);
        Assert.Equal(expected.MeanSquaredError, losses.MeanSquaredError, 1e-5 * expected.MeanSquaredError);
        Assert.Equal(expected.Reconstruction, losses.Reconstruction, 1e-5 * expected.Reconstruction);
        // A term that is on the other side of an edge in single precision counts by itself.
        Assert.Equal(expected.Sparsity, losses.Sparsity, 1e-5 * expected.Total);
        Assert.Equal(expected.Auxiliary, losses.Auxiliary, 1e-5 * expected.Total);
        Assert.Equal(expected.Total, losses.Total, 1e-5 * expected.Total);
        Assert.InRange(losses.Active, expected.Active - 1, expected.Active + 1); // single precision may see an entry on the other side of an edge
    }

    [Theory]
    [MemberData(nameof(All))]
    public void ComputeGradients_FiniteDifferences_Agree(string variant)
    {
        var options = Options(variant, features: 9, k: 3);
        using var step = Step(options, inputs: 6, rows: 20);
        using var x = DictionarySamples.Normal(20 * 6, seed: 6);
        int[] dead = [1, 4, 5, 8];
        step.ComputeGradients(x.Pointer, 20, 1, options.Lambda, dead);
        var reference = DictionaryReference.Of(step.Parameters, options);
        reference.Freeze();
        double[][] rows = [.. DictionarySamples.Doubles(x).Chunk(6)];

        Check("W_enc", reference.WEnc, DictionarySamples.Matrix(step.Gradients, encoder: true));
        Check("b_enc", reference.BEnc, step.Gradients.EncoderBias().ToArray());
        Check("W_dec", reference.WDec, DictionarySamples.Matrix(step.Gradients, encoder: false));
        Check("b_dec", reference.BDec, step.Gradients.DecoderBias().ToArray());
        if (variant == DictionaryVariants.Gated)
        {
            Check("r_mag", reference.Extras[0], step.Gradients.Extra(0).ToArray());
            Check("b_mag", reference.Extras[1], step.Gradients.Extra(1).ToArray());
        }

        void Check(string name, double[] parameter, float[] actual)
        {
            const double h = 1e-6;
            var scale = actual.Max(Math.Abs);
            for (var i = 0; i < parameter.Length; i++)
            {
                var value = parameter[i];
                parameter[i] = value + h;
                var up = reference.Loss(rows, options.Lambda, dead).Total;
                parameter[i] = value - h;
                var down = reference.Loss(rows, options.Lambda, dead).Total;
                parameter[i] = value;
                Assert.True(Math.Abs(((up - down) / (2 * h)) - actual[i]) <= 1e-4 * scale, $"{name}[{i}]: {(up - down) / (2 * h)}, {actual[i]}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Export_RawActivations_DecodesLikeTrainingOnScaledOnes(string variant)
    {
        const float scale = 1.7f;
        var options = Options(variant, features: 90, k: 7);
        using var step = Step(options, inputs: 24, rows: 60);
        using var x = DictionarySamples.Normal(60 * 24, seed: 5);
        step.ComputeGradients(x.Pointer, 60, scale, options.Lambda);
        using var dictionary = step.Variant.Export(step.Parameters, scale);
        using var xHat = new FloatBuffer(60 * 24);
        var f = new SparseActivations();

        dictionary.Encode(x.Pointer, 60, f);
        dictionary.Decode(f, xHat.Pointer);

        var reference = DictionaryReference.Of(step.Parameters, options);
        double[][] rows = [.. DictionarySamples.Doubles(x).Select(static value => scale * value).Chunk(24)];
        // The threshold of batchtopk and matryoshka is the smallest activation of the one batch so far: all but that one stay.
        var expected = reference.Encode(rows);
        var missing = variant is DictionaryVariants.BatchTopK or DictionaryVariants.Matryoshka ? 1 : 0;
        Assert.Equal(expected.Sum(static row => row.Count(static a => a > 0)) - missing, f.Count);
        var wrong = 0;
        for (var row = 0; row < 60; row++)
        {
            var decoded = reference.Decode(expected[row], 90);
            wrong += decoded.Where((value, j) => Math.Abs((value / scale) - xHat.Pointer[(row * 24) + j]) > 1e-4).Any() ? 1 : 0;
            for (var i = 0; i < f.FeaturesOf(row).Length; i++)
            {
                Assert.True(f.ValuesOf(row)[i] > 0);
                Assert.True(i == 0 || f.FeaturesOf(row)[i - 1] < f.FeaturesOf(row)[i]);
            }
        }

        Assert.Equal(missing, wrong);
        for (var feature = 0; feature < 90; feature++)
        {
            Assert.Equal(1, Math.Sqrt(dictionary.DecoderRow(feature).ToArray().Sum(static d => (double)d * d)), 1e-5);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void SaveLoad_EveryVariant_SameActivations(string variant)
    {
        var folder = Directory.CreateTempSubdirectory("variant-").FullName;
        try
        {
            var options = Options(variant, features: 90, k: 7);
            using var step = Step(options, inputs: 24, rows: 60);
            using var x = DictionarySamples.Normal(60 * 24, seed: 5);
            step.ComputeGradients(x.Pointer, 60, 1.3f, options.Lambda);
            using var saved = step.Variant.Export(step.Parameters, 1.3f);
            saved.Save(folder);
            using var loaded = SparseAutoencoder.Load(folder);
            var (before, after) = (new SparseActivations(), new SparseActivations());
            saved.Encode(x.Pointer, 60, before);
            loaded.Encode(x.Pointer, 60, after);

            Assert.Equal((saved.Activation, saved.K, saved.Hash), (loaded.Activation, loaded.K, loaded.Hash));
            Assert.True(before.Count > 0);
            Assert.Equal(before.Features[..before.Count], after.Features[..after.Count]);
            Assert.Equal(before.Values[..before.Count], after.Values[..after.Count]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Step_AnyNumberOfThreads_SameBits(string variant)
    {
        var threads = WorkerPool.Threads;
        try
        {
            var results = new List<float[]>();
            foreach (var count in (int[])[1, 2, 3])
            {
                WorkerPool.Configure(count);
                var options = Options(variant, features: 300, k: 8);
                using var step = Step(options, inputs: 40, rows: 400);
                using var x = DictionarySamples.Normal(400 * 40, seed: 2);
                for (var t = 1; t <= 3; t++)
                {
                    step.ComputeGradients(x.Pointer, 400, 1, options.Lambda, [0, 7, 100, 299]);
                    step.Update(new AdamSettings(0.01f, options.Beta1), t, options.ClipNorm);
                }

                using var dictionary = step.Variant.Export(step.Parameters, 1);
                results.Add([.. dictionary.WEnc.Span(), .. dictionary.BEnc.Span(), .. dictionary.WDec.Span(), .. dictionary.BDec.Span()]);
            }

            Assert.Equal(results[0], results[1]);
            Assert.Equal(results[0], results[2]);
        }
        finally
        {
            WorkerPool.Configure(threads);
        }
    }

    /// <summary>2,000 steps on planted features, and then 4,096 vectors that training has not seen: metrics as they were when written down.</summary>
    [Theory]
    [InlineData(DictionaryVariants.Paper2023, 0.9223, 6.929)]
    [InlineData(DictionaryVariants.April2024, 0.924, 6.006)]
    [InlineData(DictionaryVariants.TopK, 0.8324, 3.0)]
    [InlineData(DictionaryVariants.BatchTopK, 0.8949, 2.983)]
    // Rounding decides which side of its jump a value lands on: 0.8551 and 6.241 with vectors of 256 bits, 0.8534 and 6.306 with 128 and 512.
    [InlineData(DictionaryVariants.JumpRelu, 0.8543, 6.273)]
    [InlineData(DictionaryVariants.Gated, 0.9637, 13.748)]
    [InlineData(DictionaryVariants.Matryoshka, 0.828, 3.003)]
    public void Train_TwoThousandSteps_ReachesTheRecordedMetrics(string variant, double explained, double l0)
    {
        const int inputs = 32;
        var options = DictionaryOptions.Preset(64, variant) with
        {
            Samples = 2000 * 48,
            Batch = 48,
            DeadWindow = 5000,
            K = 3,
            Lambda = variant switch { DictionaryVariants.April2024 => 1, _ => 0.03f },
            Bandwidth = 0.02f,
            InitialThreshold = 1e-3f,
        };
        var source = new PlantedSource(inputs, planted: 48, active: 3, seed: 1);
        using var trainer = new DictionaryTrainer(source, options);
        using var dictionary = trainer.Train();
        using var x = new FloatBuffer(4096 * inputs);
        using var xHat = new FloatBuffer(4096 * inputs);
        source.Read(x.Pointer, 4096);
        var f = new SparseActivations();
        dictionary.Encode(x.Pointer, 4096, f);
        dictionary.Decode(f, xHat.Pointer);

        var (errors, squares, sums) = (0.0, 0.0, new double[inputs]);
        for (var i = 0; i < x.Length; i++)
        {
            errors += Math.Pow((double)x.Pointer[i] - xHat.Pointer[i], 2);
            squares += (double)x.Pointer[i] * x.Pointer[i];
            sums[i % inputs] += x.Pointer[i];
        }

        var reached = (Explained: 1 - (errors / (squares - sums.Sum(static sum => sum * sum / 4096))), L0: f.Count / 4096.0);
        output.WriteLine($"{variant}: explained variance {reached.Explained:F4}, L0 {reached.L0:F3}, resampled {trainer.Resampled}");
        Assert.Equal(explained, reached.Explained, 0.01 * explained);
        Assert.Equal(l0, reached.L0, 0.01 * l0);
    }

    private static DictionaryOptions Options(string variant, int features, int k) => DictionaryOptions.Preset(features, variant) with
    {
        K = Math.Min(k, features),
        AuxK = 2,
        Lambda = 0.1f,
        Bandwidth = 0.2f,
        InitialThreshold = 0.1f,
        Prefixes = [0.3, 0.6, 1],
    };

    /// <summary>Parameters as training starts, with every bias away from zero.</summary>
    private static DictionaryStep Step(DictionaryOptions options, int inputs, int rows)
    {
        var step = new DictionaryStep(inputs, options.Features, rows, DictionaryVariant.Of(options));
        using var x = DictionarySamples.Normal(10 * inputs, seed: 103);
        using var sample = new VectorSample(x.Pointer, 10, inputs);
        step.Variant.Initialize(step.Parameters, sample, 1, new CounterRandom(3));
        var random = new CounterRandom(11);
        Shift(step.Parameters.EncoderBias(), random.Stream("b_enc"));
        Shift(step.Parameters.DecoderBias(), random.Stream("b_dec"));
        for (var k = 0; k < step.Parameters.Extras; k++)
        {
            Shift(step.Parameters.Extra(k), random.Stream($"extra {k}"));
        }

        return step;
    }

    private static void Shift(Span<float> values, CounterRandom random)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] += 0.2f * random.Normal((ulong)i);
        }
    }
}
