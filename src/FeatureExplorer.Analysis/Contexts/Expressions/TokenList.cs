using System.Globalization;
using System.Text;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Tokenizer;

namespace FeatureExplorer.Analysis.Contexts.Expressions;

/// <summary>
/// The tokens that "tokens:" and "previous:" list: texts divided by |, each of which must be one token. \n, \t, \r, \xNN (a byte), \| and \\
/// stand for what cannot be typed.
/// </summary>
internal static class TokenList
{
    /// <summary>Which token ids are in the list, [V].</summary>
    /// <exception cref="ContextExpressionException">A text is no token, or an escape means nothing.</exception>
    public static bool[] Read(ContextExpression.Part part, ITokenizer tokenizer)
    {
        var wanted = new bool[tokenizer.VocabularySize];
        foreach (var bytes in Items(part))
        {
            Mark(bytes, part, tokenizer, wanted);
        }

        return wanted;
    }

    private static List<byte[]> Items(ContextExpression.Part part)
    {
        var items = new List<byte[]>();
        var item = new List<byte>();
        var text = part.Argument;
        Span<byte> utf8 = stackalloc byte[4];
        for (var i = 0; i < text.Length;)
        {
            if (text[i] == '|')
            {
                items.Add([.. item]);
                item.Clear();
                i++;
            }
            else if (text[i] == '\\')
            {
                item.Add(Escaped(part, ref i));
            }
            else
            {
                var rune = Rune.TryGetRuneAt(text, i, out var whole) ? whole : Rune.ReplacementChar;
                item.AddRange(utf8[..rune.EncodeToUtf8(utf8)].ToArray());
                i += rune.Utf16SequenceLength;
            }
        }

        items.Add([.. item]);
        return items;
    }

    private static byte Escaped(ContextExpression.Part part, ref int i)
    {
        var text = part.Argument;
        var letter = i + 1 < text.Length ? text[i + 1] : '\0';
        if (letter == 'x' && i + 3 < text.Length && byte.TryParse(text.AsSpan(i + 2, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            i += 4;
            return value;
        }

        i += 2;
        return letter switch
        {
            'n' => (byte)'\n',
            't' => (byte)'\t',
            'r' => (byte)'\r',
            '|' or '\\' or '"' => (byte)letter,
            _ => throw new ContextExpressionException($"\"\\{letter}\" means nothing in a list of tokens. There are \\n, \\t, \\r, \\xNN, \\| and \\\\.", part.Position),
        };
    }

    // Several ids may have one text: a character and the byte that it is.
    private static void Mark(byte[] bytes, ContextExpression.Part part, ITokenizer tokenizer, bool[] wanted)
    {
        if (bytes.Length == 0)
        {
            throw new ContextExpressionException("The list has an empty place. Write a token between every two |.", part.Position);
        }

        var found = false;
        for (var id = 0; id < tokenizer.VocabularySize; id++)
        {
            if (tokenizer.Bytes(id).SequenceEqual(bytes))
            {
                wanted[id] = found = true;
            }
        }

        if (found)
        {
            return;
        }

        var split = new List<int>();
        tokenizer.Encode(bytes, split);
        var text = new TokenText(tokenizer);
        throw new ContextExpressionException(
            $"\"{Encoding.UTF8.GetString(bytes)}\" is no token of this model: it is made of {string.Join(" + ", split.Take(8).Select(id => $"\"{text.Of(id)}\""))}. "
            + "Most words begin with a space; look for any other text by regex:.",
            part.Position);
    }
}
