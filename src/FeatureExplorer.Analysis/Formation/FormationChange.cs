namespace FeatureExplorer.Analysis.Formation;

/// <summary>What happened to the features of a dictionary between two steps of its training.</summary>
/// <param name="From">The earlier step.</param>
/// <param name="To">The later one.</param>
/// <param name="Born">Features that fire now and did not before.</param>
/// <param name="Died">Features that fired before and no longer do.</param>
/// <param name="Moved">Features that fire at both, and whose direction has turned far (a cosine below <see cref="FormationHistory.MovedBelow"/>).</param>
public sealed record FormationChange(long From, long To, IReadOnlyList<int> Born, IReadOnlyList<int> Died, IReadOnlyList<int> Moved);
