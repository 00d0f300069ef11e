using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace FeatureExplorer.Analysis.Index;

/// <summary>
/// Where things lie in an index file, all little-endian: a fixed prefix of 40 bytes (magic, version, length of the JSON, length of the
/// file, three checksums), the JSON header, features + 1 offsets of 8 bytes, the page table, all positions by feature and position, all values
/// of 2 bytes in the same order, and in files of version 3, of dictionaries that normalise every token, σ of each in 4 bytes. Every part starts at a multiple of 64. A page is 65,536 tokens: of a position only the lower 16 bits are stored,
/// and the page table has, for each feature and page, the number of the feature's activations before the page, in 4 bytes.
/// Files of version 1 have no page table and positions of 4 bytes; they are still read.
/// </summary>
internal readonly record struct IndexLayout(int JsonLength, int Features, long Tokens, long Activations, int FormatVersion = IndexLayout.Version)
{
    public const int PrefixLength = 40;
    public const int Version = 2;
    public const int WideVersion = 1;
    public const int GainVersion = 3;

    /// <summary>Bits of a position within its page.</summary>
    public const int PageBits = 16;

    public static ReadOnlySpan<byte> Magic => "FEXINDEX"u8;

    /// <summary>Whether positions are stored whole, in 4 bytes.</summary>
    public bool IsWide => FormatVersion == WideVersion;

    public int Pages => IsWide ? 0 : PagesOf(Tokens);

    public long TableOffset => Align(PrefixLength + JsonLength);

    public long PageTableOffset => Align(TableOffset + ((Features + 1L) * sizeof(long)));

    public long PositionsOffset => IsWide ? PageTableOffset : Align(PageTableOffset + ((long)Features * Pages * sizeof(uint)));

    public int PositionBytes => IsWide ? sizeof(uint) : sizeof(ushort);

    public long ValuesOffset => Align(PositionsOffset + (Activations * PositionBytes));

    /// <summary>Where σ of the first token lies; the end of a file without.</summary>
    public long GainsOffset => HasGains ? Align(ValuesOffset + (Activations * sizeof(ushort))) : ValuesOffset + (Activations * sizeof(ushort));

    public long FileLength => GainsOffset + (HasGains ? Tokens * sizeof(float) : 0);

    private bool HasGains => FormatVersion == GainVersion;

    public static int PagesOf(long tokens) => checked((int)((tokens + (1 << PageBits) - 1) >> PageBits));

    public static IndexLayout Of(IndexHeader header) =>
        new(JsonSerializer.SerializeToUtf8Bytes(header, JsonSerializerOptions.Web).Length, header.Features, header.Tokens, header.Activations, header.HasGains ? GainVersion : Version);

    /// <summary>Everything before the positions.</summary>
    public static byte[] Head(
        IndexHeader header, ReadOnlySpan<long> offsets, ReadOnlySpan<uint> pageTable, uint positionsChecksum, uint valuesChecksum)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(header, JsonSerializerOptions.Web);
        var layout = Of(header);
        var head = new byte[layout.PositionsOffset];
        Magic.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(8), layout.FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(12), json.Length);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(16), layout.FileLength);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(24), positionsChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(28), valuesChecksum);
        json.CopyTo(head, PrefixLength);
        MemoryMarshal.AsBytes(offsets).CopyTo(head.AsSpan((int)layout.TableOffset));
        MemoryMarshal.AsBytes(pageTable).CopyTo(head.AsSpan(checked((int)layout.PageTableOffset)));
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(32), HeadChecksum(head));
        return head;
    }

    /// <summary>CRC-32C of everything before the positions, the checksum's own four bytes apart.</summary>
    public static uint HeadChecksum(ReadOnlySpan<byte> head) => Checksum(Checksum(0, head[..32]), head[36..]);

    /// <summary>CRC-32C, continued from <paramref name="checksum"/>.</summary>
    public static uint Checksum(uint checksum, ReadOnlySpan<byte> bytes)
    {
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            checksum = BitOperations.Crc32C(checksum, word);
        }

        foreach (var tail in bytes[(bytes.Length & ~7)..])
        {
            checksum = BitOperations.Crc32C(checksum, tail);
        }

        return checksum;
    }

    private static long Align(long offset) => (offset + 63) & ~63L;
}
