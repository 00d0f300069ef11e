using System.Runtime.InteropServices;

namespace FeatureExplorer.Analysis.Map;

/// <summary>A feature on the map of a dictionary.</summary>
/// <param name="Set">0 for the dictionary itself, 1 for the one that it is mapped with.</param>
/// <param name="Feature">Index in its dictionary.</param>
/// <param name="X">Horizontal coordinate; only distances mean something.</param>
/// <param name="Y">Vertical coordinate.</param>
/// <param name="Cluster">Number of its cluster, from 0 in the order of the list; <see cref="Hdbscan.None"/> outside of all.</param>
/// <param name="Order">Its place in the list, from 0.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct MapPoint(int Set, int Feature, float X, float Y, int Cluster, int Order);
