using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Tests.Analysis.Contexts;

public sealed class NeuronContextsTests : IClassFixture<SmallAnalysis>
{
    private readonly SmallAnalysis _small;

    public NeuronContextsTests(SmallAnalysis small) => _small = small;

    [Fact]
    public void Of_SmallModel_BestNeuronByBruteForce()
    {
        var f = Neurons();
        var best = NeuronContexts.Of(_small.Model, _small.Corpus.HeldOut, _small.Contexts);

        Assert.Equal(_small.Contexts.Contexts.Select(static context => context.Name), best.Select(static entry => entry.Name));
        for (var context = 0; context < best.Count; context++)
        {
            var y = Enumerable.Range(0, _small.Tokens).Select(position => (double)(_small.Contexts.Members(position) >> context & 1)).ToArray();
            var pearsons = Enumerable.Range(0, SmallAnalysis.Inputs).Select(neuron => Pearson([.. f.Select(row => (double)row[neuron])], y)).ToArray();
            var neuron = best[context].Feature;
            Assert.Equal(pearsons.Max(), pearsons[neuron], 1e-6);
            Assert.Equal(pearsons[neuron], best[context].Pearson, 1e-6);
            var inside = Enumerable.Range(0, f.Length).Count(i => f[i][neuron] > 0 && y[i] > 0);
            Assert.Equal((double)inside / f.Count(row => row[neuron] > 0), best[context].Specificity, 1e-12);
            Assert.Equal(inside / y.Sum(), best[context].Recall, 1e-12);
        }
    }

    /// <summary>One window at a time, cut at multiples of the model's context.</summary>
    private unsafe float[][] Neurons()
    {
        var rows = new List<float[]>();
        using var runner = new TransformerRunner(_small.Model, 1);
        using var buffer = new FloatBuffer(16 * SmallAnalysis.Inputs);
        for (var start = 0; start < _small.Tokens; start += 16)
        {
            var length = Math.Min(16, _small.Tokens - start);
            runner.Activations(_small.Corpus.HeldOut.Read(start, length), 1, length, buffer.Pointer);
            rows.AddRange(Enumerable.Range(0, length).Select(row => buffer.Span(row * SmallAnalysis.Inputs, SmallAnalysis.Inputs).ToArray()));
        }

        return [.. rows];
    }

    private static double Pearson(double[] f, double[] y)
    {
        var (meanF, meanY) = (f.Average(), y.Average());
        var covariance = f.Zip(y, (a, b) => (a - meanF) * (b - meanY)).Sum();
        var product = Math.Sqrt(f.Sum(a => (a - meanF) * (a - meanF)) * y.Sum(b => (b - meanY) * (b - meanY)));
        return product < 1e-9 ? 0 : covariance / product;
    }
}
