using FeatureExplorer.Analysis.Automata;

namespace FeatureExplorer.Web.Systems;

/// <summary>An edge of a system in its drawing.</summary>
/// <param name="Edge">The edge.</param>
/// <param name="Line">Its line, as the path of a drawing.</param>
/// <param name="Head">Its arrow head.</param>
/// <param name="LabelX">Middle of its label.</param>
/// <param name="LabelY">Ground line of its label.</param>
/// <param name="Depth">How far it reaches below the states.</param>
public sealed record DrawnEdge(Transition Edge, string Line, string Head, int LabelX, int LabelY, int Depth);
