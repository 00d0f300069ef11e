namespace FeatureExplorer.Training.Imports;

/// <summary>What indexing a finished dictionary over another text is asked to do.</summary>
public sealed record DictionaryIndexRequest
{
    /// <summary>The dictionary, "G/1".</summary>
    public required string Dictionary { get; init; }

    /// <summary>Files and folders of text, or corpora that were added.</summary>
    public required IReadOnlyList<string> Corpus { get; init; }

    /// <summary>Name of what is made, within the model; null for the next free number.</summary>
    public string? Name { get; init; }

    /// <summary>Tokens to index at most; null for the usual number.</summary>
    public long? Tokens { get; init; }

    /// <summary>Whether it is related to other dictionaries over the same text at once; otherwise the next run, or <c>relate</c>, does it.</summary>
    public bool Relates { get; init; } = true;

    /// <summary>Whether the effect of removing each feature is measured, too; that needs <see cref="Relates"/>.</summary>
    public bool Ablates { get; init; }
}
