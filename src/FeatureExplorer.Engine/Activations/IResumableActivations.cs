using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Engine.Activations;

/// <summary>A source whose state fits in a checkpoint, so that a training that was killed goes on with the very vectors it would have had.</summary>
public interface IResumableActivations : IActivationSource
{
    /// <summary>The state after the vectors read so far. Names begin with "stream.".</summary>
    IReadOnlyList<NamedTensor> SaveState();

    /// <summary>Goes on from a saved state; the options and the data must be the same.</summary>
    /// <exception cref="InvalidDataException">The state is of another source.</exception>
    void RestoreState(SafetensorsFile file);
}
