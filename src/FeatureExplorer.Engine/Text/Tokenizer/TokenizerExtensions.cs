using System.Text;

namespace FeatureExplorer.Engine.Text.Tokenizer;

/// <summary>What follows from the bytes and the ids of any tokenizer.</summary>
public static class TokenizerExtensions
{
    /// <summary>The ids of a text.</summary>
    public static int[] Encode(this ITokenizer tokenizer, string text)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>();
        tokenizer.Encode(Encoding.UTF8.GetBytes(text), ids);
        return [.. ids];
    }

    /// <summary>The bytes of all tokens, one after the other; special ones add none. What a tokenizer has put in front of a text is left out where the ids begin with a mark.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is outside the vocabulary.</exception>
    public static byte[] Decode(this ITokenizer tokenizer, ReadOnlySpan<int> ids)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var length = 0;
        for (var i = 0; i < ids.Length; i++)
        {
            length = checked(length + tokenizer.BytesInText(ids, i).Length);
        }

        var bytes = new byte[length];
        var position = 0;
        for (var i = 0; i < ids.Length; i++)
        {
            var token = tokenizer.BytesInText(ids, i);
            token.CopyTo(bytes.AsSpan(position));
            position += token.Length;
        }

        return bytes;
    }

    /// <summary>The bytes of a token where it stands: without a space that the tokenizer has added.</summary>
    public static ReadOnlySpan<byte> BytesInText(this ITokenizer tokenizer, ReadOnlySpan<int> ids, int index)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var bytes = tokenizer.Bytes(ids[index]);
        return bytes is [(byte)' ', ..] && index > 0 && tokenizer.AddsSpaceAfter(ids[index - 1]) ? bytes[1..] : bytes;
    }
}
