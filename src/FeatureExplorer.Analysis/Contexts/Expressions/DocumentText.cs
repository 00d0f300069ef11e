using System.Buffers;
using System.Text;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Tokenizer;

namespace FeatureExplorer.Analysis.Contexts.Expressions;

/// <summary>
/// A document as characters, and for each character the bytes and so the tokens that it comes from. Bytes that are no UTF-8 become U+FFFD.
/// </summary>
/// <remarks>One instance per thread: it holds scratch memory.</remarks>
internal sealed class DocumentText(ITokenizer tokenizer, TokenStore tokens)
{
    private byte[] _bytes = [];
    private char[] _chars = [];
    private int[] _byteOfChar = [];
    private int[] _byteOfToken = [];
    private int _length;
    private int _tokenCount;

    /// <summary>The text of the document that was read last.</summary>
    public ReadOnlySpan<char> Chars => _chars.AsSpan(0, _length);

    /// <summary>Position of its first token.</summary>
    public long Start { get; private set; }

    public void Read(int document)
    {
        Start = tokens.DocumentStart(document);
        var ids = tokens.Read(Start, checked((int)(tokens.DocumentEnd(document) - Start)));
        Gather(ids);
        Decode(_byteOfToken[ids.Length]);
    }

    /// <summary>The tokens, as offsets from <see cref="Start"/>, of which characters [first, end) cover at least one byte.</summary>
    public (int First, int End) Tokens(int first, int end)
    {
        var (from, to) = (_byteOfChar[first], _byteOfChar[end]);
        // The last token that begins at or before the first byte; tokens without bytes begin where the next one does.
        var starts = _byteOfToken.AsSpan(0, _tokenCount + 1);
        var token = starts.BinarySearch(from);
        token = token < 0 ? ~token - 1 : token;
        while (starts[token + 1] <= from)
        {
            token++;
        }

        var last = token;
        while (last < _tokenCount && starts[last] < to)
        {
            last++;
        }

        return (token, last);
    }

    private void Gather(ReadOnlySpan<int> ids)
    {
        _tokenCount = ids.Length;
        if (_byteOfToken.Length < ids.Length + 1)
        {
            _byteOfToken = new int[ids.Length + 1 + (ids.Length / 4)];
        }

        var length = 0;
        for (var i = 0; i < ids.Length; i++)
        {
            _byteOfToken[i] = length;
            var bytes = tokenizer.BytesInText(ids, i);
            if (length + bytes.Length > _bytes.Length)
            {
                Array.Resize(ref _bytes, (2 * (length + bytes.Length)) + 4096);
            }

            bytes.CopyTo(_bytes.AsSpan(length));
            length += bytes.Length;
        }

        _byteOfToken[ids.Length] = length;
    }

    private void Decode(int bytes)
    {
        // A byte never makes more than one UTF-16 unit.
        if (_chars.Length < bytes + 1)
        {
            _chars = new char[bytes + 1 + (bytes / 4)];
            _byteOfChar = new int[_chars.Length];
        }

        _length = 0;
        for (var at = 0; at < bytes;)
        {
            if (_bytes[at] < 0x80)
            {
                _byteOfChar[_length] = at;
                _chars[_length++] = (char)_bytes[at++];
                continue;
            }

            var status = Rune.DecodeFromUtf8(_bytes.AsSpan(at, bytes - at), out var rune, out var consumed);
            rune = status == OperationStatus.Done ? rune : Rune.ReplacementChar;
            for (var units = rune.EncodeToUtf16(_chars.AsSpan(_length)); units > 0; units--)
            {
                _byteOfChar[_length++] = at;
            }

            at += consumed;
        }

        _byteOfChar[_length] = bytes;
    }
}
