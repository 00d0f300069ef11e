namespace FeatureExplorer.Training.Imports;

/// <summary>What an import of a model has made; printed by <c>import model --json</c>.</summary>
/// <param name="Name">Its name here; null where nothing was to be imported.</param>
/// <param name="Found">What the files hold.</param>
public sealed record ModelImportResult(string? Name, ModelFound Found)
{
    /// <summary>Mean next-token loss on held-out tokens, nats.</summary>
    public double? HeldOutLoss { get; init; }

    /// <summary>Held-out tokens that it was measured on.</summary>
    public long? LossTokens { get; init; }

    /// <summary>The corpus in one sentence.</summary>
    public string? Corpus { get; init; }

    /// <summary>Wall-clock time.</summary>
    public double? Seconds { get; init; }

    /// <summary>The dictionaries that were imported with it.</summary>
    public IReadOnlyList<DictionaryImportResult> Dictionaries { get; init; } = [];

    /// <summary>What gives reason to doubt the import, in sentences.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
