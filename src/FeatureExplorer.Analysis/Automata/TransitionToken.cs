namespace FeatureExplorer.Analysis.Automata;

/// <summary>A token that leads from one feature to another.</summary>
/// <param name="Token">Its id.</param>
/// <param name="Count">How often it does.</param>
/// <param name="Promoted">Whether the first feature promotes it (<see cref="PromotedTokens"/>).</param>
public sealed record TransitionToken(int Token, int Count, bool Promoted);
