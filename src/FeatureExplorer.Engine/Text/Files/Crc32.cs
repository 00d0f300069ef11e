using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FeatureExplorer.Engine.Text.Files;

/// <summary>The checksum of gzip (RFC 1952): by carry-less multiplication where the processor has it, otherwise by table.</summary>
internal static class Crc32
{
    private const int FoldedBytes = 64;

    private static readonly uint[][] Tables = Build();

    /// <summary>The checksum of bytes that follow those of <paramref name="before"/>; 0 where none came before.</summary>
    public static uint Append(uint before, ReadOnlySpan<byte> bytes)
    {
        var crc = ~before;
        if (Pclmulqdq.IsSupported && bytes.Length >= FoldedBytes)
        {
            crc = Fold(crc, ref bytes);
        }

        return ~Divide(crc, bytes);
    }

    /// <summary>
    /// Four 16-byte words at a time, each carried over the 64 bytes to its successor by multiplication with powers of x modulo the polynomial. Leaves
    /// fewer than 16 bytes.
    /// </summary>
    private static uint Fold(uint crc, ref ReadOnlySpan<byte> bytes)
    {
        var first = Word(bytes) ^ Vector128.CreateScalar((ulong)crc);
        var (second, third, fourth) = (Word(bytes[16..]), Word(bytes[32..]), Word(bytes[48..]));
        var over64Bytes = Vector128.Create(0x1_5444_2BD4UL, 0x1_C6E4_1596UL);
        for (bytes = bytes[FoldedBytes..]; bytes.Length >= FoldedBytes; bytes = bytes[FoldedBytes..])
        {
            first = Carry(first, over64Bytes) ^ Word(bytes);
            second = Carry(second, over64Bytes) ^ Word(bytes[16..]);
            third = Carry(third, over64Bytes) ^ Word(bytes[32..]);
            fourth = Carry(fourth, over64Bytes) ^ Word(bytes[48..]);
        }

        var over16Bytes = Vector128.Create(0x1_7519_97D0UL, 0x0_CCAA_009EUL);
        var word = Carry(Carry(Carry(first, over16Bytes) ^ second, over16Bytes) ^ third, over16Bytes) ^ fourth;
        for (; bytes.Length >= 16; bytes = bytes[16..])
        {
            word = Carry(word, over16Bytes) ^ Word(bytes);
        }

        Span<byte> last = stackalloc byte[16];
        word.AsByte().CopyTo(last);
        return Divide(0, last);
    }

    private static Vector128<ulong> Word(ReadOnlySpan<byte> bytes) => Vector128.Create(bytes[..16]).AsUInt64();

    private static Vector128<ulong> Carry(Vector128<ulong> word, Vector128<ulong> powers) =>
        Pclmulqdq.CarrylessMultiply(word, powers, 0x00) ^ Pclmulqdq.CarrylessMultiply(word, powers, 0x11);

    /// <summary>By table, eight bytes at a time.</summary>
    private static uint Divide(uint crc, ReadOnlySpan<byte> bytes)
    {
        var (t0, t1, t2, t3) = (Tables[0], Tables[1], Tables[2], Tables[3]);
        var (t4, t5, t6, t7) = (Tables[4], Tables[5], Tables[6], Tables[7]);
        while (bytes.Length >= 8)
        {
            var low = crc ^ BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = t7[(byte)low] ^ t6[(byte)(low >> 8)] ^ t5[(byte)(low >> 16)] ^ t4[low >> 24]
                ^ t3[(byte)high] ^ t2[(byte)(high >> 8)] ^ t1[(byte)(high >> 16)] ^ t0[high >> 24];
            bytes = bytes[8..];
        }

        foreach (var value in bytes)
        {
            crc = t0[(byte)(crc ^ value)] ^ (crc >> 8);
        }

        return crc;
    }

    private static uint[][] Build()
    {
        var tables = new uint[8][];
        tables[0] = [.. Enumerable.Range(0, 256).Select(static value => Remainder((uint)value))];
        for (var table = 1; table < 8; table++)
        {
            tables[table] = [.. tables[table - 1].Select(crc => tables[0][(byte)crc] ^ (crc >> 8))];
        }

        return tables;
    }

    private static uint Remainder(uint value)
    {
        for (var bit = 0; bit < 8; bit++)
        {
            value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
        }

        return value;
    }
}
