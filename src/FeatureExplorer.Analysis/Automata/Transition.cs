namespace FeatureExplorer.Analysis.Automata;

/// <summary>
/// A feature j that fires on the token after one on which feature i fires, measured on held-out text. Only pairs of tokens within one document and one window
/// of the index count: the model reads the second after the first.
/// </summary>
/// <param name="From">i.</param>
/// <param name="To">j; may be i itself.</param>
/// <param name="Count">Pairs of tokens t, t + 1 with i at t and j at t + 1.</param>
/// <param name="Probability">P(j at t + 1 | i at t).</param>
/// <param name="Lift">Probability / share of all second tokens on which j fires.</param>
/// <param name="Back">P(i at t | j at t + 1).</param>
/// <param name="Together">P(j at t | i at t): how often both fire on the same token; 1 for i itself.</param>
/// <param name="Promoted">Share of the pairs whose second token i promotes (<see cref="PromotedTokens"/>).</param>
/// <param name="Weight">Σ q(v) P(j at t + 1 | i at t, v at t + 1) / Σ q(v) over the tokens v that i promotes and that follow it in the text, q being i's softmax; 0 without such tokens.</param>
/// <param name="Tokens">The second tokens of most pairs, at most <see cref="MostTokens"/>, most frequent first.</param>
public sealed record Transition(
    int From, int To, int Count, double Probability, double Lift, double Back, double Together, double Promoted, double Weight, IReadOnlyList<TransitionToken> Tokens)
{
    /// <summary>Most tokens that are named.</summary>
    public const int MostTokens = 8;

    /// <summary>How much i says about j: probability · ln lift, nats.</summary>
    public double Information => Probability * Math.Log(Math.Max(Lift, double.Epsilon));
}
