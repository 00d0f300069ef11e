namespace FeatureExplorer.Storage.Dictionaries;

/// <summary>What an imported dictionary was made from: a file of another tool, what its files say, and what was assumed or changed.</summary>
/// <param name="Format">Whose layout it is: "SAELens".</param>
/// <param name="Architecture">The kind of dictionary, as the files call it: "jumprelu".</param>
/// <param name="File">Name of the file of the weights, with that of its folder.</param>
/// <param name="Sha256">Of that file, lower-case hexadecimal.</param>
public sealed record DictionaryOrigin(string Format, string Architecture, string File, string Sha256)
{
    /// <summary>The place that it reads, as the files call it; null where they do not say.</summary>
    public string? Hook { get; init; }

    /// <summary>The site that a transcoder reads: "mlp.in.3"; null of an autoencoder, which gives back what it reads.</summary>
    public string? Reads { get; init; }

    /// <summary>The site that a transcoder writes, where its features' directions lie: "mlp.out.3"; null of an autoencoder.</summary>
    public string? Writes { get; init; }

    /// <summary>The model that it was trained on, as the files call it; null where they do not say.</summary>
    public string? ModelName { get; init; }

    /// <summary>Mean number of active features that the files claim; null where they do not say.</summary>
    public double? L0 { get; init; }

    /// <summary>Where they do.</summary>
    public string? L0Source { get; init; }

    /// <summary>Whether contexts began with a token of their own in its training; null where the files do not say.</summary>
    public bool? PrependsBos { get; init; }

    /// <summary>Latents of the files whose activations may be negative, m; each is two features here, i above 0 and m + i below. Null where none may.</summary>
    public int? SignedLatents { get; init; }

    /// <summary>What was assumed or changed, in sentences.</summary>
    public IReadOnlyList<string> Notes { get => field ?? []; init; }

    /// <summary>What gives reason to doubt the figures, in sentences.</summary>
    public IReadOnlyList<string> Warnings { get => field ?? []; init; }
}
