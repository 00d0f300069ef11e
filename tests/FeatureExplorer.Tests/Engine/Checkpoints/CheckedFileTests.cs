using System.Runtime.InteropServices;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Tests.Storage;

namespace FeatureExplorer.Tests.Engine.Checkpoints;

public sealed class CheckedFileTests : IDisposable
{
    // A few blocks and a part of one.
    private const int Items = 100_001;

    private readonly TemporaryFolder _folder = new();
    private readonly uint[] _written = [.. Enumerable.Range(0, Items).Select(static i => (uint)i * 2654435761)];
    private readonly string _path;

    public CheckedFileTests()
    {
        _path = Path.Combine(_folder.Path, "numbers.bin");
        Write(_path, _written);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, Items)]
    [InlineData(16_383, 2)]
    [InlineData(16_384, 16_384)]
    [InlineData(10, 50_000)]
    [InlineData(Items - 1, 1)]
    [InlineData(5, 0)]
    public void ItemsAndRead_AnyRange_GiveWhatWasWritten(int first, int count)
    {
        using var file = CheckedFile.Open(_path);
        var read = new uint[count];
        file.Read(first * 4L, read.AsSpan());

        Assert.Equal(_written[first..(first + count)], read);
        Assert.Equal(read, file.Items<uint>(first * 4L, count).ToArray());
        for (var again = 0; again < 2; again++)
        {
            Array.Clear(read);
            file.ReadPiece(first * 4L, read.AsSpan());
            Assert.Equal(_written[first..(first + count)], read);
        }
        Assert.True(file.HasChecksums);
    }

    [Fact]
    public void Indexer_EveryItemInAnyOrder_GivesWhatWasWritten()
    {
        using var file = CheckedFile.Open(_path);
        var items = new CheckedItems<uint>(file, 8, Items - 2);
        for (var i = 0; i < Items - 2; i++)
        {
            Assert.Equal(_written[i + 2], items[i]);
            Assert.Equal(_written[Items - 1 - i], items[Items - 3 - i]);
        }
    }

    [Fact]
    public void Indexer_OutsideTheItems_Throws()
    {
        using var file = CheckedFile.Open(_path);
        Assert.Throws<ArgumentOutOfRangeException>(() => new CheckedItems<uint>(file, 8, 10)[10]);
        Assert.Throws<ArgumentOutOfRangeException>(() => new CheckedItems<uint>(file, 8, 10)[-1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Items<uint>(Items * 4L, 1).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Item<uint>(-4));
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Item<uint>(0));
    }

    [Fact]
    public void Read_FilesLargerThanThePool_GivesWhatWasWritten()
    {
        // Read through the pool, as all but whole blocks are.
        var open = Enumerable.Range(0, 300).Select(_ => CheckedFile.Open(_path)).ToList();
        for (var round = 0; round < 2; round++)
        {
            Parallel.ForEach(open, file =>
            {
                for (var i = 0; i < Items; i += 1_000)
                {
                    Assert.Equal(_written[i], file.Item<uint>(i * 4L));
                }
            });
        }

        open.ForEach(static file => file.Dispose());
    }

    [Fact]
    public void Item_BlockOverwrittenBeforeItIsRead_IsDamageOfThatBlockAlone()
    {
        using var file = CheckedFile.Open(_path);
        _ = file.Item<uint>(70_000);
        Overwrite(_path, 300_000);

        var damage = Assert.Throws<DamagedFileException>(() => file.Item<uint>(262_144));

        Assert.Equal(_path, damage.FilePath);
        Assert.Contains("numbers.bin", damage.Message, StringComparison.Ordinal);
        Assert.Contains("Restore it", damage.Message, StringComparison.Ordinal);
        Assert.Equal(_written[17_500], file.Item<uint>(70_000));
        Assert.Equal(_written[0], file.Item<uint>(0));
        Assert.Contains(damage.Message, DamagedFiles.Within(_folder.Path));
    }

    [Fact]
    public void ReadPiece_BlockOverwrittenAfterItWasCompared_IsDamage()
    {
        // Some file systems tell times only to a few milliseconds.
        File.SetLastWriteTimeUtc(_path, DateTime.UtcNow.AddMinutes(-1));
        using var file = CheckedFile.Open(_path);
        // Whole blocks do not stay in memory.
        file.Read(0, new uint[Items].AsSpan());
        var piece = new uint[10];
        file.ReadPiece(270_000, piece.AsSpan());
        Assert.Equal(_written[67_500..67_510], piece);
        Overwrite(_path, 300_000);

        Assert.Throws<DamagedFileException>(() => file.ReadPiece(270_000, piece.AsSpan()));
    }

    [Fact]
    public void Item_FileCutWhileOpen_IsDamageBeyondTheEnd()
    {
        using var file = CheckedFile.Open(_path);
        using (var stream = new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            stream.SetLength(5_000);
        }

        Assert.Throws<DamagedFileException>(() => file.Item<uint>(0));
        Assert.Throws<DamagedFileException>(() => file.Items<uint>(0, Items).Length);
        Assert.Throws<DamagedFileException>(() => CheckedFile.Open(_path));
    }

    [Fact]
    public void Item_FileWithoutChecksumsCutWhileOpen_IsDamageToo()
    {
        File.Delete(BlockChecksums.FileOf(_path));
        using var file = CheckedFile.Open(_path);
        Assert.False(file.HasChecksums);
        using (var stream = new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            stream.SetLength(5_000);
        }

        Assert.Throws<DamagedFileException>(() => file.Item<uint>(300_000));
    }

    [Fact]
    public void Write_OverAFileInUse_LeavesReadersWithTheOldOne()
    {
        using var old = CheckedFile.Open(_path);
        Write(_path, [1, 2, 3]);

        using var file = CheckedFile.Open(_path);

        Assert.Equal([1u, 2, 3], file.Items<uint>(0, 3).ToArray());
        Assert.Equal(_written[^1], old.Item<uint>((Items - 1) * 4L));
    }

    [Fact]
    public void Write_ThatFails_LeavesTheOldFileAndItsChecksums()
    {
        Assert.Throws<InvalidOperationException>(() => Checksums.Write(_path, static stream =>
        {
            stream.WriteByte(1);
            throw new InvalidOperationException();
        }));

        Assert.True(Checksums.Verify(_path));
    }

    [Fact]
    public void Verify_EveryBitOfAShortFile_IsNoticed()
    {
        var path = Path.Combine(_folder.Path, "short.bin");
        Write(path, _written[..40]);
        var bytes = File.ReadAllBytes(path);
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(path, bytes);
            Assert.Throws<DamagedFileException>(() => Checksums.Verify(path));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        File.WriteAllBytes(path, bytes);
        Assert.True(Checksums.Verify(path));
        Assert.Empty(DamagedFiles.Within(_folder.Path));
    }

    [Fact]
    public void Verify_EveryByteOfTheChecksumsChanged_IsNoticed()
    {
        var sums = BlockChecksums.FileOf(_path);
        var bytes = File.ReadAllBytes(sums);
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 4;
            File.WriteAllBytes(sums, bytes);
            Assert.Throws<DamagedFileException>(() => Checksums.Verify(_path));
            bytes[i] ^= 4;
        }
    }

    [Fact]
    public void Verify_EmptyFileAndFileWithoutChecksums_SayWhatIsKnown()
    {
        var path = Path.Combine(_folder.Path, "empty.bin");
        Write(path, []);
        Assert.True(Checksums.Verify(path));
        File.Delete(BlockChecksums.FileOf(path));
        Assert.False(Checksums.Verify(path));
    }

    private static void Write(string path, uint[] items) => Checksums.Write(path, stream => stream.Write(MemoryMarshal.AsBytes(items.AsSpan())));

    private static void Overwrite(string path, long offset)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        stream.Position = offset;
        stream.Write([9, 9, 9, 9, 9]);
    }
}
