namespace FeatureExplorer.Analysis.Automata;

/// <summary>Held-out text along which a system passes from state to state.</summary>
/// <param name="Position">Position of the first token in the held-out stream.</param>
/// <param name="Document">Number of its document.</param>
/// <param name="Domain">The document's domain, or null.</param>
/// <param name="Tokens">Ids of the tokens.</param>
/// <param name="States">For each token the number of the state whose feature fires on it, counted from 0; −1 where none does. Of several the one that the state before leads to.</param>
/// <param name="Steps">How many of the tokens follow an edge of the system.</param>
public sealed record SystemExample(long Position, int Document, string? Domain, IReadOnlyList<int> Tokens, IReadOnlyList<int> States, int Steps);
