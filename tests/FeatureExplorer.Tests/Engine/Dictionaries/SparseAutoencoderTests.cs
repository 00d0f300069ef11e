using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Tests.Engine.Dictionaries;

public sealed unsafe class SparseAutoencoderTests
{
    [Fact]
    public void EncodeDecode_TwoByTwo_ByHand()
    {
        // x̄ = (3, 1) − (1, 1) = (2, 0). Feature 0: 2·2 + 0·1 − 1 = 3. Feature 1: −1·2 + 5·0 + 1 = −1 → 0. x̂ = 3 · (0.6, 0.8) + (1, 1).
        using var dictionary = new SparseAutoencoder(2, 2);
        Fill(dictionary.WEnc, 2, 1, -1, 5);
        Fill(dictionary.BEnc, -1, 1);
        Fill(dictionary.WDec, 0.6f, 0.8f, 1, 0);
        Fill(dictionary.BDec, 1, 1);
        using var x = new FloatBuffer(4);
        Fill(x, 3, 1, 1, 1);
        using var xHat = new FloatBuffer(4);
        var f = new SparseActivations();

        dictionary.Encode(x.Pointer, 2, f);
        dictionary.Decode(f, xHat.Pointer);

        Assert.Equal([0], f.FeaturesOf(0).ToArray());
        Assert.Equal([3f], f.ValuesOf(0).ToArray());
        // Second row: x̄ = 0, so feature 0 is −1 → 0 and feature 1 is 1.
        Assert.Equal([1], f.FeaturesOf(1).ToArray());
        Assert.Equal([1f], f.ValuesOf(1).ToArray());
        Assert.Equal(2, f.Count);
        float[] expected = [2.8f, 3.4f, 2, 1];
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(expected[i], xHat.Pointer[i], 1e-6f);
        }
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(24, 70, 50)]
    [InlineData(33, 131, 200)]
    [InlineData(17, 5000, 70)]
    public void EncodeDecode_OddSizes_EqualsReference(int inputs, int features, int rows)
    {
        using var step = DictionarySamples.Step(inputs, features, 1, seed: 1);
        using var dictionary = DictionaryWeights.ToDictionary(step.Parameters, 1);
        var reference = DictionarySamples.Reference(step.Parameters);
        using var x = DictionarySamples.Normal(rows * inputs, seed: 2);
        using var xHat = new FloatBuffer((long)rows * inputs);
        var f = new SparseActivations();

        dictionary.Encode(x.Pointer, rows, f);
        dictionary.Decode(f, xHat.Pointer);

        Assert.Equal(rows, f.Rows);
        for (var row = 0; row < rows; row++)
        {
            var expected = reference.Encode([.. x.Span(row * inputs, inputs).ToArray().Select(static v => (double)v)]);
            var dense = new double[features];
            for (var k = 0; k < f.FeaturesOf(row).Length; k++)
            {
                Assert.True(k == 0 || f.FeaturesOf(row)[k - 1] < f.FeaturesOf(row)[k]);
                Assert.True(f.ValuesOf(row)[k] > 0);
                dense[f.FeaturesOf(row)[k]] = f.ValuesOf(row)[k];
            }

            AssertClose(expected, dense);
            AssertClose(reference.Decode(expected), [.. xHat.Span(row * inputs, inputs).ToArray().Select(static v => (double)v)]);
        }
    }

    [Fact]
    public void ToDictionary_Scale_EncodesRawLikeScaled()
    {
        const float scale = 1.7f;
        using var step = DictionarySamples.Step(24, 70, 1, seed: 1);
        using var scaled = DictionaryWeights.ToDictionary(step.Parameters, 1);
        using var raw = DictionaryWeights.ToDictionary(step.Parameters, scale);
        using var x = DictionarySamples.Normal(30 * 24, seed: 2);
        using var scaledX = new FloatBuffer(30 * 24);
        for (var i = 0; i < x.Length; i++)
        {
            scaledX.Pointer[i] = scale * x.Pointer[i];
        }

        using var xHat = new FloatBuffer(30 * 24);
        using var scaledXHat = new FloatBuffer(30 * 24);
        var (f, scaledF) = (new SparseActivations(), new SparseActivations());
        raw.Encode(x.Pointer, 30, f);
        raw.Decode(f, xHat.Pointer);
        scaled.Encode(scaledX.Pointer, 30, scaledF);
        scaled.Decode(scaledF, scaledXHat.Pointer);

        Assert.Equal(scaledF.RowStart[..31], f.RowStart[..31]);
        Assert.Equal(scaledF.Features[..scaledF.Count], f.Features[..f.Count]);
        for (var k = 0; k < f.Count; k++)
        {
            Assert.Equal(scaledF.Values[k], scale * f.Values[k], 1e-5f);
        }

        for (var i = 0; i < xHat.Length; i++)
        {
            Assert.Equal(scaledXHat.Pointer[i], scale * xHat.Pointer[i], 1e-5f);
        }
    }

    [Fact]
    public void Encode_CalledAgainWithFewerRows_ForgetsTheRest()
    {
        using var step = DictionarySamples.Step(8, 20, 1, seed: 1);
        using var dictionary = DictionaryWeights.ToDictionary(step.Parameters, 1);
        using var x = DictionarySamples.Normal(100 * 8, seed: 2);
        var f = new SparseActivations();
        dictionary.Encode(x.Pointer, 100, f);
        var first = f.FeaturesOf(0).ToArray();

        dictionary.Encode(x.Pointer, 1, f);

        Assert.Equal(1, f.Rows);
        Assert.Equal(first.Length, f.Count);
        Assert.Equal(first, f.FeaturesOf(0).ToArray());
    }

    private static void Fill(FloatBuffer buffer, params float[] values) => values.CopyTo(buffer.Span());

    private static void AssertClose(double[] expected, double[] actual)
    {
        var tolerance = 1e-5 * Math.Max(1, expected.Max(Math.Abs));
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], tolerance);
        }
    }
}
