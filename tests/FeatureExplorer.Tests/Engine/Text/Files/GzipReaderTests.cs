using System.IO.Compression;
using System.Text;
using FeatureExplorer.Engine.Text.Files;

namespace FeatureExplorer.Tests.Engine.Text.Files;

public sealed class GzipReaderTests
{
    private const string Cut = "is cut short: its compressed data end too early";
    private const string NoChecksum = "is cut short: the checksum at its end is missing";
    private const string WrongChecksum = "is damaged: its checksum does not match";
    private const string WrongLength = "is damaged: its length does not match";
    private const string Unpackable = "is damaged: its compressed data cannot be unpacked from here on";

    // What Python's gzip module writes for b"a line\n", with a file name.
    private static readonly byte[] FromPython = Convert.FromHexString("1F8B08080000000002FF6E616D652E747874004B54C8C9CC4BE502000A2FFB1707000000");

    // gzip.compress(b"")
    private static readonly byte[] EmptyMember = Convert.FromHexString("1F8B080000000000" + "02FF" + "0300" + "0000000000000000");

    public static TheoryData<int> Sizes => [1, 300, 60_000];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Read_SoundMembers_GivesAllWithoutAProblem(int lines)
    {
        var text = Text(lines);
        AssertGives(Gzip(text), text);
        AssertGives([.. Gzip(text), .. EmptyMember, .. Gzip(text), .. Gzip("end")], text + text + "end");
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Read_WrongChecksumOrLength_GivesAllAndGoesOn(int lines)
    {
        var (text, whole) = (Text(lines), Gzip(Text(lines)));
        AssertGives(Flipped(whole, whole.Length - 8), text, WrongChecksum);
        AssertGives(Flipped(whole, whole.Length - 4), text, WrongLength);
        // A member that follows, even one with the same content, is read as well.
        AssertGives([.. Flipped(whole, whole.Length - 8), .. whole], text + text, WrongChecksum);
        AssertGives([.. Flipped(whole, whole.Length - 1), .. Gzip("end")], text + "end", WrongLength);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Read_CutWithinTheChecksum_GivesAll(int lines)
    {
        var (text, whole) = (Text(lines), Gzip(Text(lines)));
        AssertGives(whole[..^1], text, NoChecksum);
        AssertGives(whole[..^8], text, NoChecksum);
        AssertGives([.. whole, .. whole[..^3]], text + text, NoChecksum);
    }

    [Fact]
    public void Read_CutAnywhere_GivesABeginningAndSaysSo()
    {
        var (text, whole) = (Text(60_000), Gzip(Text(60_000)));
        for (var length = 20; length < whole.Length - 8; length += 9973)
        {
            var (read, problems) = Read(whole[..length]);
            Assert.StartsWith(read, text, StringComparison.Ordinal);
            Assert.Equal([Cut], problems);
        }

        Assert.Equal(["is cut short: it ends within its header"], Read(whole[..5]).Problems);
    }

    [Fact]
    public void Read_DamagedData_GivesWhatComesBefore()
    {
        // Blocks that are stored as they are: a byte for the kind, the length twice, the text.
        var (text, whole) = (Text(60_000), Gzip(Text(60_000), CompressionLevel.NoCompression));
        var (block, kept) = (10, 0);
        for (var i = 0; i < 3; i++)
        {
            var length = BitConverter.ToUInt16(whole, block + 1);
            kept += length;
            block += 5 + length;
        }

        AssertGives(Flipped(whole, block + 1), text[..kept], Unpackable);
        AssertGives([.. Gzip("first"), .. Flipped(whole, block + 1), .. Gzip("never reached")], "first" + text[..kept], Unpackable);
    }

    [Fact]
    public void Read_PaddingAndGarbage_AreTold()
    {
        var whole = Gzip("text");
        AssertGives([.. whole, .. new byte[700]], "text", "is followed by 700 zero bytes after its compressed data");
        AssertGives([.. whole, .. new byte[70], .. whole], "texttext");
        AssertGives([.. whole, .. "garbage"u8], "text", "has 7 bytes after its compressed data that are not gzip");
    }

    [Fact]
    public void Read_UnknownMethod_IsTold()
    {
        var whole = Gzip("text");
        whole[2] = 7;
        AssertGives(whole, "", "is damaged: its header asks for a method (7, flags 0) that gzip does not have");
    }

    [Fact]
    public void Read_FileOfAnotherProgram_GivesItsText()
    {
        AssertGives(FromPython, "a line\n");
        byte[] allFields = [.. FromPython[..3], 4 | 8 | 16 | 2, .. FromPython[4..10], 3, 0, 1, 2, 3, .. "n\0c\0"u8, 9, 9, .. FromPython[19..]];
        AssertGives(allFields, "a line\n");
    }

    [Fact]
    public void Read_Cancelled_Ends()
    {
        using var cancellation = new CancellationTokenSource();
        using var reader = new GzipReader(new MemoryStream(Gzip(Text(300))), cancellation.Token);
        cancellation.Cancel();
        Assert.Throws<OperationCanceledException>(() => reader.CopyTo(Stream.Null));
    }

    [Fact]
    public void Append_KnownText_GivesItsChecksum()
    {
        Assert.Equal(0xCBF43926, Crc32.Append(0, "123456789"u8));
        Assert.Equal(0xCBF43926, Crc32.Append(Crc32.Append(0, "1234"u8), "56789"u8));
    }

    [Fact]
    public void Append_AnyLengthAndParts_GivesWhatBytesGiveOneByOne()
    {
        var bytes = Encoding.UTF8.GetBytes(Text(100));
        for (var length = 0; length < 400; length += 7)
        {
            var expected = 0u;
            for (var i = 0; i < length; i++)
            {
                expected = Crc32.Append(expected, bytes.AsSpan(i, 1));
            }

            Assert.Equal(expected, Crc32.Append(0, bytes.AsSpan(0, length)));
            Assert.Equal(expected, Crc32.Append(Crc32.Append(0, bytes.AsSpan(0, length / 3)), bytes.AsSpan(length / 3, length - (length / 3))));
        }
    }

    private static void AssertGives(byte[] file, string text, params string[] problems)
    {
        foreach (var size in (int[])[1, 5000, 1 << 17])
        {
            if (size == 1 && file.Length > 100_000)
            {
                continue;
            }

            var (read, found) = Read(file, size);
            Assert.Equal(problems, found);
            Assert.Equal(text, read);
        }
    }

    private static (string Text, IReadOnlyList<string> Problems) Read(byte[] file, int size = 4096)
    {
        using var reader = new GzipReader(new MemoryStream(file), CancellationToken.None);
        using var all = new MemoryStream();
        reader.CopyTo(all, size);
        Assert.Equal(all.Length, reader.Unpacked);
        return (Encoding.UTF8.GetString(all.ToArray()), [.. reader.Problems.Select(problem => problem.Message)]);
    }

    private static string Text(int lines) => string.Concat(Enumerable.Range(0, lines).Select(i => $"line {i * 7919 % 10007} of {lines}\n"));

    private static byte[] Flipped(byte[] file, int at)
    {
        var copy = file.ToArray();
        copy[at] ^= 1;
        return copy;
    }

    private static byte[] Gzip(string text, CompressionLevel level = CompressionLevel.Optimal)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, level))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return stream.ToArray();
    }
}
