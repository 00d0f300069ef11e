using System.Runtime.InteropServices;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Text.Corpora;

namespace FeatureExplorer.Engine.Text;

/// <summary>Writes the two files of one split, document after document.</summary>
internal sealed class TokenStoreWriter : IDisposable
{
    private readonly FileStream _tokens;
    private readonly string _tokenFile;
    private readonly string _documentFile;
    private readonly int _vocabularySize;
    private readonly TokenWidth _width;
    private readonly List<long> _starts = [];
    private readonly List<long> _sourceStarts = [];
    private readonly List<int> _domains = [];
    private readonly FileStream _sources;
    private long _count;
    private long _sourceBytes;

    public TokenStoreWriter(string tokenFile, string documentFile, int vocabularySize)
    {
        _tokenFile = tokenFile;
        _documentFile = documentFile;
        _vocabularySize = vocabularySize;
        _width = TokenWidth.Of(vocabularySize);
        _tokens = new FileStream(tokenFile, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 20);
        _sources = new FileStream(documentFile + ".sources", FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        _tokens.Write(new TokenStoreHeader(vocabularySize, 0, 0, 0).ForTokens());
    }

    public SplitSummary Summary => new(_starts.Count, _count);

    /// <summary>Begins a document; its tokens follow with <see cref="Write"/>.</summary>
    public void Begin(int domain, ReadOnlySpan<byte> source)
    {
        _starts.Add(_count);
        _domains.Add(domain);
        _sourceStarts.Add(_sourceBytes);
        _sources.Write(source);
        _sourceBytes += source.Length;
    }

    public void Write(ReadOnlySpan<int> tokens)
    {
        _width.Write(_tokens, tokens);
        _count += tokens.Length;
    }

    /// <summary>Writes headers, the table of documents and the checksums of both files, and waits until all is on disk.</summary>
    public void Complete()
    {
        var header = new TokenStoreHeader(_vocabularySize, _count, _starts.Count, _sourceBytes);
        _starts.Add(_count);
        _sourceStarts.Add(_sourceBytes);
        _tokens.Position = 0;
        _tokens.Write(header.ForTokens());
        _tokens.Flush(flushToDisk: true);
        BlockChecksums.Of(_tokens).Write(_tokenFile);
        using var documents = new FileStream(_documentFile, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 20);
        documents.Write(header.ForDocuments());
        documents.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_starts)));
        documents.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_sourceStarts)));
        documents.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_domains)));
        _sources.Position = 0;
        _sources.CopyTo(documents);
        documents.Flush(flushToDisk: true);
        BlockChecksums.Of(documents).Write(_documentFile);
    }

    public void Dispose()
    {
        _tokens.Dispose();
        _sources.Dispose();
    }
}
