namespace FeatureExplorer.Training.Imports;

/// <summary>What an import of a model is asked to do.</summary>
public sealed record ModelImportRequest
{
    /// <summary>A model's folder, or its one file.</summary>
    public required string Path { get; init; }

    /// <summary>What people read of where the files came from; null for the end of the path.</summary>
    public string? Called { get; init; }

    /// <summary>Where its tokenizer lies, a folder or file; null: with the model.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>Name of the model here; null for the first letter that no model has.</summary>
    public string? Name { get; init; }

    /// <summary>Whether a run of the queue, which makes this import, has reserved the name.</summary>
    public bool NameIsReserved { get; init; }

    /// <summary>Files and folders of text, or corpora that were added; empty for the demo corpus.</summary>
    public IReadOnlyList<string> Corpus { get; init; } = [];

    /// <summary>The share of each domain's documents to keep: "arabic=0.1,dna=0.05".</summary>
    public string Keep { get; init; } = string.Empty;

    /// <summary>Dictionaries that are to read it, which are looked at before anything is computed: their folders or files.</summary>
    public IReadOnlyList<string> Dictionaries { get; init; } = [];

    /// <summary>The site that these read; null where their files say it.</summary>
    public string? Site { get; init; }

    /// <summary>Tokens of a window; null for the usual number.</summary>
    public int? Context { get; init; }

    /// <summary>Whether the token that begins a text stands before every window; null: where the tokenizer names one.</summary>
    public bool? StartToken { get; init; }

    /// <summary>Tokens to hold out, if the corpus is large enough.</summary>
    public long HeldOutTokens { get; init; } = 330_000;

    /// <summary>Held-out tokens for its loss at most.</summary>
    public long EvaluationTokens { get; init; } = 32_768;
}
