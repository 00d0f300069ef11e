namespace FeatureExplorer.Storage.Reproduction;

/// <summary>What removing features does, over the live features of a dictionary.</summary>
/// <param name="Features">Live features that were measured.</param>
/// <param name="Examples">Their top examples that were measured.</param>
/// <param name="Effect">Mean over the features of each one's mean effect on the next token's loss, nats.</param>
/// <param name="Control">The same with random features of like density removed instead; null without such features.</param>
/// <param name="Helped">Share of all the examples in which the loss rises without the feature.</param>
public sealed record AblationSurvey(int Features, long Examples, double Effect, double? Control, double Helped);
