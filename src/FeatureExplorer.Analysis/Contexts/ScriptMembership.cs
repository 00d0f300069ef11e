using System.Buffers;
using System.Text;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Tokenizer;

namespace FeatureExplorer.Analysis.Contexts;

/// <summary>
/// Which script each token is in: every byte of it belongs to a character of the script in the text as it stands, apart from one
/// leading space. Byte tokens are judged by the whole character that they are part of, which may span several tokens.
/// </summary>
/// <remarks>One instance per thread: it holds scratch memory.</remarks>
/// <param name="tokenizer">Says which bytes a token has.</param>
/// <param name="tokens">The stream; null where only single documents are marked.</param>
internal sealed class ScriptMembership(ITokenizer tokenizer, TokenStore? tokens = null)
{
    private const int LongestCharacter = 4;

    private byte[] _bytes = [];
    private byte[] _scripts = [];

    /// <summary>
    /// Writes the script of tokens [start, start + scripts.Length) as an index of <see cref="UnicodeScript.All"/> or
    /// <see cref="UnicodeScript.None"/>. Any partition of the stream gives the same result.
    /// </summary>
    public void Mark(long start, Span<byte> scripts)
    {
        var end = start + scripts.Length;
        for (var document = tokens!.DocumentAt(start); start < end; document++)
        {
            var stop = Math.Min(end, tokens!.DocumentEnd(document));
            var count = (int)(stop - start);
            MarkWithinDocument(document, start, scripts[..count]);
            scripts = scripts[count..];
            start = stop;
        }
    }

    /// <summary>Writes the script of every token of a document that is not in the store.</summary>
    public void Mark(ReadOnlySpan<int> document, Span<byte> scripts) => Mark(document, 0, scripts);

    private void MarkWithinDocument(int document, long start, Span<byte> scripts)
    {
        // Enough neighbours to complete the characters at both ends.
        var from = Reach(start, tokens!.DocumentStart(document), -1);
        var to = Reach(start + scripts.Length - 1, tokens!.DocumentEnd(document) - 1, +1);
        Mark(tokens!.Read(from, (int)(to - from + 1)), (int)(start - from), scripts);
    }

    /// <summary>The scripts of tokens [skip, skip + scripts.Length) of a text that begins and ends with whole characters, or where its document does.</summary>
    private void Mark(ReadOnlySpan<int> ids, int skip, Span<byte> scripts)
    {
        var length = Gather(ids);
        MarkBytes(_bytes.AsSpan(0, length), _scripts);

        var offset = 0;
        for (var i = 0; i < skip + scripts.Length; i++)
        {
            var size = tokenizer.Bytes(ids[i]).Length;
            if (i >= skip)
            {
                scripts[i - skip] = OfToken(_bytes.AsSpan(offset, size), _scripts.AsSpan(offset, size));
            }

            offset += size;
        }
    }

    /// <summary>The position up to which one must go from <paramref name="position"/> to pass the rest of a character.</summary>
    private long Reach(long position, long limit, int step)
    {
        for (var bytes = 0; position != limit && bytes < LongestCharacter - 1;)
        {
            position += step;
            bytes += tokenizer.Bytes(tokens!.Read(position, 1)[0]).Length;
        }

        return position;
    }

    private int Gather(ReadOnlySpan<int> ids)
    {
        var length = 0;
        foreach (var id in ids)
        {
            var bytes = tokenizer.Bytes(id);
            if (length + bytes.Length > _bytes.Length)
            {
                Array.Resize(ref _bytes, (2 * (length + bytes.Length)) + 1024);
                _scripts = new byte[_bytes.Length];
            }

            bytes.CopyTo(_bytes.AsSpan(length));
            length += bytes.Length;
        }

        return length;
    }

    private static void MarkBytes(ReadOnlySpan<byte> bytes, Span<byte> scripts)
    {
        var at = 0;
        while (at < bytes.Length)
        {
            var status = Rune.DecodeFromUtf8(bytes[at..], out var rune, out var consumed);
            scripts.Slice(at, consumed).Fill(status == OperationStatus.Done ? UnicodeScript.Of(rune.Value) : UnicodeScript.None);
            at += consumed;
        }
    }

    private static byte OfToken(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> scripts)
    {
        if (bytes.Length > 1 && bytes[0] == (byte)' ')
        {
            scripts = scripts[1..];
        }

        return scripts.Length > 0 && !scripts.ContainsAnyExcept(scripts[0]) ? scripts[0] : UnicodeScript.None;
    }
}
