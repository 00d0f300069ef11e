using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Engine.Dictionaries.Imports;

/// <summary>A dictionary of another tool, in our form, and what its files say of it.</summary>
public sealed record ImportedDictionary : IDisposable
{
    /// <summary>The weights: f and x̂ are those of the files for the same activations, but for what <see cref="Notes"/> say.</summary>
    public required SparseAutoencoder Dictionary { get; init; }

    /// <summary>Whose layout it is: "SAELens", "dictionary_learning", ...</summary>
    public required string Format { get; init; }

    /// <summary>The kind of dictionary, as the files call it: "jumprelu", "BatchTopKSAE", ...</summary>
    public required string Architecture { get; init; }

    /// <summary>The file of the weights.</summary>
    public required string WeightsFile { get; init; }

    /// <summary>SHA-256 of that file, lower-case hexadecimal.</summary>
    public required string WeightsHash { get; init; }

    /// <summary>How the files call the place that it reads; null where they do not say.</summary>
    public string? Hook { get; init; }

    /// <summary>That place, where there is one like it here.</summary>
    public Site? Site { get; init; }

    /// <summary>How the files call the place that a transcoder writes; null where they do not say, and for an autoencoder.</summary>
    public string? OutputHook { get; init; }

    /// <summary>That place, where there is one like it here.</summary>
    public Site? OutputSite { get; init; }

    /// <summary>The model that it was trained on, as the files call it.</summary>
    public string? ModelName { get; init; }

    /// <summary>Mean number of active features that the files claim.</summary>
    public double? L0 { get; init; }

    /// <summary>Where they do: "k", "average_l0 in the path", ...</summary>
    public string? L0Source { get; init; }

    /// <summary>Whether contexts began with a token of their own in training.</summary>
    public bool? PrependsBos { get; init; }

    /// <summary>Tokens of a context in training.</summary>
    public int? ContextSize { get; init; }

    /// <summary>What activations were multiplied by in training; it is folded into the weights.</summary>
    public float Scale { get; init; } = 1;

    /// <summary>Latents of the files whose activations may be negative, m; each is two features here, i above 0 and m + i below. Null where none may.</summary>
    public int? SignedLatents { get; init; }

    /// <summary>What was assumed or changed, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    public void Dispose() => Dictionary.Dispose();
}
