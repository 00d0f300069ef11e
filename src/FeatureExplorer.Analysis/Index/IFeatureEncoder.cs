using FeatureExplorer.Engine.Dictionaries.Kernels;

namespace FeatureExplorer.Analysis.Index;

/// <summary>Whatever turns token windows into feature activations: a model with a dictionary, or a known function in a test.</summary>
public interface IFeatureEncoder
{
    /// <summary>Number of features m.</summary>
    int Features { get; }

    /// <summary>Largest number of tokens in a window.</summary>
    int Window { get; }

    /// <summary>
    /// The activations f of <paramref name="windows"/> windows of <paramref name="length"/> tokens each. Row w · length + t of
    /// <paramref name="output"/> belongs to token t of window w; features ascend within a row.
    /// </summary>
    void Encode(ReadOnlySpan<int> tokens, int windows, int length, SparseActivations output);
}
