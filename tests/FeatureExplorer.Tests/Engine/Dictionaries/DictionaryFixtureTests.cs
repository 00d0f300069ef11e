using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Numerics;
using Xunit.Abstractions;

namespace FeatureExplorer.Tests.Engine.Dictionaries;

/// <summary>Training steps against PyTorch's (Fixtures/make_dictionary_step.py).</summary>
public sealed unsafe class DictionaryFixtureTests(ITestOutputHelper output)
{
    private const int Inputs = 24;
    private const int Features = 70;
    private const int Batch = 50;
    private const float Lambda = 0.05f;

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    public void Steps_SameStartAndData_EqualPyTorch(double sparseLimit)
    {
        using var fixture = Safetensors.Open(Path.Combine(AppContext.BaseDirectory, "Fixtures", "dictionary-step.safetensors"));
        using var step = new DictionaryStep(Inputs, Features, Batch) { SparseLimit = sparseLimit };
        Load(fixture, step.Parameters);
        using var x = new FloatBuffer(3 * Batch * Inputs);
        fixture.Read("x", x.Pointer, 3, Batch, Inputs);
        var losses = fixture.ReadArray("losses");

        for (var t = 0; t < 3; t++)
        {
            var actual = step.ComputeGradients(x.Pointer + (t * Batch * Inputs), Batch, 1, Lambda);
            Assert.Equal(losses[2 * t], actual.MeanSquaredError, 1e-6 * losses[2 * t]);
            Assert.Equal(losses[(2 * t) + 1], actual.Sparsity, 1e-6 * losses[(2 * t) + 1]);
            if (t == 0)
            {
                AssertClose(fixture, "gradient", step.Gradients);
            }

            step.Update(new AdamSettings(1e-3f), t + 1);
            if (t != 1)
            {
                AssertClose(fixture, $"step{t + 1}", step.Parameters);
            }
        }
    }

    private static void Load(SafetensorsFile fixture, DictionaryTensors parameters)
    {
        var (encoder, decoder) = (fixture.ReadArray("start.W_enc"), fixture.ReadArray("start.W_dec"));
        for (var feature = 0; feature < Features; feature++)
        {
            encoder.AsSpan(feature * Inputs, Inputs).CopyTo(parameters.EncoderRow(feature));
            decoder.AsSpan(feature * Inputs, Inputs).CopyTo(parameters.DecoderRow(feature));
        }

        fixture.Read("start.b_enc", parameters.BEnc, Features);
        fixture.Read("start.b_dec", parameters.BDec, Inputs);
    }

    private void AssertClose(SafetensorsFile fixture, string prefix, DictionaryTensors actual)
    {
        Check("W_enc", DictionarySamples.Matrix(actual, encoder: true));
        Check("b_enc", actual.EncoderBias().ToArray());
        Check("W_dec", DictionarySamples.Matrix(actual, encoder: false));
        Check("b_dec", actual.DecoderBias().ToArray());

        void Check(string name, float[] values)
        {
            var expected = fixture.ReadArray($"{prefix}.{name}");
            var difference = expected.Zip(values, static (e, a) => Math.Abs(e - a)).Max();
            var scale = expected.Max(Math.Abs);
            output.WriteLine($"{prefix}.{name}: largest difference {difference:E2} of {scale:E2}");
            Assert.True(difference <= 1e-5 * scale, $"{prefix}.{name}: {difference} of {scale}");
        }
    }
}
