namespace FeatureExplorer.Analysis.Steering;

/// <summary>A generated text, read again by the model as it is, without any pin.</summary>
/// <param name="Tokens">Ids of the generated tokens.</param>
/// <param name="Losses">By token, −ln P(token | all before it, the prompt included), nats.</param>
/// <param name="Activations">By token, how strongly the feature of interest fires.</param>
/// <param name="Ratios">By token, the context's log-likelihood ratio, nats; null without a context.</param>
/// <param name="Inside">By token, whether it is inside the context; null without one.</param>
public sealed record SteeredSample(
    IReadOnlyList<int> Tokens, IReadOnlyList<float> Losses, IReadOnlyList<float> Activations, IReadOnlyList<float>? Ratios, IReadOnlyList<bool>? Inside)
{
    /// <summary>Share of the generated tokens inside the context; null without tokens or a context.</summary>
    public double? InContext => Inside is { Count: > 0 } inside ? inside.Count(static token => token) / (double)inside.Count : null;

    /// <summary>Mean loss of the generated tokens, nats; null without tokens.</summary>
    public double? Loss => Losses.Count > 0 ? Losses.Average() : null;
}
