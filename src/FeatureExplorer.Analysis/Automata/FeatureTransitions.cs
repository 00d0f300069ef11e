namespace FeatureExplorer.Analysis.Automata;

/// <summary>What comes after and before one feature; at most <see cref="Most"/> each.</summary>
/// <param name="Feature">The feature.</param>
/// <param name="After">Features that fire on the next token, by probability · ln lift, largest first.</param>
/// <param name="Before">Features that fire on the token before, by P(before | this) · ln lift, largest first.</param>
public sealed record FeatureTransitions(int Feature, IReadOnlyList<Transition> After, IReadOnlyList<Transition> Before)
{
    /// <summary>Most transitions in either direction.</summary>
    public const int Most = 8;
}
