using FeatureExplorer.Engine.Activations;

namespace FeatureExplorer.Engine.Backends;

/// <summary>
/// The buffer of an <see cref="ActivationStream"/>, half-precision vectors where the back end computes. Which slot holds what, and in which order slots are
/// drawn, is the stream's business, on the host, so that the order of samples is the same on every back end.
/// </summary>
public unsafe interface IVectorStore : IDisposable
{
    /// <summary>Runs windows through the model and keeps their activations until the next call.</summary>
    /// <param name="tokens">[windows · length].</param>
    /// <param name="windows">Number of windows.</param>
    /// <param name="length">Tokens of a window.</param>
    void Activate(ReadOnlySpan<int> tokens, int windows, int length);

    /// <summary>Slot slots[i] becomes row rows[i] of the last <see cref="Activate"/>; no slot comes twice.</summary>
    void Put(int[] rows, int[] slots);

    /// <summary>x[i] = slot slots[i], on the host.</summary>
    void Take(ReadOnlySpan<int> slots, float* x);

    /// <summary>Row first + i = slot slots[i], in rows of the same back end.</summary>
    void Take(ReadOnlySpan<int> slots, Rows x, int first);
}
