using System.Buffers;
using System.Globalization;
using System.Text;
using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Engine.Text.Tokenizer.Imported;

namespace FeatureExplorer.Engine.Text;

/// <summary>
/// Tokens as people can read them: line breaks as ⏎, tabs as ⇥, control bytes and bytes that are no text as \xNN, invisible characters
/// that would disturb a page (such as a change of writing direction) as \u{NNNN}, the end of text as <see cref="EndOfText"/>,
/// other special tokens as ⟨name⟩.
/// </summary>
public sealed class TokenText
{
    public const string EndOfText = "⟨end⟩";

    private readonly ITokenizer? _tokenizer;
    private readonly IReadOnlyList<string>? _vocabulary;
    private readonly string?[] _single;

    /// <summary>Tokens of a tokenizer, of which the bytes are known.</summary>
    public TokenText(ITokenizer tokenizer)
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
        if (id >= _single.Length && _tokenizer is ImportedTokenizer)
        {
            return Show([id]);
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, _single.Length);
        return _single[id] ??= _vocabulary is null ? Show([id]) : Visible(_vocabulary[id]);
    }

    /// <summary>Any text in the same way: what is invisible or would change the direction of other text is written out.</summary>
    public static string Visible(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return VisibleText.Of(text);
    }

    /// <summary>A token for programs: a vocabulary's text as it was written, otherwise <see cref="Of"/>.</summary>
    public string Original(int id) => _vocabulary is null ? Of(id) : _vocabulary[id];

    /// <summary>The text of tokens for programs, as the model wrote it: line breaks and all; bytes that are no text become U+FFFD, an end of text adds nothing.</summary>
    public string Written(ReadOnlySpan<int> tokens)
    {
        if (_tokenizer is not null)
        {
            return Encoding.UTF8.GetString(_tokenizer.Decode(tokens));
        }

        var text = new StringBuilder();
        foreach (var token in tokens)
        {
            text.Append(_vocabulary![token]);
        }

        return text.ToString();
    }

    /// <summary>
    /// The tokens of a window as pieces, in order and without a gap. A piece is one token, or the tokens that share characters: the bytes
    /// of "ع" may be split between two. Bytes whose character is cut by the window's edge are shown as \xNN.
    /// </summary>
    public List<TokenPiece> Pieces(ReadOnlySpan<int> tokens)
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
            if (!_tokenizer.IsSpecial(tokens[first]))
            {
                while (first + count < tokens.Length && SharesCharacter(tokens, first, count))
                {
                    count++;
                }
            }

            pieces.Add(new TokenPiece(first, count, ShowInText(tokens, first, count)));
            first += count;
        }

        return pieces;
    }

    /// <summary>The tokens as the text that they stand for, with its own line breaks; without ends of text and without characters that are cut.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="pieces">Their <see cref="Pieces"/>.</param>
    public string Plain(ReadOnlySpan<int> tokens, IEnumerable<TokenPiece> pieces)
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
            else if (!_tokenizer!.IsSpecial(of[0]))
            {
                var bytes = WithoutAddedSpace(tokens, piece.Start, _tokenizer.Decode(of));
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
    public string Line(ReadOnlySpan<int> tokens) => string.Concat(Pieces(tokens).Select(piece => piece.Text));

    /// <summary>Whether a character begins within the tokens and is continued, validly, by those after them.</summary>
    private bool SharesCharacter(ReadOnlySpan<int> tokens, int first, int count)
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

            if (_tokenizer.IsSpecial(tokens[next]))
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>Copies the beginning of a character that ends the tokens; gives its bytes, 0 if they end with a whole character or none.</summary>
    private int PartialEnd(ReadOnlySpan<int> tokens, Span<byte> character)
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

    private string Show(ReadOnlySpan<int> tokens)
    {
        if (_tokenizer!.IsSpecial(tokens[0]))
        {
            return ShowSpecial(tokens[0]);
        }

        return VisibleText.Of(tokens.Length == 1 ? _tokenizer.Bytes(tokens[0]) : _tokenizer.Decode(tokens));
    }

    // In brackets that no other token has, unless the text has them: "<s>" may be text, "⟨s⟩" is the token.
    private string ShowSpecial(int id)
    {
        if (id == _tokenizer!.EndOfText)
        {
            return EndOfText;
        }

        var spelling = _tokenizer.Spelling(id);
        return spelling switch
        {
            "" => string.Create(CultureInfo.InvariantCulture, $"⟨no token {id}⟩"),
            ['<', .. var inner, '>'] when inner.Length > 0 => $"⟨{Visible(inner)}⟩",
            _ => $"⟨{Visible(spelling)}⟩",
        };
    }

    // A token of nothing but the space that a tokenizer adds is shown as that space.
    private string ShowInText(ReadOnlySpan<int> tokens, int first, int count)
    {
        var of = tokens.Slice(first, count);
        if (first == 0 || !_tokenizer!.AddsSpaceAfter(tokens[first - 1]) || _tokenizer.IsSpecial(of[0]))
        {
            return count == 1 ? Of(of[0]) : Show(of);
        }

        var all = _tokenizer.Decode(of);
        return WithoutAddedSpace(tokens, first, all) is { IsEmpty: false } bytes ? VisibleText.Of(bytes) : VisibleText.Of(all);
    }

    // The text after a mark has no space in front if the tokenizer adds one.
    private ReadOnlySpan<byte> WithoutAddedSpace(ReadOnlySpan<int> tokens, int first, ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith(" "u8) && first > 0 && _tokenizer!.AddsSpaceAfter(tokens[first - 1]) ? bytes[1..] : bytes;
}
