using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Tests.Engine.Text;

/// <summary>The files of a split, with two bytes a token and with four.</summary>
public sealed class TokenStoreTests : IDisposable
{
    private const int Tokens = 40_000; // more than a block of the file with either width

    private readonly TemporaryFolder _folder = new();

    private string TokenFile => _folder.At("tokens");

    private string DocumentFile => _folder.At("documents");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(65_535, 2)]
    [InlineData(65_536, 2)]
    [InlineData(65_537, 4)]
    [InlineData(151_936, 4)]
    public void Open_EachWidth_GivesBackWhatWasWritten(int vocabulary, int bytes)
    {
        var tokens = Write(vocabulary);
        Assert.Equal(32 + (bytes * (long)Tokens), new FileInfo(TokenFile).Length);
        using var store = Open(vocabulary);
        Assert.Equal((Tokens, 2), (store.Count, store.DocumentCount));
        Assert.Equal(tokens, store.Read(0, Tokens).ToArray());
        Assert.Equal(vocabulary - 1, store.Read(Tokens - 1, 1)[0]);
        Assert.Equal(vocabulary - 1, store.Tokens[Tokens - 1]);
        // Around the ends of blocks of 65,536 bytes, of either width.
        foreach (var start in (int[])[0, 1, 16_370, 16_376, 32_746, 32_752, 32_760, Tokens - 9])
        {
            var copied = new int[9];
            store.Read(start, copied);
            Assert.Equal(tokens[start..(start + 9)], copied);
            Assert.Equal(copied, store.Read(start, 9).ToArray());
            var items = store.Tokens;
            Assert.Equal(copied, Enumerable.Range(start, 9).Select(at => store.Tokens[at]));
            Assert.Equal(tokens[start], items[start]);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => store.Read(Tokens - 8, new int[9]));
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Tokens[Tokens]);
    }

    [Fact]
    public void Write_TwoBytes_HasTheBytesOfTheFirstVersion()
    {
        var tokens = Write(65_536);
        byte[] expected = [.. "FXTOKENS"u8, 1, 0, 0, 0, 0, 0, 1, 0, .. BitConverter.GetBytes((long)Tokens), 0, 0, 0, 0, 0, 0, 0, 0, .. tokens.SelectMany(static token => (byte[])[(byte)token, (byte)(token >> 8)])];
        Assert.Equal(expected, File.ReadAllBytes(TokenFile));
    }

    [Fact]
    public void Write_FourBytes_AreLittleEndianWithAVersionOfTheirOwn()
    {
        var tokens = Write(65_537);
        byte[] expected = [.. "FXTOKENS"u8, 2, 0, 0, 0, 1, 0, 1, 0, .. BitConverter.GetBytes((long)Tokens), 0, 0, 0, 0, 0, 0, 0, 0,
            .. tokens.SelectMany(static token => (byte[])[(byte)token, (byte)(token >> 8), (byte)(token >> 16), (byte)(token >> 24)])];
        Assert.Equal(expected, File.ReadAllBytes(TokenFile));
    }

    [Fact]
    public void Write_IdThatDoesNotFit_Throws()
    {
        using var writer = new TokenStoreWriter(TokenFile, DocumentFile, 65_536);
        writer.Begin(-1, "source"u8);
        Assert.Throws<OverflowException>(() => writer.Write([1, 65_536]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(70_000)]
    public void Open_FourBytesCutOff_IsRefused(int missing)
    {
        Write(65_537);
        Change(bytes => bytes[..^missing], keepChecksums: true);
        Assert.Contains($"has {32 + (4 * Tokens) - missing} bytes", Assert.Throws<DamagedFileException>(() => Open(65_537)).Message, StringComparison.Ordinal);
        File.Delete(BlockChecksums.FileOf(TokenFile));
        Assert.Contains("truncated", Assert.Throws<InvalidDataException>(() => Open(65_537)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(65_537, 0, 0, "not a file of a tokenised corpus")]
    [InlineData(65_537, 8, 1, "has version 1 of the format, not 2")]
    [InlineData(65_536, 8, 2, "has version 2 of the format, not 1")]
    [InlineData(65_537, 8, 3, "has version 3 of the format")]
    [InlineData(65_537, 14, 0, "has version 2 of the format, not 1")]
    [InlineData(65_537, 12, 2, "a vocabulary of 65538, but the tokenizer has 65537")]
    [InlineData(65_537, 16, 1, "truncated")]
    public void Open_DamagedHeader_IsRefused(int vocabulary, int at, byte value, string says)
    {
        Write(vocabulary);
        Change(
            bytes =>
            {
                bytes[at] = value;
                if (at == 16)
                {
                    BitConverter.TryWriteBytes(bytes.AsSpan(16), Tokens + 1L);
                }

                return bytes;
            },
            keepChecksums: false);
        Assert.Contains(says, Assert.Throws<InvalidDataException>(() => Open(vocabulary)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FourBytesDamagedOnDisk_Throws()
    {
        Write(65_537);
        Change(
            static bytes =>
            {
                bytes[70_000] ^= 1;
                return bytes;
            },
            keepChecksums: true);
        using var store = Open(65_537);
        Assert.Equal(9, store.Read(0, 9).Length);
        Assert.Throws<DamagedFileException>(() => store.Read(17_480, 30).Length);
    }

    private TokenStore Open(int vocabulary) => TokenStore.Open(TokenFile, DocumentFile, vocabulary, []);

    /// <summary>Two documents of ids over the whole vocabulary, the largest last.</summary>
    private int[] Write(int vocabulary)
    {
        int[] tokens = [.. Enumerable.Range(0, Tokens).Select(i => i == Tokens - 1 ? vocabulary - 1 : (int)(i * 48_271L % vocabulary))];
        using var writer = new TokenStoreWriter(TokenFile, DocumentFile, vocabulary);
        writer.Begin(-1, "one"u8);
        writer.Write(tokens.AsSpan(0, 9_999));
        writer.Begin(-1, "two"u8);
        writer.Write(tokens.AsSpan(9_999));
        writer.Complete();
        return tokens;
    }

    private void Change(Func<byte[], byte[]> change, bool keepChecksums)
    {
        File.WriteAllBytes(TokenFile, change(File.ReadAllBytes(TokenFile)));
        if (!keepChecksums)
        {
            File.Delete(BlockChecksums.FileOf(TokenFile));
        }
    }
}
