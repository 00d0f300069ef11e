namespace FeatureExplorer.Storage.Dictionaries;

/// <summary>A dictionary in training whose features can be browsed already.</summary>
/// <param name="Step">Steps done when its features were counted.</param>
/// <param name="Steps">Steps of the whole training.</param>
/// <param name="Run">The run that trains it, or null when it is not known.</param>
public sealed record FormingStep(long Step, long Steps, long? Run = null);
