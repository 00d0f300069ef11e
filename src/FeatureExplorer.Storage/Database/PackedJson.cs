using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace FeatureExplorer.Storage.Database;

/// <summary>Compressed UTF-8 JSON in a column.</summary>
internal static class PackedJson
{
    public static byte[] Write<T>(T value, JsonTypeInfo<T> type)
    {
        using var packed = new MemoryStream();
        using (var stream = new ZLibStream(packed, CompressionLevel.Fastest))
        {
            JsonSerializer.Serialize(stream, value, type);
        }

        return packed.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes hold no such value.</exception>
    public static T Read<T>(byte[] packed, JsonTypeInfo<T> type)
    {
        using var stream = new ZLibStream(new MemoryStream(packed), CompressionMode.Decompress);
        var json = ArrayPool<byte>.Shared.Rent(8 * packed.Length);
        try
        {
            // From memory: reading from a stream, the parser starts again at every piece.
            var length = stream.ReadAtLeast(json, json.Length, throwOnEndOfStream: false);
            while (length == json.Length)
            {
                var longer = ArrayPool<byte>.Shared.Rent(2 * json.Length);
                json.CopyTo(longer, 0);
                ArrayPool<byte>.Shared.Return(json);
                json = longer;
                length += stream.ReadAtLeast(json.AsSpan(length), json.Length - length, throwOnEndOfStream: false);
            }

            return JsonSerializer.Deserialize(json.AsSpan(0, length), type)
                ?? throw new InvalidDataException($"A stored {typeof(T).Name} is empty: run the analysis of this dictionary again.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(json);
        }
    }
}
