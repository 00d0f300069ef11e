namespace FeatureExplorer.Engine.Text.Tokenizer.Imported.Files;

/// <summary>What the files of a tokenizer say, read and checked.</summary>
internal sealed record TokenizerParts
{
    /// <summary>The file, for messages.</summary>
    public required string File { get; init; }

    public required VocabularyReader Vocabulary { get; init; }

    public required PairModelOptions Options { get; init; }

    public IReadOnlyList<AddedToken> Added { get; init; } = [];

    public NormalizerReader Normalizer { get; init; } = new();

    public PreTokenizerReader PreTokenizer { get; init; } = new();

    /// <summary>The sign that stands for a space within tokens; null where a space does.</summary>
    public string? Space { get; init; }

    public bool AddsSpace { get; init; }

    /// <summary>The ids that the tokenizer puts before and after a text, where its files say.</summary>
    public IReadOnlyList<int> Before { get; init; } = [];

    public IReadOnlyList<int> After { get; init; } = [];

    public int? BeginningOfText { get; init; }

    public int? EndOfText { get; init; }

    /// <summary>Components as JSON, for writing; null for none.</summary>
    public string? NormalizerJson { get; init; }

    public string? PreTokenizerJson { get; init; }

    public string? DecoderJson { get; init; }
}
