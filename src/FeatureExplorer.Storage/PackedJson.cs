using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace FeatureExplorer.Storage;

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
        return JsonSerializer.Deserialize(stream, type) ?? throw new InvalidDataException($"A stored {typeof(T).Name} is empty: run the analysis of this dictionary again.");
    }
}
