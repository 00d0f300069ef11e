using FeatureExplorer.Analysis.LogitSide;
using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Web.Systems;

/// <summary>A feature as a direction of the logit update.</summary>
/// <param name="Logits">What it promotes and suppresses.</param>
/// <param name="Unread">Share of its direction that nothing reads; null where the site has no such directions.</param>
/// <param name="MeanUnread">The mean share over the dictionary's features; null likewise.</param>
/// <param name="Neighbours">Features of the same dictionary that are near to it by at least one measure, those first on which the measures disagree most; null where they were not compared.</param>
/// <param name="LeavesOutGain">Whether attributions take σ = 1 though the dictionary normalises every token: its index is older than σ in it.</param>
/// <param name="Use">Where the layer's update has a large component along its direction; null where that has not been measured, or a later layer reads the site.</param>
public sealed record FeatureLogits(LogitWeightSummary Logits, double? Unread, double? MeanUnread, IReadOnlyList<LogitNeighbour>? Neighbours, bool LeavesOutGain, DirectionUse? Use);
