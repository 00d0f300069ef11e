namespace FeatureExplorer.Engine.Transformer.Training;

/// <summary>Where a training run stands after a step.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Tokens">Tokens trained on so far.</param>
/// <param name="Loss">Mean loss of this step's batch, nats per token.</param>
/// <param name="LearningRate">Of this step.</param>
/// <param name="GradientNorm">Global norm before clipping.</param>
/// <param name="TokensPerSecond">Over the last steps of this session.</param>
public sealed record TransformerTrainingProgress(
    long Step, long Steps, long Tokens, double Loss, float LearningRate, double GradientNorm, double TokensPerSecond);
