namespace FeatureExplorer.Engine.Dictionaries.Planted;

/// <summary>What became of one planted feature.</summary>
/// <param name="Planted">Its number; the most frequent is 0.</param>
/// <param name="Density">Share of the vectors in which it is active.</param>
/// <param name="Outcome">What the dictionary makes of it.</param>
/// <param name="Feature">The dictionary's feature of the nearest direction; −1 when all of them are zero.</param>
/// <param name="Cosine">Cosine of the two directions.</param>
/// <param name="Correlation">Pearson correlation of the two activations; 0 when either never varies.</param>
public sealed record PlantedFeatureResult(int Planted, double Density, PlantedOutcome Outcome, int Feature, double Cosine, double Correlation);
