using System.Runtime.InteropServices;
using System.Text.Json;
using FeatureExplorer.Analysis.Index;

namespace FeatureExplorer.Tests.Analysis.Index;

/// <summary>Activation indexes as earlier programs wrote them.</summary>
internal static class OldIndexFile
{
    /// <summary>Offsets, positions of four bytes and values one after the other, as files were written before there were pages.</summary>
    public static byte[] OfVersionOne(ActivationIndex index)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(index.Header, JsonSerializerOptions.Web);
        static int Aligned(int offset) => (offset + 63) / 64 * 64;
        var table = Aligned(40 + json.Length);
        var positionsAt = Aligned(table + (8 * (index.Header.Features + 1)));
        var valuesAt = Aligned(positionsAt + (4 * (int)index.Activations));
        var bytes = new byte[valuesAt + (2 * index.Activations)];
        "FEXINDEX"u8.CopyTo(bytes);
        BitConverter.TryWriteBytes(bytes.AsSpan(8), 1);
        BitConverter.TryWriteBytes(bytes.AsSpan(12), json.Length);
        BitConverter.TryWriteBytes(bytes.AsSpan(16), (long)bytes.Length);
        json.CopyTo(bytes, 40);
        var (entries, positionsChecksum, valuesChecksum) = (0, 0u, 0u);
        for (var feature = 0; feature < index.Header.Features; feature++)
        {
            var positions = MemoryMarshal.AsBytes(index.Positions(feature));
            var values = MemoryMarshal.AsBytes(index.Values(feature));
            positions.CopyTo(bytes.AsSpan(positionsAt + (4 * entries)));
            values.CopyTo(bytes.AsSpan(valuesAt + (2 * entries)));
            (positionsChecksum, valuesChecksum) = (IndexLayout.Checksum(positionsChecksum, positions), IndexLayout.Checksum(valuesChecksum, values));
            entries += index.Count(feature);
            BitConverter.TryWriteBytes(bytes.AsSpan(table + (8 * (feature + 1))), (long)entries);
        }

        BitConverter.TryWriteBytes(bytes.AsSpan(24), positionsChecksum);
        BitConverter.TryWriteBytes(bytes.AsSpan(28), valuesChecksum);
        BitConverter.TryWriteBytes(bytes.AsSpan(32), IndexLayout.HeadChecksum(bytes.AsSpan(0, positionsAt)));
        return bytes;
    }
}
