namespace FeatureExplorer.Engine.Transformer.Imported;

/// <summary>What the user chooses about a model that is imported.</summary>
public sealed record ModelImportOptions
{
    /// <summary>Tokens of a window when none is chosen, at most what the model was made for.</summary>
    public const int UsualContext = 512;

    /// <summary>Tokens of a window; null: <see cref="UsualContext"/>, or less where the model has less.</summary>
    public int? Context { get; init; }

    /// <summary>The token that stands before every window; null: none.</summary>
    public int? StartToken { get; init; }
}
