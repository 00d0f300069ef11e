using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Engine.Backends;

/// <summary>One training step of a transformer. Gradient and update are two calls, so that the trainer alone decides what counts as diverged: nothing has changed by then.</summary>
public interface ITransformerStep : IDisposable
{
    /// <summary>Computes the gradient of the mean next-token loss, which stays where it is.</summary>
    /// <param name="tokens">[windows · length].</param>
    /// <param name="targets">The token after each.</param>
    /// <param name="windows">Windows of the batch.</param>
    /// <param name="length">Tokens of a window.</param>
    /// <returns>The mean loss in nats, and the norm of the gradient over all parameters.</returns>
    (double Loss, double Norm) ComputeGradient(ReadOnlySpan<int> tokens, ReadOnlySpan<int> targets, int windows, int length);

    /// <summary>AdamW with that gradient, clipped to the options' norm.</summary>
    /// <param name="learningRate">η.</param>
    /// <param name="step">From 1.</param>
    void Update(float learningRate, long step);

    /// <summary>Copies the parameters into the model that the step was made for; before it is read, saved or measured.</summary>
    void Publish();

    /// <summary>Adam's moments as they lie in a checkpoint, the engine's names and shapes on every back end; they hold until the next call.</summary>
    /// <param name="first">Prefix of the first moments' names.</param>
    /// <param name="second">Prefix of the second moments' names.</param>
    IReadOnlyList<NamedTensor> Moments(string first, string second);

    /// <summary>Goes on from moments of a file and from the parameters that the model has now.</summary>
    void Restore(SafetensorsFile file, string first, string second);
}
