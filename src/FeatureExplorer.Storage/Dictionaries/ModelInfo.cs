namespace FeatureExplorer.Storage.Dictionaries;

/// <summary>A trained transformer: what it is, what it learned from, how well.</summary>
public sealed record ModelInfo
{
    /// <summary>Name, a path segment of every page of its dictionaries: "A".</summary>
    public required string Name { get; init; }

    public required int Layers { get; init; }

    public required int DModel { get; init; }

    public required int DMlp { get; init; }

    public required int Heads { get; init; }

    /// <summary>Tokens a window holds.</summary>
    public required int Context { get; init; }

    /// <summary>Number of token ids.</summary>
    public required int Vocabulary { get; init; }

    public required long Seed { get; init; }

    /// <summary>Tokens the model was trained on.</summary>
    public required long TrainingTokens { get; init; }

    public required double TokensPerSecond { get; init; }

    /// <summary>Mean next-token loss on held-out tokens, nats.</summary>
    public required double HeldOutLoss { get; init; }

    /// <summary>Hash of the corpus, also the name of its folder.</summary>
    public required string CorpusHash { get; init; }

    /// <summary>The corpus in one sentence: "27 domains, 47.8 M training and 1.5 M held-out tokens".</summary>
    public required string CorpusSummary { get; init; }

    public required DateTime Created { get; init; }

    /// <summary>Its folder among the models', where that is not its name: a model that took the place of another was made beside it.</summary>
    public string? Folder { get; init; }

    /// <summary>Name of the model whose weights it has, each matrix's entries in random order; null for a model of its own.</summary>
    public string? ControlOf { get; init; }

    /// <summary>What it was imported from, with its weights; null for one that was trained here.</summary>
    public ModelOrigin? Origin { get; init; }

    /// <summary>What there is to say of a model of which only features are here; null for one with weights.</summary>
    public string? Note { get; init; }
}
