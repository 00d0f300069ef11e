namespace FeatureExplorer.Engine.Transformer.Training;

/// <summary>Training was stopped because its numbers had become useless.</summary>
public sealed class TrainingDivergedException(long step, string message) : Exception(message)
{
    /// <summary>The step, counted from 1.</summary>
    public long Step { get; } = step;
}
