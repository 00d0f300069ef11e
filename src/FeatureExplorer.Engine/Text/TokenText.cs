using System.Buffers;
using System.Globalization;
using System.Text;
using FeatureExplorer.Engine.Text.Tokenizer;

namespace FeatureExplorer.Engine.Text;

/// <summary>
/// Tokens as people can read them: line breaks as ⏎, tabs as ⇥, control bytes and bytes that are no text as \xNN, invisible characters
/// that would disturb a page (such as a change of writing direction) as \u{NNNN}, the end of text as <see cref="EndOfText"/>.
/// </summary>
public sealed class TokenText
{
    public const string EndOfText = "⟨end⟩";

    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;
    private const int VariationSelector16 = 0xFE0F;

    private readonly ByteLevelTokenizer? _tokenizer;
    private readonly IReadOnlyList<string>? _vocabulary;
    private readonly string?[] _single;

    /// <summary>Tokens of a tokenizer, of which the bytes are known.</summary>
    public TokenText(ByteLevelTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        _tokenizer = tokenizer;
        _single = new string?[tokenizer.VocabularySize];
    }

    /// <summary>Tokens of a vocabulary that somebody else wrote down as text: each is shown by itself, whatever its neighbours are.</summary>
    /// <param name="vocabulary">Text of each id.</param>
    public TokenText(IReadOnlyList<string> vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        _vocabulary = vocabulary;
        _single = new string?[vocabulary.Count];
    }

    /// <summary>Number of token ids.</summary>
    public int Count => _single.Length;

    /// <summary>A token by itself; a leading space is kept, bytes that are part of a character only are shown as \xNN.</summary>
    public string Of(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, _single.Length);
        return _single[id] ??= _vocabulary is null ? Show([(ushort)id]) : Show(_vocabulary[id]);
    }

    /// <summary>A token for programs: a vocabulary's text as it was written, otherwise <see cref="Of"/>.</summary>
    public string Original(int id) => _vocabulary is null ? Of(id) : _vocabulary[id];

    /// <summary>
    /// The tokens of a window as pieces, in order and without a gap. A piece is one token, or the tokens that share characters: the bytes
    /// of "ع" may be split between two. Bytes whose character is cut by the window's edge are shown as \xNN.
    /// </summary>
    public List<TokenPiece> Pieces(ReadOnlySpan<ushort> tokens)
    {
        var pieces = new List<TokenPiece>(tokens.Length);
        for (var first = 0; first < tokens.Length;)
        {
            if (_tokenizer is null)
            {
                pieces.Add(new TokenPiece(first, 1, Of(tokens[first++])));
                continue;
            }

            var count = 1;
            if (tokens[first] != ByteLevelTokenizer.EndOfText)
            {
                while (first + count < tokens.Length && SharesCharacter(tokens, first, count))
                {
                    count++;
                }
            }

            pieces.Add(new TokenPiece(first, count, count == 1 ? Of(tokens[first]) : Show(tokens.Slice(first, count))));
            first += count;
        }

        return pieces;
    }

    /// <summary>The tokens as the text that they stand for, with its own line breaks; without ends of text and without characters that are cut.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="pieces">Their <see cref="Pieces"/>.</param>
    public string Plain(ReadOnlySpan<ushort> tokens, IEnumerable<TokenPiece> pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        var text = new StringBuilder();
        foreach (var piece in pieces)
        {
            var of = tokens.Slice(piece.Start, piece.Length);
            if (_vocabulary is not null)
            {
                text.Append(_vocabulary[of[0]]);
            }
            else if (of[0] != ByteLevelTokenizer.EndOfText)
            {
                var bytes = _tokenizer!.Decode(of).AsSpan();
                while (!bytes.IsEmpty)
                {
                    if (Rune.DecodeFromUtf8(bytes, out var rune, out var length) == OperationStatus.Done)
                    {
                        text.Append(rune.ToString());
                    }

                    bytes = bytes[length..];
                }
            }
        }

        return text.ToString();
    }

    /// <summary>The tokens as one line.</summary>
    public string Line(ReadOnlySpan<ushort> tokens) => string.Concat(Pieces(tokens).Select(piece => piece.Text));

    /// <summary>Whether a character begins within the tokens and is continued, validly, by those after them.</summary>
    private bool SharesCharacter(ReadOnlySpan<ushort> tokens, int first, int count)
    {
        Span<byte> character = stackalloc byte[4];
        var have = PartialEnd(tokens.Slice(first, count), character);
        if (have == 0)
        {
            return false;
        }

        for (var next = first + count; next < tokens.Length; next++)
        {
            foreach (var value in _tokenizer!.Bytes(tokens[next]))
            {
                character[have++] = value;
                switch (Rune.DecodeFromUtf8(character[..have], out _, out _))
                {
                    case OperationStatus.Done:
                        return true;
                    case OperationStatus.InvalidData:
                        return false;
                }
            }

            if (tokens[next] == ByteLevelTokenizer.EndOfText)
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>Copies the beginning of a character that ends the tokens; gives its bytes, 0 if they end with a whole character or none.</summary>
    private int PartialEnd(ReadOnlySpan<ushort> tokens, Span<byte> character)
    {
        if (_tokenizer!.Bytes(tokens[^1]) is [.., < 0x80])
        {
            return 0; // most tokens end with a letter or a sign of ASCII
        }

        Span<byte> tail = stackalloc byte[3];
        var have = 0;
        for (var i = tokens.Length - 1; i >= 0 && have < 3; i--)
        {
            var bytes = _tokenizer.Bytes(tokens[i]);
            for (var j = bytes.Length - 1; j >= 0 && have < 3; j--)
            {
                tail[2 - have++] = bytes[j];
            }
        }

        for (var length = have; length > 0; length--)
        {
            var end = tail[^length..];
            if (Rune.DecodeFromUtf8(end, out _, out _) == OperationStatus.NeedMoreData)
            {
                end.CopyTo(character);
                return length;
            }
        }

        return 0;
    }

    private string Show(ReadOnlySpan<ushort> tokens)
    {
        if (tokens[0] == ByteLevelTokenizer.EndOfText)
        {
            return EndOfText;
        }

        var bytes = tokens.Length == 1 ? _tokenizer!.Bytes(tokens[0]) : _tokenizer!.Decode(tokens);
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var length) == OperationStatus.Done)
            {
                Append(text, rune);
            }
            else
            {
                foreach (var value in bytes[..length])
                {
                    text.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}");
                }
            }

            bytes = bytes[length..];
        }

        return text.ToString();
    }

    private static string Show(string token)
    {
        var text = new StringBuilder(token.Length);
        foreach (var rune in token.EnumerateRunes())
        {
            Append(text, rune);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, Rune rune)
    {
        switch (rune.Value)
        {
            case '\n' or 0x2028 or 0x2029:
                text.Append('⏎');
                return;
            case '\r':
                text.Append('␍');
                return;
            case '\t':
                text.Append('⇥');
                return;
            case < 0x20 or 0x7F:
                text.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
                return;
            case ZeroWidthJoiner or ZeroWidthNonJoiner or VariationSelector16:
                // Parts of how words and emoji are written.
                text.Append(rune.ToString());
                return;
        }

        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned)
        {
            text.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
        }
        else
        {
            text.Append(rune.ToString());
        }
    }
}
