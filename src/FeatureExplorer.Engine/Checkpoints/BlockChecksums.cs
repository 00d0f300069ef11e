using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace FeatureExplorer.Engine.Checkpoints;

/// <summary>
/// The checksums of a file, one for every 64 KiB, so that a reader checks what it reads and nothing else. They lie beside the file, in a small file of the same
/// name with <see cref="Suffix"/>: magic, length of the file, size of a block, one CRC-32C a block, and one over all of that. All little-endian.
/// </summary>
public sealed class BlockChecksums
{
    /// <summary>What the name of the file beside ends with.</summary>
    public const string Suffix = ".sums";

    /// <summary>Bytes of a block; the last may be shorter.</summary>
    public const int BlockBytes = 1 << BlockBits;

    internal const int BlockBits = 16;

    private const int HeaderBytes = 24;

    private readonly uint[] _sums;

    private BlockChecksums(long length, uint[] sums)
    {
        Length = length;
        _sums = sums;
    }

    /// <summary>Bytes of the file.</summary>
    public long Length { get; }

    private static ReadOnlySpan<byte> Magic => "FXSUMS01"u8;

    /// <summary>Where the checksums of a file lie.</summary>
    public static string FileOf(string path) => path + Suffix;

    /// <summary>Reads a stream from its beginning to its end.</summary>
    public static BlockChecksums Of(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Position = 0;
        var length = stream.Length;
        var sums = new uint[BlocksOf(length)];
        var buffer = new byte[BlockBytes];
        for (var block = 0; block < sums.Length; block++)
        {
            var bytes = buffer.AsSpan(0, BytesOf(length, block));
            stream.ReadExactly(bytes);
            sums[block] = Of(bytes);
        }

        return new BlockChecksums(length, sums);
    }

    /// <summary>The checksums that lie beside a file, or null where there are none.</summary>
    /// <exception cref="DamagedFileException">They are damaged themselves.</exception>
    public static BlockChecksums? Read(string path)
    {
        var file = FileOf(path);
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(file);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        if (bytes.Length < HeaderBytes + sizeof(uint) || !bytes.AsSpan().StartsWith(Magic)
            || Of(bytes.AsSpan(..^sizeof(uint))) != BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(^sizeof(uint)..)))
        {
            throw DamagedFiles.Found(file, "the checksums in it do not match their own");
        }

        var length = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8));
        var sums = MemoryMarshal.Cast<byte, uint>(bytes.AsSpan(HeaderBytes..^sizeof(uint))).ToArray();
        return BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(16)) == BlockBytes && sums.Length == BlocksOf(length)
            ? new BlockChecksums(length, sums)
            : throw DamagedFiles.Found(file, $"it holds {sums.Length} checksums for a file of {length} bytes");
    }

    /// <summary>Writes them beside a file.</summary>
    public void Write(string path)
    {
        var bytes = new byte[HeaderBytes + (sizeof(uint) * _sums.Length) + sizeof(uint)];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), BlockBytes);
        MemoryMarshal.AsBytes(_sums.AsSpan()).CopyTo(bytes.AsSpan(HeaderBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(^sizeof(uint)..), Of(bytes.AsSpan(..^sizeof(uint))));
        AtomicFile.WriteAllBytes(FileOf(path), bytes);
    }

    /// <summary>True when these are the bytes of a block.</summary>
    internal bool Matches(int block, ReadOnlySpan<byte> bytes) => _sums[block] == Of(bytes);

    internal static int BlocksOf(long length) => checked((int)((length + BlockBytes - 1) >> BlockBits));

    internal static int BytesOf(long length, int block) => (int)Math.Min(BlockBytes, length - ((long)block << BlockBits));

    /// <summary>
    /// CRC-32C in four lanes, of every fourth 8-byte word each, and one CRC over their results: a processor computes four at once in the time of one.
    /// </summary>
    private static uint Of(ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        var (a, b, c, d) = (1u, 2u, 3u, 4u);
        var at = 0;
        for (; at + 4 <= words.Length; at += 4)
        {
            a = BitOperations.Crc32C(a, words[at]);
            b = BitOperations.Crc32C(b, words[at + 1]);
            c = BitOperations.Crc32C(c, words[at + 2]);
            d = BitOperations.Crc32C(d, words[at + 3]);
        }

        foreach (var tail in bytes[(at * sizeof(ulong))..])
        {
            a = BitOperations.Crc32C(a, tail);
        }

        return BitOperations.Crc32C(BitOperations.Crc32C(BitOperations.Crc32C(a, b), c), d);
    }
}
