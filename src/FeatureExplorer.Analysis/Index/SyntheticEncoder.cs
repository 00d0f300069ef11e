using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Analysis.Index;

/// <summary>Features for benchmarks: every token fires a fixed random set of them, with a strength that differs from position to position.</summary>
internal sealed class SyntheticEncoder : IFeatureEncoder
{
    private readonly int[][] _featuresOf;
    private readonly CounterRandom _strength = new(2);
    private ulong _drawn;

    public SyntheticEncoder(int vocabulary, int features, int activeFeatures)
    {
        Features = features;
        var random = new CounterRandom(1);
        _featuresOf = [.. Enumerable.Range(0, vocabulary).Select(token => Enumerable.Range(0, activeFeatures)
            .Select(i => (int)random.Bounded((ulong)((token * activeFeatures) + i), (ulong)features))
            .Distinct()
            .Order()
            .ToArray())];
    }

    public int Features { get; }

    public int Window => 256;

    public void Encode(ReadOnlySpan<ushort> tokens, int windows, int length, SparseActivations output)
    {
        var counts = new int[tokens.Length];
        for (var row = 0; row < tokens.Length; row++)
        {
            counts[row] = _featuresOf[tokens[row]].Length;
        }

        output.Reset(counts);
        for (var row = 0; row < tokens.Length; row++)
        {
            _featuresOf[tokens[row]].CopyTo(output.Features, output.RowStart[row]);
        }

        for (var entry = 0; entry < output.RowStart[output.Rows]; entry++)
        {
            output.Values[entry] = 0.01f + (5 * _strength.Uniform(_drawn++));
        }
    }
}
