using FeatureExplorer.Engine.Backends;

namespace FeatureExplorer.Engine.Activations;

/// <summary>A source whose vectors may lie on the device that computes with them.</summary>
public interface IRowSource : IActivationSource
{
    /// <summary>The next vectors, as <see cref="IActivationSource.Read"/> gives them, into rows of the back end that the source was made for.</summary>
    void Read(Rows x, int rows);
}
