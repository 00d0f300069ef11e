namespace FeatureExplorer.Analysis.Automata;

/// <summary>The systems of features that were found in a dictionary, and what they had to reach.</summary>
/// <param name="LeastProbability">Least P(j at t + 1 | i at t) of an edge.</param>
/// <param name="LeastLift">Least lift of an edge.</param>
/// <param name="LeastCount">Least number of pairs of an edge.</param>
/// <param name="Pairs">Pairs of tokens that were counted.</param>
/// <param name="Systems">Self-loops, pairs and longer cycles, each kind by score, best first.</param>
public sealed record AutomataReport(double LeastProbability, double LeastLift, int LeastCount, long Pairs, IReadOnlyList<FeatureSystem> Systems);
