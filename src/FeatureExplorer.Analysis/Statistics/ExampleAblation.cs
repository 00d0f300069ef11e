using FeatureExplorer.Analysis.Ablations;

namespace FeatureExplorer.Analysis.Statistics;

/// <summary>What an imported example says of the feature's removal from the tokens of its window; entry i belongs to the prediction of token i.</summary>
/// <param name="LossEffect">Loss without the feature − loss with it, nats; 0 where the feature does not fire on the token before.</param>
/// <param name="Falling">The tokens whose logits fall most without the feature, with the change of the logit; empty where it does not fire.</param>
/// <param name="Rising">The tokens whose logits rise most without it.</param>
/// <param name="ErrorEffect">Change of the loss when the dictionary's error is taken out instead; null where it is not known.</param>
public sealed record ExampleAblation(
    IReadOnlyList<float> LossEffect, IReadOnlyList<IReadOnlyList<TokenWeight>> Falling, IReadOnlyList<IReadOnlyList<TokenWeight>> Rising,
    IReadOnlyList<float>? ErrorEffect)
{
    /// <summary>The tokens whose prediction changes. What falls without the feature is what the feature promotes.</summary>
    public IEnumerable<AblatedToken> Tokens() => Enumerable.Range(0, LossEffect.Count)
        .Where(i => LossEffect[i] != 0 || Falling[i].Count > 0)
        .Select(i => new AblatedToken(i, LossEffect[i], Turned(Falling[i]), Turned(Rising[i])));

    private static TokenWeight[] Turned(IReadOnlyList<TokenWeight> changes) => [.. changes.Select(c => c with { Weight = -c.Weight })];
}
