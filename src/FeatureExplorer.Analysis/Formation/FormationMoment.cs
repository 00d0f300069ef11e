namespace FeatureExplorer.Analysis.Formation;

/// <summary>A feature at one step of its dictionary's training.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Density">Share of the indexed tokens on which it fired then.</param>
/// <param name="Max">Largest activation.</param>
/// <param name="Context">Its best context then, or null.</param>
/// <param name="Score">Correlation with it.</param>
/// <param name="Cosine">Cosine of its direction then with its latest direction.</param>
public sealed record FormationMoment(long Step, float Density, float Max, string? Context, float Score, float Cosine);
