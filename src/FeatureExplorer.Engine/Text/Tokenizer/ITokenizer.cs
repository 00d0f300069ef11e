namespace FeatureExplorer.Engine.Text.Tokenizer;

/// <summary>
/// Turns text into ids and ids into text: <see cref="ByteLevelTokenizer"/>, which is trained here, or the tokenizer of an imported model. Immutable; may be used by
/// several threads at once.
/// </summary>
public interface ITokenizer
{
    /// <summary>One more than the largest id.</summary>
    int VocabularySize { get; }

    /// <summary>SHA-256 in hexadecimal: equal for tokenizers that encode alike.</summary>
    string Hash { get; }

    /// <summary>The special id that each document of a corpus, and each text that a model reads, begins with: the beginning of text, where the model has one, otherwise the end of text.</summary>
    /// <exception cref="InvalidDataException">The tokenizer's files name neither.</exception>
    int DocumentMark { get; }

    /// <summary>The id that ends a text that the model writes; null where the tokenizer's files name none.</summary>
    int? EndOfText { get; }

    /// <summary>Whether the text after a special id is encoded as if a space stood before it, so that its first token has a space that is not in the text.</summary>
    bool AddsSpaceAfter(int id);

    /// <summary>Whether an id stands for no text: ends and beginnings of text, other special tokens, the unknown token, ids without a token.</summary>
    bool IsSpecial(int id);

    /// <summary>The token as its vocabulary has it, such as "Ġthe" or "&lt;s&gt;"; empty for an id without a token.</summary>
    string Spelling(int id);

    /// <summary>The bytes of text that a token stands for; none for special ones.</summary>
    ReadOnlySpan<byte> Bytes(int id);

    /// <summary>Appends the ids of a text, without any that begin or end it. Special tokens are not recognised in it: no text can forge one.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="output">Gets the ids.</param>
    /// <exception cref="InvalidDataException">A regular expression of the tokenizer takes too long on this text.</exception>
    void Encode(ReadOnlySpan<byte> utf8, List<int> output, CancellationToken cancellation = default);

    /// <summary>Writes a Hugging Face tokenizer.json; whole or not at all.</summary>
    void Save(string file);
}
