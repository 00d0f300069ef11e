using System.Buffers.Binary;
using System.Runtime.InteropServices;
using FeatureExplorer.Analysis.Relations;

namespace FeatureExplorer.Storage.Relations;

/// <summary>
/// How a unit's relations lie in the database, little-endian: the lengths of the three lists (a byte each, and one unused), the total of the
/// directions (8 bytes), then the matches of the lists by activation, by direction and by logits, 36 bytes each.
/// </summary>
internal static class RelationFormat
{
    private const int HeadLength = 12;

    /// <summary>Bytes at the beginning that hold the best match by activation, where there is one.</summary>
    public static int BestLength => HeadLength + Marshal.SizeOf<UnitMatch>();

    /// <summary>The best match by activation from the first <see cref="BestLength"/> bytes, or null.</summary>
    public static UnitMatch? Best(ReadOnlySpan<byte> start) =>
        start.Length >= BestLength && start[0] > 0 ? MemoryMarshal.Read<UnitMatch>(start[HeadLength..]) : null;

    public static byte[] Pack(UnitRelations relations)
    {
        IReadOnlyList<UnitMatch>[] lists = [relations.ByActivation, relations.ByDirection, relations.ByLogits];
        UnitMatch[] matches = [.. lists.SelectMany(static list => list)];
        var packed = new byte[HeadLength + (matches.Length * Marshal.SizeOf<UnitMatch>())];
        for (var list = 0; list < lists.Length; list++)
        {
            packed[list] = checked((byte)lists[list].Count);
        }

        BinaryPrimitives.WriteDoubleLittleEndian(packed.AsSpan(4), relations.TotalDirection);
        MemoryMarshal.AsBytes<UnitMatch>(matches).CopyTo(packed.AsSpan(HeadLength));
        return packed;
    }

    /// <exception cref="InvalidDataException">The bytes are not what <see cref="Pack"/> has written.</exception>
    public static UnitRelations Unpack(int unit, byte[] packed)
    {
        var matches = packed.Length >= HeadLength ? MemoryMarshal.Cast<byte, UnitMatch>(packed.AsSpan(HeadLength)) : default;
        if (packed.Length < HeadLength || packed[0] + packed[1] + packed[2] != matches.Length)
        {
            throw new InvalidDataException($"The stored relations of unit {unit} are damaged: run the command relate again.");
        }

        return new UnitRelations(
            unit, matches[..packed[0]].ToArray(), matches.Slice(packed[0], packed[1]).ToArray(), matches[(packed[0] + packed[1])..].ToArray(),
            BinaryPrimitives.ReadDoubleLittleEndian(packed.AsSpan(4)));
    }
}
