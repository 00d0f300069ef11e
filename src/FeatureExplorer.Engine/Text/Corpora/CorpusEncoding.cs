using System.Runtime.InteropServices;
using System.Text;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Text.Tokenizer;

namespace FeatureExplorer.Engine.Text.Corpora;

/// <summary>The second pass: all documents that are kept, as tokens in one temporary file, in the order of the corpus.</summary>
internal sealed class CorpusEncoding : IDisposable
{
    private readonly ITokenizer _tokenizer;
    private readonly CorpusOptions _options;
    private readonly int _mark;
    private readonly TokenWidth _width;
    private readonly Dictionary<string, int> _domains = new(StringComparer.Ordinal);
    private readonly int[] _documentsOf;
    private readonly long[] _bytesOf;
    private readonly string _tokenFile;
    private readonly string _sourceFile;
    private readonly FileStream _tokens;
    private readonly FileStream _sources;
    private CheckedFile? _writtenTokens;
    private CheckedFile? _writtenSources;
    private long _sourceBytes;
    private long _bytesSeen;

    public CorpusEncoding(string directory, ITokenizer tokenizer, CorpusOptions options, List<string> domains)
    {
        _tokenizer = tokenizer;
        _mark = tokenizer.DocumentMark;
        _width = TokenWidth.Of(tokenizer.VocabularySize);
        _options = options;
        _documentsOf = new int[domains.Count];
        _bytesOf = new long[domains.Count];
        for (var domain = 0; domain < domains.Count; domain++)
        {
            _domains.Add(domains[domain], domain);
        }

        _tokenFile = Path.Combine(directory, "all.tokens");
        _sourceFile = Path.Combine(directory, "all.sources");
        _tokens = new FileStream(_tokenFile, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1 << 20);
        _sources = new FileStream(_sourceFile, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1 << 16);
    }

    public List<EncodedDocument> Documents { get; } = [];

    public long TokenCount { get; private set; }

    /// <summary>UTF-8 bytes of the documents that are kept.</summary>
    public long ByteCount { get; private set; }

    public int DocumentsOf(int domain) => _documentsOf[domain];

    public long BytesOf(int domain) => _bytesOf[domain];

    /// <summary>Encodes one document, on any thread.</summary>
    public void Encode(DocumentBatches.Slot slot, CancellationToken cancellation)
    {
        slot.IsKept = _options.Keep.Keeps(slot.Document.Domain, slot.Hash);
        if (slot.IsKept)
        {
            slot.Tokens.Add(_mark);
            _tokenizer.Encode(slot.Utf8, slot.Tokens, cancellation);
        }
    }

    /// <summary>Writes one document; gives the bytes of text that have been gone through, kept or not.</summary>
    public long Append(DocumentBatches.Slot slot)
    {
        _bytesSeen += slot.Utf8.Length;
        if (!slot.IsKept)
        {
            return _bytesSeen;
        }

        var domain = slot.Document.Domain is { } name && _domains.TryGetValue(name, out var number) ? number : -1;
        var source = Encoding.UTF8.GetBytes(slot.Document.Source);
        Documents.Add(new EncodedDocument(
            TokenCount, slot.Tokens.Count, domain, _sourceBytes, source.Length, CorpusSplit.Place(_options.Seed, slot.Hash), 0));
        _width.Write(_tokens, CollectionsMarshal.AsSpan(slot.Tokens));
        _sources.Write(source);
        _sourceBytes += source.Length;
        TokenCount += slot.Tokens.Count;
        ByteCount += slot.Utf8.Length;
        if (domain >= 0)
        {
            _documentsOf[domain]++;
            _bytesOf[domain] += slot.Utf8.Length;
        }

        return _bytesSeen;
    }

    /// <summary>Ends writing; from now on documents can be copied.</summary>
    public void Complete()
    {
        _tokens.Dispose();
        _sources.Dispose();
        _writtenTokens = CheckedFile.Open(_tokenFile);
        _writtenSources = CheckedFile.Open(_sourceFile);
    }

    /// <summary>True when no character is cut by beginning a part at this token.</summary>
    public bool StartsCharacter(long position)
    {
        var bytes = _tokenizer.Bytes(Read(position, 1)[0]);
        return bytes.IsEmpty || (bytes[0] & 0xC0) != 0x80;
    }

    /// <summary>Copies a document to its split, with a mark in front of a part that has none.</summary>
    public void Copy(EncodedDocument document, TokenStoreWriter writer, TokensWritten written)
    {
        var source = _writtenSources!.Items<byte>(document.SourceStart, document.SourceLength);
        writer.Begin(document.Domain, document.Part == 0 ? source : [.. source, .. Encoding.UTF8.GetBytes($"#{document.Part}")]);
        if (document.Part > 1)
        {
            Write([_mark]);
        }

        Write(Read(document.Start, document.Length));

        void Write(ReadOnlySpan<int> tokens)
        {
            writer.Write(tokens);
            written(document.Domain, tokens);
        }
    }

    private ReadOnlySpan<int> Read(long start, int length) => _width.Read(_writtenTokens!, _width.Bytes * start, length);

    public void Dispose()
    {
        _tokens.Dispose();
        _sources.Dispose();
        _writtenTokens?.Dispose();
        _writtenSources?.Dispose();
        File.Delete(_tokenFile);
        File.Delete(_sourceFile);
    }
}
