using FeatureExplorer.Engine.Dictionaries.Imports;

namespace FeatureExplorer.Training.Imports;

/// <summary>What an import of a dictionary is asked to do.</summary>
public sealed record DictionaryImportRequest
{
    /// <summary>The folder of one dictionary, or its file of weights.</summary>
    public required string Path { get; init; }

    /// <summary>Name of the model of the data folder that it reads.</summary>
    public required string Model { get; init; }

    /// <summary>Name within the model; null for the next free number.</summary>
    public string? Name { get; init; }

    /// <summary>The site that it reads, <c>resid.pre.0</c>; null where its files say it.</summary>
    public string? Site { get; init; }

    /// <summary>Held-out tokens to index at most; null for those of the model's other dictionaries.</summary>
    public long? Tokens { get; init; }

    /// <summary>The text that it is indexed over, in place of the model's: files and folders, or corpora that were added; empty for the model's.</summary>
    public IReadOnlyList<string> Corpus { get; init; } = [];

    /// <summary>Whether it is related to the model's neurons and the other dictionaries at once; otherwise the next run, or <c>relate</c>, does it.</summary>
    public bool Relates { get; init; } = true;

    /// <summary>Whether the effect of removing each feature is measured, too; that needs <see cref="Relates"/>.</summary>
    public bool Ablates { get; init; }

    /// <summary>What the files do not say.</summary>
    public DictionaryImportOptions Options { get; init; } = new();
}
