using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Numerics;
using Xunit.Abstractions;

namespace FeatureExplorer.Tests.Engine.Dictionaries.Variants;

/// <summary>Training steps of every variant against PyTorch's (Fixtures/make_dictionary_variants.py).</summary>
public sealed unsafe class VariantFixtureTests(ITestOutputHelper output)
{
    private const int Inputs = 24;
    private const int Features = 70;
    private const int Batch = 50;

    private static readonly int[] Dead = [.. Enumerable.Range(0, Features).Where(static i => i % 2 == 0)];

    [Theory]
    [InlineData(DictionaryVariants.April2024, 0.0)]
    [InlineData(DictionaryVariants.April2024, 1.0)]
    [InlineData(DictionaryVariants.TopK, 1.0)]
    [InlineData(DictionaryVariants.BatchTopK, 1.0)]
    [InlineData(DictionaryVariants.Matryoshka, 1.0)]
    [InlineData(DictionaryVariants.JumpRelu, 1.0)]
    [InlineData(DictionaryVariants.Gated, 1.0)]
    public void Steps_SameStartAndData_EqualPyTorch(string name, double sparseLimit)
    {
        var options = Options(name);
        options.Validate();
        using var fixture = Safetensors.Open(Path.Combine(AppContext.BaseDirectory, "Fixtures", "dictionary-variants.safetensors"));
        var variant = DictionaryVariant.Of(options);
        using var step = new DictionaryStep(Inputs, Features, Batch, variant) { SparseLimit = sparseLimit };
        Load(fixture, name, step);
        using var x = new FloatBuffer(3 * Batch * Inputs);
        fixture.Read($"{name}.x", x.Pointer, 3, Batch, Inputs);
        var losses = fixture.ReadArray($"{name}.losses");

        for (var t = 0; t < 3; t++)
        {
            var actual = step.ComputeGradients(x.Pointer + (t * Batch * Inputs), Batch, 1, options.Lambda, Dead);

            double[] values = [actual.MeanSquaredError, actual.Reconstruction, actual.Sparsity, actual.Auxiliary];
            for (var i = 0; i < values.Length; i++)
            {
                Assert.True(Math.Abs(values[i] - losses[(5 * t) + i]) <= 1e-6 * losses[(5 * t) + i], $"step {t + 1}, loss {i}: {values[i]}, {losses[(5 * t) + i]}");
            }

            Assert.Equal(losses[(5 * t) + 4], actual.Active);
            if (t == 0)
            {
                AssertClose(fixture, $"{name}.gradient", step, step.Gradients);
            }

            step.Update(new AdamSettings(1e-3f, options.Beta1), t + 1, options.ClipNorm);
            if (t != 1)
            {
                AssertClose(fixture, $"{name}.step{t + 1}", step, step.Parameters);
            }
        }

        if (name is DictionaryVariants.BatchTopK or DictionaryVariants.Matryoshka)
        {
            var least = fixture.ReadArray($"{name}.selected");
            var (old, older) = (0.99, 0.99 * 0.99);
            var expected = ((older * least[0]) + (old * least[1]) + least[2]) / (older + old + 1);
            using var dictionary = variant.Export(step.Parameters, 1);
            Assert.All(dictionary.Threshold!.Span().ToArray(), threshold => Assert.Equal(expected, threshold, 1e-5));
        }
    }

    private static DictionaryOptions Options(string name) => new()
    {
        Variant = name,
        Features = Features,
        Samples = 1,
        K = 6,
        AuxK = 5,
        Prefixes = [5.0 / Features, 17.0 / Features, 1],
        Bandwidth = 0.6f / MathF.Sqrt(Inputs),
        Beta1 = name is DictionaryVariants.JumpRelu or DictionaryVariants.Gated ? 0 : 0.9f,
        ClipNorm = name == DictionaryVariants.April2024 ? 1 : 0,
        Lambda = name switch
        {
            DictionaryVariants.April2024 => 0.7f,
            DictionaryVariants.JumpRelu => 0.02f,
            DictionaryVariants.Gated => 0.05f,
            _ => 0,
        },
    };

    private static void Load(SafetensorsFile fixture, string name, DictionaryStep step)
    {
        var (encoder, decoder) = (fixture.ReadArray($"{name}.start.W_enc"), fixture.ReadArray($"{name}.start.W_dec"));
        for (var feature = 0; feature < Features; feature++)
        {
            encoder.AsSpan(feature * Inputs, Inputs).CopyTo(step.Parameters.EncoderRow(feature));
            decoder.AsSpan(feature * Inputs, Inputs).CopyTo(step.Parameters.DecoderRow(feature));
        }

        fixture.Read($"{name}.start.b_enc", step.Parameters.BEnc, Features);
        fixture.Read($"{name}.start.b_dec", step.Parameters.BDec, Inputs);
        for (var k = 0; k < step.Variant.Extras.Count; k++)
        {
            fixture.ReadArray($"{name}.start.{step.Variant.Extras[k]}").CopyTo(step.Parameters.Extra(k));
        }
    }

    private void AssertClose(SafetensorsFile fixture, string prefix, DictionaryStep step, DictionaryTensors actual)
    {
        Check("W_enc", DictionarySamples.Matrix(actual, encoder: true));
        Check("b_enc", actual.EncoderBias().ToArray());
        Check("W_dec", DictionarySamples.Matrix(actual, encoder: false));
        Check("b_dec", actual.DecoderBias().ToArray());
        for (var k = 0; k < step.Variant.Extras.Count; k++)
        {
            Check(step.Variant.Extras[k], actual.Extra(k).ToArray());
        }

        void Check(string name, float[] values)
        {
            var expected = fixture.ReadArray($"{prefix}.{name}");
            var difference = expected.Zip(values, static (e, a) => Math.Abs(e - a)).Max();
            var scale = expected.Max(Math.Abs);
            output.WriteLine($"{prefix}.{name}: largest difference {difference:E2} of {scale:E2}");
            Assert.Equal(expected.Length, values.Length);
            Assert.True(scale > 0 && difference <= 1e-5 * scale, $"{prefix}.{name}: {difference} of {scale}");
        }
    }
}
