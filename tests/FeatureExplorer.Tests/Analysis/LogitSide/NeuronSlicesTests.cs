using FeatureExplorer.Analysis.LogitSide;
using FeatureExplorer.Engine.Dictionaries;

namespace FeatureExplorer.Tests.Analysis.LogitSide;

public sealed class NeuronSlicesTests
{
    [Fact]
    public void VectorShape_KnownWeights_IsAsCountedByHand()
    {
        // Squares 9, 4, 1, 0.01, 0: half of 14.01 is reached by the largest alone with 9; above a tenth of 3 lie three.
        var shape = VectorShape.Of([1, -3, 2, 0.1f, 0]);
        Assert.Equal((3.0 / 5, 1, 5), (shape.Density, shape.Half, shape.Entries));
        // Ten equal squares: half is five of them; values ±1 have the smallest possible kurtosis, 1.
        var even = VectorShape.Of([1, -1, 1, -1, 1, -1, 1, -1, 1, -1]);
        Assert.Equal((1.0, 1.0, 5), (even.Density, even.Kurtosis, even.Half));
        // One entry of n: kurtosis (1 − p)⁴ p + p⁴ (1 − p) over (p (1 − p))², p = 1/n.
        const double P = 0.1;
        Assert.Equal(((Math.Pow(1 - P, 4) * P) + (Math.Pow(P, 4) * (1 - P))) / Math.Pow(P * (1 - P), 2), VectorShape.Of([5, 0, 0, 0, 0, 0, 0, 0, 0, 0]).Kurtosis, 1e-9);
        Assert.Equal(default, VectorShape.Of([0, 0]) with { Entries = 0 });
    }

    [Fact]
    public void Of_FeaturesThatShareANeuronAndAContext_AreAlikeOnIt()
    {
        // Neuron 0 carries features 0 to 9, all of one context; neuron 1 all others, no two alike.
        using var dictionary = new SparseAutoencoder(2, 40);
        for (var feature = 0; feature < 40; feature++)
        {
            dictionary.DecoderRow(feature)[feature < 10 ? 0 : 1] = 1;
        }

        string?[] contexts = [.. Enumerable.Range(0, 40).Select(f => f < 10 ? "dna" : f % 2 == 0 ? $"c{f}" : null)];
        // A feature that is not live does not count.
        var slices = NeuronSlices.Of(dictionary, [.. Enumerable.Range(0, 39)], contexts);
        Assert.Equal((10.0 / 39, 29.0 / 39), (slices.Neurons[0].Density, slices.Neurons[1].Density));
        Assert.Equal((5, 15), (slices.Neurons[0].Half, slices.Neurons[1].Half));
        Assert.Equal((1.0 + 0.1) / 2, slices.SameContext, 1e-9);
        Assert.InRange(slices.SameContextByChance, 0.1, 0.6);
        Assert.Equal((1, 2), (slices.MedianFeature.Half, slices.MedianFeature.Entries));
    }
}
