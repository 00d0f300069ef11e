using System.IO.Compression;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Security.Fetching;

namespace FeatureExplorer.Tests.Web.Security.Fetching;

public sealed class BoundedDecompressionTests
{
    [Fact]
    public void Read_OfAnOrdinaryFile_GivesItsText()
    {
        var text = string.Concat(Enumerable.Range(0, 10_000).Select(i => $"line {i * 7919 % 10_007}\n"));
        using var stream = Open(Gzip(System.Text.Encoding.UTF8.GetBytes(text), 1), "a.gz", new FetchOptions());
        Assert.Equal(text, new StreamReader(stream).ReadToEnd());
    }

    [Fact]
    public async Task Read_OfABomb_EndsEarly()
    {
        // A thousand times smaller than what it holds, which is the most that the format can do.
        using var bomb = Gzip(new byte[1 << 20], 64);
        Assert.InRange(bomb.Length, 1, 100_000);
        using var stream = Open(bomb, "bomb.gz", new FetchOptions());
        var e = await Assert.ThrowsAsync<InvalidDataException>(() => stream.CopyToAsync(Stream.Null));
        Assert.Contains("bomb.gz unpacks to more than 200 times", e.Message, StringComparison.Ordinal);
        Assert.InRange(stream.Position, 16 << 20, 17 << 20);
    }

    [Fact]
    public void Read_MoreThanTheSize_SaysWhichSettingAllowsMore()
    {
        using var stream = Open(Gzip(new byte[200_000], 1), "a.gz", new FetchOptions { MaxUnpackedMegabytes = 0.1 });
        var e = Assert.Throws<InvalidDataException>(() => stream.CopyTo(Stream.Null));
        Assert.Contains("Fetch:MaxUnpackedMegabytes", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfAFileThatIsNoGzip_IsInvalidData()
    {
        using var stream = Open(new MemoryStream("plain text"u8.ToArray()), "a.gz", new FetchOptions());
        Assert.Throws<InvalidDataException>(() => stream.CopyTo(Stream.Null));
    }

    private static Stream Open(MemoryStream source, string name, FetchOptions options) =>
        BoundedDecompression.Over(source, new GZipStream(source, CompressionMode.Decompress), name, options);

    private static MemoryStream Gzip(byte[] block, int times)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var i = 0; i < times; i++)
            {
                gzip.Write(block);
            }
        }

        packed.Position = 0;
        return packed;
    }
}
