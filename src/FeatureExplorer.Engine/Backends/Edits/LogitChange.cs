namespace FeatureExplorer.Engine.Backends.Edits;

/// <summary>A token and how much an edit changes its logit.</summary>
/// <param name="Token">The token.</param>
/// <param name="Change">Logit with the edit − logit without it.</param>
public readonly record struct LogitChange(int Token, float Change);
