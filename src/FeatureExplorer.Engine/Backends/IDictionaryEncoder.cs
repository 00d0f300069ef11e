using FeatureExplorer.Engine.Dictionaries.Kernels;

namespace FeatureExplorer.Engine.Backends;

/// <summary>The encoder and decoder of a finished dictionary.</summary>
public interface IDictionaryEncoder : IDisposable
{
    /// <summary>f of each vector: the active features by row, ascending.</summary>
    /// <param name="x">The vectors.</param>
    /// <param name="rows">How many.</param>
    /// <param name="f">Receives them.</param>
    void Encode(Rows x, int rows, SparseActivations f);
}
