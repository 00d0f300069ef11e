namespace FeatureExplorer.Analysis.Contexts.Expressions;

/// <summary>
/// The log-likelihood ratio of a context that a reader has written, by Bayes as for scripts: log P(s | c) / P(s) = log P(c | s) / P(c), where
/// P(c) is the context's share of the held-out tokens and P(c | s) is 1 inside and 10⁻¹⁰ outside. The string's last token decides.
/// </summary>
public static class MembershipRatio
{
    /// <summary>The ratio of tokens inside, in nats: above 0 unless the context holds every token.</summary>
    public static double Inside(double share) => share > 0 ? -Math.Log(share) : 0;

    /// <summary>The ratio of tokens outside, in nats.</summary>
    public static double Outside(double share) => Math.Log(CharacterModel.Foreign) + Inside(share);
}
