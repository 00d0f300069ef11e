namespace FeatureExplorer.Analysis.Exploration;

/// <summary>Where a feature's activations come from: which tokens, after which tokens, where in a document, in which domains.</summary>
/// <param name="Activations">Number of activations; every list adds up to it when nothing is left out.</param>
/// <param name="Tokens">Tokens it fires on, most activations first; the first few.</param>
/// <param name="DifferentTokens">On how many different tokens it fires.</param>
/// <param name="Previous">Tokens before those it fires on, most activations first; the first few. Documents' first tokens have none.</param>
/// <param name="Positions">By position in the document, in bins that double: 0, 1, 2–3, 4–7 and so on.</param>
/// <param name="Domains">By domain, most activations first.</param>
/// <param name="ExplainedByToken">Share of the activation's variance over all tokens that the token's identity explains.</param>
/// <param name="ExplainedByPrevious">The same for the token before it.</param>
/// <param name="ExplainedByDomain">The same for the document's domain.</param>
/// <param name="ExplainedByPosition">The same for the position's bin.</param>
/// <param name="Single">The token with the most activation, and how much a detector of it alone explains.</param>
public sealed record FeatureOrigins(
    long Activations, IReadOnlyList<TokenShare> Tokens, int DifferentTokens, IReadOnlyList<TokenShare> Previous, IReadOnlyList<GroupShare> Positions,
    IReadOnlyList<GroupShare> Domains, double ExplainedByToken, double ExplainedByPrevious, double ExplainedByDomain, double ExplainedByPosition,
    SingleToken Single);
