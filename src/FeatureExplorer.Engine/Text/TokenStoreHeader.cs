using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Engine.Text;

/// <summary>The first 32 bytes of a split's two files, and the check that files and headers belong together.</summary>
internal readonly record struct TokenStoreHeader(int VocabularySize, long Tokens, int Documents, long SourceBytes)
{
    private const int Version = 1;

    /// <summary>Of a file with four bytes a token, which programs that know of two only refuse by this number.</summary>
    private const int WideVersion = 2;

    private TokenWidth Width => TokenWidth.Of(VocabularySize);

    private static ReadOnlySpan<byte> TokenMagic => "FXTOKENS"u8;

    private static ReadOnlySpan<byte> DocumentMagic => "FXDOCUMS"u8;

    public byte[] ForTokens()
    {
        var bytes = new byte[TokenStore.HeaderBytes];
        TokenMagic.CopyTo(bytes);
        BitConverter.TryWriteBytes(bytes.AsSpan(8), VersionOf(VocabularySize));
        BitConverter.TryWriteBytes(bytes.AsSpan(12), VocabularySize);
        BitConverter.TryWriteBytes(bytes.AsSpan(16), Tokens);
        return bytes;
    }

    public byte[] ForDocuments()
    {
        var bytes = new byte[TokenStore.HeaderBytes];
        DocumentMagic.CopyTo(bytes);
        BitConverter.TryWriteBytes(bytes.AsSpan(8), Version);
        BitConverter.TryWriteBytes(bytes.AsSpan(12), Documents);
        BitConverter.TryWriteBytes(bytes.AsSpan(16), Tokens);
        BitConverter.TryWriteBytes(bytes.AsSpan(24), SourceBytes);
        return bytes;
    }

    /// <exception cref="InvalidDataException">A file is truncated, foreign, or does not belong to the other.</exception>
    public static TokenStoreHeader Check(string tokenFile, CheckedFile tokens, string documentFile, CheckedFile documents, int vocabularySize)
    {
        var first = Header(tokenFile, tokens, TokenMagic);
        var second = Header(documentFile, documents, DocumentMagic);
        var header = new TokenStoreHeader(
            BitConverter.ToInt32(first[12..]), BitConverter.ToInt64(first[16..]), BitConverter.ToInt32(second[12..]), BitConverter.ToInt64(second[24..]));
        CheckVersion(tokenFile, first, VersionOf(header.VocabularySize));
        CheckVersion(documentFile, second, Version);
        if (header.VocabularySize != vocabularySize)
        {
            throw new InvalidDataException($"{tokenFile} holds tokens of a vocabulary of {header.VocabularySize}, but the tokenizer has {vocabularySize}; build the corpus again.");
        }

        CheckLength(tokenFile, tokens, TokenStore.HeaderBytes + (header.Width.Bytes * header.Tokens));
        CheckLength(documentFile, documents, TokenStore.HeaderBytes + (16L * (header.Documents + 1L)) + (4L * header.Documents) + header.SourceBytes);
        if (BitConverter.ToInt64(second[16..]) != header.Tokens)
        {
            throw new InvalidDataException($"{documentFile} does not belong to {tokenFile}; build the corpus again.");
        }

        return header;
    }

    private static int VersionOf(int vocabularySize) => TokenWidth.Of(vocabularySize).IsWide ? WideVersion : Version;

    private static ReadOnlySpan<byte> Header(string file, CheckedFile opened, ReadOnlySpan<byte> magic)
    {
        if (opened.Length < TokenStore.HeaderBytes || !opened.Items<byte>(0, 8).SequenceEqual(magic))
        {
            throw new InvalidDataException($"{file} is not a file of a tokenised corpus; build the corpus again.");
        }

        return opened.Items<byte>(0, TokenStore.HeaderBytes);
    }

    private static void CheckVersion(string file, ReadOnlySpan<byte> header, int version)
    {
        if (BitConverter.ToInt32(header[8..]) is var found && found != version)
        {
            throw new InvalidDataException($"{file} has version {found} of the format, not {version}; build the corpus again.");
        }
    }

    private static void CheckLength(string file, CheckedFile opened, long expected)
    {
        if (opened.Length != expected)
        {
            throw new InvalidDataException($"{file} has {opened.Length} bytes instead of {expected}: it is {(opened.Length < expected ? "truncated" : "damaged")}; build the corpus again.");
        }
    }
}
