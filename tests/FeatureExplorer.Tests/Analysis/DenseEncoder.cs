using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Dictionaries.Kernels;

namespace FeatureExplorer.Tests.Analysis;

/// <summary>Gives out the rows of a known matrix [tokens, m], in the order in which windows are asked for, and σ of each where it is known.</summary>
internal sealed class DenseEncoder(float[][] activations, int window, float[]? gains = null) : IFeatureEncoder
{
    private int _next;

    public int Features => activations[0].Length;

    public int Window => window;

    public List<(int Windows, int Length)> Calls { get; } = [];

    public void Encode(ReadOnlySpan<int> tokens, int windows, int length, SparseActivations output)
    {
        Assert.Equal(windows * length, tokens.Length);
        Calls.Add((windows, length));
        var rows = activations[_next..(_next + tokens.Length)];
        output.Reset([.. rows.Select(static row => row.Count(static value => value != 0))], gains is null ? [] : [.. gains[_next..(_next + tokens.Length)].Select(static gain => (0f, gain))]);
        _next += tokens.Length;
        var entry = 0;
        foreach (var row in rows)
        {
            for (var feature = 0; feature < row.Length; feature++)
            {
                if (row[feature] != 0)
                {
                    output.Features[entry] = feature;
                    output.Values[entry++] = row[feature];
                }
            }
        }
    }
}
