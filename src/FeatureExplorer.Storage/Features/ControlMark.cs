namespace FeatureExplorer.Storage.Features;

/// <summary>Why a feature is no more interpretable than one of a model that learned nothing.</summary>
/// <param name="Feature">Index of the control's feature.</param>
/// <param name="Context">The best context of both, which the control's feature follows at least as closely; null where they are alike in their token.</param>
/// <param name="Score">The control's correlation with it; null likewise.</param>
/// <param name="Token">The one token that the top examples of both fire on; null where they are alike in their context.</param>
public sealed record ControlMark(int Feature, string? Context, double? Score, int? Token);
