using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Steering;

namespace FeatureExplorer.Web.Steering;

/// <summary>Samples without and with pinned features.</summary>
/// <param name="Prompt">Ids of the prompt's tokens, after the end-of-text mark.</param>
/// <param name="Pins">What is held.</param>
/// <param name="Context">The context that the samples are judged by, or null where there is none.</param>
/// <param name="Base">Samples from the model as it is.</param>
/// <param name="Steered">Samples with the pins.</param>
public sealed record SteeringAnswer(IReadOnlyList<int> Prompt, IReadOnlyList<Pin> Pins, ContextInfo? Context, SteeredSamples Base, SteeredSamples Steered);
