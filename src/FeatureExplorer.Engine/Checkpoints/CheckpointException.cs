namespace FeatureExplorer.Engine.Checkpoints;

/// <summary>A checkpoint could not be written, most often because the disk is full; the one before it is as it was.</summary>
/// <param name="path">The checkpoint.</param>
/// <param name="step">Steps done.</param>
/// <param name="savedStep">Steps of the checkpoint that is on the disk; null when there is none.</param>
/// <param name="cause">What went wrong.</param>
public sealed class CheckpointException(string path, long step, long? savedStep, IOException cause) : IOException(
    $"Training stopped at step {step}: its checkpoint {path} could not be written ({cause.Message.TrimEnd('.')}). "
    + (savedStep is null ? "There was none before it." : $"The one of step {savedStep} is intact.")
    + " Make room and start the same run again; it goes on from there.", cause)
{
    /// <summary>Steps of the checkpoint that is on the disk; null when there is none.</summary>
    public long? SavedStep { get; } = savedStep;
}
