using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace FeatureExplorer.Analysis.Index;

/// <summary>
/// Where things lie in an index file, all little-endian: a fixed prefix of 40 bytes (magic, version, length of the JSON, length of the
/// file, three checksums), the JSON header, features + 1 offsets of 8 bytes, all positions of 4 bytes by feature and position, all values
/// of 2 bytes in the same order. Every part starts at a multiple of 64.
/// </summary>
internal readonly record struct IndexLayout(int JsonLength, int Features, long Activations)
{
    public const int PrefixLength = 40;
    public const int Version = 1;

    public static ReadOnlySpan<byte> Magic => "FEXINDEX"u8;

    public long TableOffset => Align(PrefixLength + JsonLength);

    public long PositionsOffset => Align(TableOffset + ((Features + 1L) * sizeof(long)));

    public long ValuesOffset => Align(PositionsOffset + (Activations * sizeof(uint)));

    public long FileLength => ValuesOffset + (Activations * sizeof(ushort));

    public static IndexLayout Of(IndexHeader header) =>
        new(JsonSerializer.SerializeToUtf8Bytes(header, JsonSerializerOptions.Web).Length, header.Features, header.Activations);

    /// <summary>Everything before the positions.</summary>
    public static byte[] Head(IndexHeader header, ReadOnlySpan<long> offsets, uint positionsChecksum, uint valuesChecksum)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(header, JsonSerializerOptions.Web);
        var layout = new IndexLayout(json.Length, header.Features, header.Activations);
        var head = new byte[layout.PositionsOffset];
        Magic.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(12), json.Length);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(16), layout.FileLength);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(24), positionsChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(28), valuesChecksum);
        json.CopyTo(head, PrefixLength);
        MemoryMarshal.AsBytes(offsets).CopyTo(head.AsSpan((int)layout.TableOffset));
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
