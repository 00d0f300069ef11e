namespace FeatureExplorer.Analysis.Exploration;

/// <summary>A text as a model and a dictionary read it, token by token. Losses are −ln P(token | the tokens before it), nats; the first token has none.</summary>
/// <param name="Tokens">Ids of the tokens; the first is the end-of-text mark, as at every document's start.</param>
/// <param name="Features">By token, the features that fire on it, strongest first.</param>
/// <param name="Unexplained">By token, the dictionary's error ‖x − x̂‖² / ‖x − b_dec‖²: what no feature explains.</param>
/// <param name="Loss">By token, the model's loss.</param>
/// <param name="ReconstructionLoss">By token, the loss with x̂ in the place of x.</param>
/// <param name="LossWithout">By token, the loss with x − f_i d_i in the place of x, for one chosen feature i; null when none is chosen.</param>
/// <param name="Left">Tokens at the text's end that did not fit the model's window.</param>
public sealed record TextReading(
    IReadOnlyList<int> Tokens, IReadOnlyList<IReadOnlyList<ActiveFeature>> Features, IReadOnlyList<float> Unexplained,
    IReadOnlyList<float?> Loss, IReadOnlyList<float?> ReconstructionLoss, IReadOnlyList<float?>? LossWithout, int Left)
{
    /// <summary>By token, how strongly a feature fires.</summary>
    public IReadOnlyList<float> Of(int feature) => [.. Features.Select(active => active.FirstOrDefault(f => f.Feature == feature)?.Activation ?? 0)];
}
