namespace FeatureExplorer.Analysis.Exploration;

/// <summary>How near a feature is to a detector of one token (paper, section on single-token features).</summary>
/// <param name="Token">The token that has the largest sum of activations.</param>
/// <param name="OfTop">How many of the strongest activations are on one token, whichever has most of them; no window is folded.</param>
/// <param name="Top">Number of strongest activations looked at: 20, or all where there are fewer.</param>
/// <param name="Explained">Share of the activation's variance that the indicator of <paramref name="Token"/> explains: their squared correlation.</param>
public sealed record SingleToken(int Token, int OfTop, int Top, double Explained)
{
    /// <summary>The paper's test: all the strongest activations are on the same token.</summary>
    public bool IsSingle => OfTop == Top;
}
