using System.Buffers;
using System.Globalization;
using System.Text;
using FeatureExplorer.Storage;

namespace FeatureExplorer.Web.Components.Parts;

/// <summary>Makes tokens readable: a character that several tokens spell byte by byte is shown whole, once; what is not text is shown as bytes.</summary>
public static class TokenPieces
{
    /// <summary>What stands for the token between documents, which has no bytes.</summary>
    public const string EndOfText = "⟨end⟩";

    /// <summary>The pieces of a sequence, in order; together they cover every token once.</summary>
    public static IReadOnlyList<TokenPiece> Of(IReadOnlyList<int> tokens, TokenBytes bytes)
    {
        var pieces = new List<TokenPiece>(tokens.Count);
        for (var first = 0; first < tokens.Count;)
        {
            var piece = Piece(tokens, first, bytes);
            pieces.Add(piece);
            first += piece.Count;
        }

        return pieces;
    }

    /// <summary>One token by itself.</summary>
    public static string Text(int token, TokenBytes bytes) => Of([token], bytes)[0].Text;

    private static TokenPiece Piece(IReadOnlyList<int> tokens, int first, TokenBytes bytes)
    {
        var gathered = bytes(tokens[first]).ToArray();
        if (gathered.Length == 0)
        {
            return new TokenPiece(EndOfText, first, 1, true);
        }

        // A character has at most four bytes, so that more than three further tokens never help.
        for (var count = 1; first + count <= tokens.Count && count <= 4; count++)
        {
            if (count > 1)
            {
                gathered = [.. gathered, .. bytes(tokens[first + count - 1])];
            }

            if (IsWhole(gathered, out var unfinished))
            {
                return new TokenPiece(Readable(gathered), first, count, IsStandIn(gathered));
            }

            if (!unfinished)
            {
                break;
            }
        }

        return new TokenPiece(Readable(bytes(tokens[first])), first, 1, true);
    }

    private static bool IsWhole(ReadOnlySpan<byte> bytes, out bool unfinished)
    {
        while (!bytes.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(bytes, out _, out var used);
            if (status != OperationStatus.Done)
            {
                unfinished = status == OperationStatus.NeedMoreData;
                return false;
            }

            bytes = bytes[used..];
        }

        unfinished = false;
        return true;
    }

    private static bool IsStandIn(ReadOnlySpan<byte> bytes) => bytes is [(byte)'\n'] or [(byte)'\t'] or [(byte)'\r'];

    private static string Readable(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var used) == OperationStatus.Done)
            {
                Append(text, rune);
            }
            else
            {
                used = 1;
                text.Append(CultureInfo.InvariantCulture, $"\\x{bytes[0]:x2}");
            }

            bytes = bytes[used..];
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, Rune rune)
    {
        switch (rune.Value)
        {
            case '\n':
                text.Append('⏎');
                break;
            case '\t':
                text.Append('⇥');
                break;
            case '\r':
                text.Append('␍');
                break;
            default:
                // Formats include the marks that turn the direction of text, which must not act on our page.
                if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned)
                {
                    text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
                }
                else
                {
                    text.Append(rune.ToString());
                }

                break;
        }
    }
}
