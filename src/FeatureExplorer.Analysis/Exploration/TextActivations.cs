namespace FeatureExplorer.Analysis.Exploration;

/// <summary>All active features of a text, token by token.</summary>
/// <param name="Tokens">Ids of the tokens; the first is the end-of-text mark, as at every document's start.</param>
/// <param name="Features">By token, the features that fire on it, strongest first.</param>
/// <param name="Left">Tokens at the text's end that did not fit the model's window.</param>
public sealed record TextActivations(IReadOnlyList<int> Tokens, IReadOnlyList<IReadOnlyList<TextActivations.Active>> Features, int Left)
{
    /// <summary>A feature and how strongly it fires.</summary>
    public sealed record Active(int Feature, float Activation);
}
