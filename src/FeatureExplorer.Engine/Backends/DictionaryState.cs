using FeatureExplorer.Engine.Dictionaries.Files;

namespace FeatureExplorer.Engine.Backends;

/// <summary>Parameters and Adam's moments of a dictionary on the host, in the engine's layout: all that initialisation, resampling, export and checkpoints see.</summary>
public sealed class DictionaryState : IDisposable
{
    internal DictionaryState(int inputs, int features, int extras)
    {
        Parameters = new DictionaryTensors(inputs, features, extras);
        FirstMoments = new DictionaryTensors(inputs, features, extras);
        SecondMoments = new DictionaryTensors(inputs, features, extras);
    }

    internal DictionaryTensors Parameters { get; }

    internal DictionaryTensors FirstMoments { get; }

    internal DictionaryTensors SecondMoments { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Parameters.Dispose();
        FirstMoments.Dispose();
        SecondMoments.Dispose();
    }
}
