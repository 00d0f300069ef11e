namespace FeatureExplorer.Web.Imports;

/// <summary>What an administrator has filled in. Paths are those of received files, as in <c>received:gpt2</c>, or lie below the server's import folder.</summary>
public sealed record ImportForm
{
    /// <summary>Folder or file of a model; empty where the model is there.</summary>
    public string ModelPath { get; init; } = string.Empty;

    /// <summary>Where its tokenizer lies; empty: with the model.</summary>
    public string TokenizerPath { get; init; } = string.Empty;

    /// <summary>Folder or file of a dictionary; empty for none.</summary>
    public string DictionaryPath { get; init; } = string.Empty;

    /// <summary>Name of the model here.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>Text for the model, with its prefix; empty for the demo corpus.</summary>
    public string Corpus { get; init; } = string.Empty;

    /// <summary>Tokens of a window; null for the usual number.</summary>
    public int? Context { get; init; }

    /// <summary>The site that the dictionary reads; empty where its files say it.</summary>
    public string Site { get; init; } = string.Empty;

    /// <summary>Whether the effect of removing each feature is measured, too.</summary>
    public bool Ablates { get; init; }
}
