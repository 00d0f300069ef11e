namespace FeatureExplorer.Engine.TensorFiles;

/// <summary>What a container holds, before any tensor is read.</summary>
internal sealed record TensorContents
{
    public required TensorFileFormat Format { get; init; }

    public required IReadOnlyList<PlacedTensor> Tensors { get; init; }

    /// <summary>What is no tensor: texts, numbers, true and false, null.</summary>
    public IReadOnlyDictionary<string, object?> Values { get; init; } = new Dictionary<string, object?>();

    /// <summary>What is unusual about the file and read all the same.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
