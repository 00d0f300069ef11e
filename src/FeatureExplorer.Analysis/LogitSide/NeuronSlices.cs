using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Analysis.LogitSide;

/// <summary>A dictionary of neurons along its other axis: each neuron's row of decoder weights over all live features, beside the features' own directions.</summary>
/// <param name="Neurons">By neuron: the shape of its row.</param>
/// <param name="MedianNeuron">Medians over the neurons.</param>
/// <param name="MedianFeature">Medians over the live features, of their directions over the neurons.</param>
/// <param name="SameContext">
/// Of the ten features with the largest absolute weights on a neuron, the share that have the commonest best context among them; mean over neurons. Features without one count as different.
/// </param>
/// <param name="SameContextByChance">The same of ten features drawn at random.</param>
public sealed record NeuronSlices(
    IReadOnlyList<VectorShape> Neurons, VectorShape MedianNeuron, VectorShape MedianFeature, double SameContext, double SameContextByChance)
{
    private const int Strongest = 10;

    /// <param name="dictionary">A dictionary of neurons.</param>
    /// <param name="live">Its live features.</param>
    /// <param name="contexts">[m] name of each feature's best context, or null.</param>
    public static NeuronSlices Of(SparseAutoencoder dictionary, IReadOnlyList<int> live, IReadOnlyList<string?> contexts)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(live);
        var (neurons, same, chance) = (new VectorShape[dictionary.Inputs], new double[dictionary.Inputs], new double[dictionary.Inputs]);
        var random = new CounterRandom(0).Stream("slices");
        WorkerPool.For(neurons.Length, (neuron, _) =>
        {
            float[] row = [.. live.Select(feature => dictionary.WDec.Span(((long)feature * dictionary.Outputs) + neuron, 1)[0])];
            neurons[neuron] = VectorShape.Of(row);
            same[neuron] = Commonest(Enumerable.Range(0, row.Length).OrderByDescending(at => Math.Abs(row[at])).ThenBy(static at => at).Take(Strongest).Select(at => contexts[live[at]]));
            chance[neuron] = Commonest(Enumerable.Range(0, live.Count == 0 ? 0 : Strongest).Select(i => contexts[live[(int)random.Bounded((ulong)((neuron * Strongest) + i), (ulong)live.Count)]]));
        });
        var features = new VectorShape[live.Count];
        WorkerPool.For(features.Length, (at, _) => features[at] = VectorShape.Of(dictionary.DecoderRow(live[at]).ToArray()));
        return new NeuronSlices(neurons, VectorShape.Median(neurons), VectorShape.Median(features), same.Average(), chance.Average());
    }

    private static double Commonest(IEnumerable<string?> contexts)
    {
        var all = contexts.ToList();
        return all.Count == 0 ? 0 : (double)Math.Max(1, all.OfType<string>().GroupBy(static name => name).Select(static group => group.Count()).DefaultIfEmpty(1).Max()) / all.Count;
    }
}
