namespace FeatureExplorer.Analysis.LogitSide;

/// <summary>What a dictionary's reconstruction x̂ keeps of what the layer does to the logits, on held-out tokens.</summary>
/// <param name="Tokens">Tokens that it was measured on.</param>
/// <param name="UpdateExplained">
/// Share of the variance of the layer's update of the logits that x̂ explains: 1 − Σ‖logits of x − x̂‖² / Σ‖update − mean update‖². The update is that of the feed-forward layer at
/// every site, so that sites can be compared. Null where a later layer reads the site.
/// </param>
/// <param name="LogitsExplained">The same error against the variance of all logits, to which the embedding and attention add as well. Null likewise.</param>
/// <param name="Unread">What lies where nothing reads it; null where the site has no such directions.</param>
public sealed record LogitUpdateFigures(long Tokens, double? UpdateExplained, double? LogitsExplained, UnreadFigures? Unread)
{
    /// <summary>A dictionary of neurons along its other axis; null at other sites.</summary>
    public NeuronSlices? Slices { get; init; }
}
