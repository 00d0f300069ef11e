using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Backends;

/// <summary>One training step of a dictionary: the gradients of its loss, then Adam.</summary>
public interface IDictionaryStep : IDisposable
{
    /// <summary>How often each feature fired in the last batch, [m].</summary>
    ReadOnlySpan<int> Fired { get; }

    /// <summary>Whether the next batch begins on the dense path; of meaning where there are two.</summary>
    bool WasDense { get; set; }

    /// <summary>Computes the gradients, which stay where they are, and <see cref="Fired"/>.</summary>
    /// <param name="x">The batch.</param>
    /// <param name="rows">Its vectors.</param>
    /// <param name="scale">What they are multiplied by.</param>
    /// <param name="lambda">λ in force.</param>
    /// <param name="dead">Dead features, ascending, for the variants that teach them.</param>
    StepLosses ComputeGradients(Rows x, int rows, float scale, float lambda, int[]? dead = null);

    /// <summary>
    /// Adam on all parameters. Where the variant wants decoder rows of length 1, without the parallel part of their gradient, and back to that length.
    /// </summary>
    /// <param name="settings">Settings of this step.</param>
    /// <param name="step">From 1.</param>
    /// <param name="clipNorm">Largest norm of all gradients together; 0: no limit.</param>
    void Update(AdamSettings settings, long step, double clipNorm = 0);

    /// <summary>The loss of each row on the scale of training, mean squared error + λ Σ f, for resampling.</summary>
    /// <param name="x">Vectors on the scale of training.</param>
    /// <param name="lambda">λ in force.</param>
    double[] Losses(VectorSample x, float lambda);

    /// <summary>Parameters and moments on the host, as they are now. What is changed in them counts only after <see cref="Upload"/>.</summary>
    DictionaryState Download();

    /// <summary>Takes back what <see cref="Download"/> gave, changed or read from a file.</summary>
    void Upload();
}
