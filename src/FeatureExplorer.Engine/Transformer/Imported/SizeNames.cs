namespace FeatureExplorer.Engine.Transformer.Imported;

/// <summary>How a family's configuration calls the sizes of a model, and where they show in its weights.</summary>
/// <param name="Source">The file that they stand in.</param>
/// <param name="Layers">Its key of the number of layers.</param>
/// <param name="Vocabulary">Its key of the number of token ids.</param>
/// <param name="Width">Its key of the width.</param>
/// <param name="Context">Its key of the longest window.</param>
internal sealed record SizeNames(string Source, string Layers, string Vocabulary, string Width, string Context)
{
    /// <summary>What stands before the number of a layer in the names of tensors.</summary>
    public required string LayerPrefix { get; init; }

    /// <summary>The tensor [token ids, width].</summary>
    public required string Embedding { get; init; }

    /// <summary>The tensor [positions, width]; null where positions are not learned.</summary>
    public string? Positions { get; init; }
}
