using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace FeatureExplorer.Engine.Text.Tokenizer.Imported;

/// <summary>SHA-256 of all that decides which ids an imported tokenizer gives, and of its marks.</summary>
internal static class TokenizerHash
{
    public static string Of(ImportedTokenizer tokenizer)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(Rules(tokenizer)));
        var (bytes, starts) = tokenizer.ModelSpellings.All;
        hash.AppendData(MemoryMarshal.AsBytes(starts.AsSpan()));
        hash.AppendData(bytes);
        hash.AppendData(MemoryMarshal.AsBytes(tokenizer.Model.Merges.InOrder.AsSpan()));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>All but the vocabulary and the merges, as text.</summary>
    public static string Rules(ImportedTokenizer tokenizer)
    {
        var (parts, options) = (tokenizer.Parts, tokenizer.Model.Options);
        var text = new StringBuilder("imported tokenizer 1\n");
        text.AppendJoin('\n', parts.NormalizerJson, parts.PreTokenizerJson, parts.DecoderJson, options, tokenizer.BeginningOfText, tokenizer.EndOfText);
        text.Append('\n').AppendJoin(' ', tokenizer.Before).Append('\n').AppendJoin(' ', tokenizer.After);
        foreach (var added in parts.Added)
        {
            text.Append('\n').Append(added);
        }

        return text.ToString();
    }
}
