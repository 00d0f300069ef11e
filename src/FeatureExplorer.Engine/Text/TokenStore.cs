using System.Runtime.CompilerServices;
using System.Text;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Engine.Text;

/// <summary>
/// One split of a tokenised corpus: all tokens end to end, two bytes each or four (<see cref="TokenWidth"/>), and for every document where it begins,
/// its domain and its source. Read in checked blocks (<see cref="CheckedFile"/>), so that the size of the corpus does not matter. Safe for concurrent readers.
/// </summary>
public sealed class TokenStore : IDisposable
{
    internal const int HeaderBytes = 32;

    private readonly CheckedFile _tokens;
    private readonly CheckedFile _documents;
    private readonly TokenWidth _width;
    private readonly long _sourceStarts;
    private readonly long _domains;
    private readonly long _sources;

    private TokenStore(CheckedFile tokens, CheckedFile documents, TokenStoreHeader header, IReadOnlyList<string> domains)
    {
        _tokens = tokens;
        _documents = documents;
        _width = TokenWidth.Of(header.VocabularySize);
        Count = header.Tokens;
        DocumentCount = header.Documents;
        Domains = domains;
        _sourceStarts = HeaderBytes + (8L * (DocumentCount + 1));
        _domains = _sourceStarts + (8L * (DocumentCount + 1));
        _sources = _domains + (4L * DocumentCount);
    }

    /// <summary>Number of tokens.</summary>
    public long Count { get; }

    public int DocumentCount { get; }

    /// <summary>Names by domain number.</summary>
    public IReadOnlyList<string> Domains { get; }

    /// <summary>Opens tokens and documents written by <see cref="TokenStoreWriter"/>.</summary>
    /// <exception cref="InvalidDataException">A file is truncated, foreign, or does not belong to the other.</exception>
    internal static TokenStore Open(string tokenFile, string documentFile, int vocabularySize, IReadOnlyList<string> domains)
    {
        CheckedFile? tokens = null;
        CheckedFile? documents = null;
        try
        {
            tokens = CheckedFile.Open(tokenFile);
            documents = CheckedFile.Open(documentFile);
            var header = TokenStoreHeader.Check(tokenFile, tokens, documentFile, documents, vocabularySize);
            var store = new TokenStore(tokens, documents, header, domains);
            (tokens, documents) = (null, null);
            return store;
        }
        finally
        {
            tokens?.Dispose();
            documents?.Dispose();
        }
    }

    /// <summary>All tokens, for reading one by one.</summary>
    public TokenItems Tokens => new(_tokens, HeaderBytes, Count, _width);

    /// <summary>The tokens from <paramref name="start"/> on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They do not all lie within the split.</exception>
    public ReadOnlySpan<int> Read(long start, int length)
    {
        CheckRange(start, length);
        return _width.Read(_tokens, HeaderBytes + (_width.Bytes * start), length);
    }

    /// <summary>Copies the tokens from <paramref name="start"/> on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They do not all lie within the split.</exception>
    public void Read(long start, Span<int> tokens)
    {
        CheckRange(start, tokens.Length);
        _width.Read(_tokens, HeaderBytes + (_width.Bytes * start), tokens);
    }

    /// <summary>The document that a position lies in.</summary>
    public int DocumentAt(long position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, Count);
        // The last document that begins at the position or before it.
        var (first, last) = (0, DocumentCount - 1);
        while (first < last)
        {
            var middle = last - ((last - first) / 2);
            (first, last) = DocumentStart(middle) <= position ? (middle, last) : (first, middle - 1);
        }

        return first;
    }

    /// <summary>Position of the document's first token, which is the end-of-text token.</summary>
    public long DocumentStart(int document) => Entry<long>(HeaderBytes, document);

    /// <summary>Position after the document's last token.</summary>
    public long DocumentEnd(int document) => Entry<long>(HeaderBytes + 8, document);

    /// <summary>Number of the document's domain in <see cref="Domains"/>, −1 for none.</summary>
    public int DomainOf(int document) => Entry<int>(_domains, document);

    /// <summary>Where the document came from, as in <see cref="Document.Source"/>.</summary>
    public string SourceOf(int document)
    {
        var (start, end) = (Entry<long>(_sourceStarts, document), Entry<long>(_sourceStarts + 8, document));
        return Encoding.UTF8.GetString(_documents.Items<byte>(_sources + start, (int)(end - start)));
    }

    public void Dispose()
    {
        _tokens.Dispose();
        _documents.Dispose();
    }

    private void CheckRange(long start, int length)
    {
        if (start < 0 || length < 0 || start > Count - length)
        {
            throw new ArgumentOutOfRangeException(nameof(start), $"{length} tokens from {start} on do not lie within the split's {Count}");
        }
    }

    private T Entry<T>(long table, int document)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(document);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(document, DocumentCount);
        return _documents.Item<T>(table + ((long)document * Unsafe.SizeOf<T>()));
    }
}
