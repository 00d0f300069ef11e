using System.Runtime.InteropServices;

namespace FeatureExplorer.Analysis.Splitting;

/// <summary>Two features of dictionaries of different size that fire alike: part of the paper's graph of feature splitting. Stored as these 12 bytes.</summary>
/// <param name="From">Feature of the smaller dictionary.</param>
/// <param name="To">Feature of the larger dictionary.</param>
/// <param name="Similarity">Their masked cosine (<see cref="MaskedCosines"/>).</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public readonly record struct SplittingEdge(int From, int To, float Similarity);
