using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Tests.Analysis.Index;

public sealed class NeuronEncoderTests(SmallAnalysis small) : IClassFixture<SmallAnalysis>
{
    private const int Length = 16;

    [Fact]
    public unsafe void Encode_TwoWindows_GivesEveryPositiveActivationOfTheModel()
    {
        var tokens = small.Corpus.HeldOut.Read(32, 2 * Length);
        using var encoder = new NeuronEncoder(small.Model, 2);
        var f = new SparseActivations();
        encoder.Encode(tokens, 2, Length, f);

        using var runner = new TransformerRunner(small.Model, 2);
        using var x = new FloatBuffer(2 * Length * SmallAnalysis.Inputs);
        runner.Activations(tokens, 2, Length, x.Pointer);
        for (var row = 0; row < 2 * Length; row++)
        {
            var expected = x.Span(row * SmallAnalysis.Inputs, SmallAnalysis.Inputs).ToArray().Index().Where(entry => entry.Item > 0).ToList();
            Assert.Equal(expected.Select(entry => entry.Index), f.FeaturesOf(row).ToArray());
            Assert.Equal(expected.Select(entry => entry.Item), f.ValuesOf(row).ToArray());
        }
    }

    [Fact]
    public unsafe void Identity_EncodesAndDecodesToItself()
    {
        using var identity = NeuronEncoder.Identity(5);
        using var x = new FloatBuffer(10);
        using var back = new FloatBuffer(10);
        for (var i = 0; i < 10; i++)
        {
            x.Span()[i] = i % 3;
        }

        var f = new SparseActivations();
        identity.Encode(x.Pointer, 2, f);
        identity.Decode(f, back.Pointer);
        Assert.Equal(x.Span().ToArray(), back.Span().ToArray());
        Assert.Equal(6, f.Count);
    }
}
