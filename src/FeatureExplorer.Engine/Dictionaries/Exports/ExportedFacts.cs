namespace FeatureExplorer.Engine.Dictionaries.Exports;

/// <summary>What the files of other tools say of a dictionary beside its weights.</summary>
public sealed record ExportedFacts
{
    /// <summary>The model that it reads.</summary>
    public required string ModelName { get; init; }

    /// <summary>Number of the layer that it reads.</summary>
    public required int Layer { get; init; }

    /// <summary>Tokens of a window.</summary>
    public required int ContextSize { get; init; }

    /// <summary>Whether a token of its own stands before every window.</summary>
    public bool PrependsBos { get; init; }

    /// <summary>The text that it was trained on, in a few words.</summary>
    public string? Dataset { get; init; }

    /// <summary>Mean number of active features of a token, as measured here.</summary>
    public double? L0 { get; init; }

    /// <summary>Features that never fire.</summary>
    public int? Dead { get; init; }

    /// <summary>Latents whose activations may be negative that the dictionary came with, two features each; null where it has none.</summary>
    public int? SignedLatents { get; init; }

    /// <summary>Training recipe: "paper-2023".</summary>
    public string? Recipe { get; init; }

    /// <summary>Activation vectors that it was trained on.</summary>
    public long? Samples { get; init; }

    /// <summary>Program and version that wrote the files.</summary>
    public required string Exporter { get; init; }

    /// <summary>[m] share of tokens on which each feature fires; null where it was not counted.</summary>
    public IReadOnlyList<double>? Densities { get; init; }
}
