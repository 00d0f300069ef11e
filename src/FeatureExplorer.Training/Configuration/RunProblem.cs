namespace FeatureExplorer.Training.Configuration;

/// <summary>One thing about a configuration that does not work.</summary>
/// <param name="Field">The setting's name as JSON writes it: "transformer.heads", "dictionaries[0].features".</param>
/// <param name="Message">What is wrong with its value, and what would work.</param>
public sealed record RunProblem(string Field, string Message);
