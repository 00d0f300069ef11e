using System.Security.Cryptography;
using System.Text.Json;

namespace FeatureExplorer.Engine.Checkpoints;

/// <summary>
/// The safetensors container: a little-endian u64 N, N bytes of JSON (name → dtype, shape, data_offsets; <c>__metadata__</c>: strings),
/// then the data, row-major and without gaps. Files written here carry a checksum of their data.
/// </summary>
public static class Safetensors
{
    /// <summary>Metadata key of the SHA-256 of the data section, lower-case hexadecimal; checked whenever a file that has one is opened.</summary>
    public const string ChecksumKey = "sha256";

    /// <summary>Writes tensors in the given order, atomically, and checksums beside the file (see <see cref="Checksums"/>). Returns the checksum of the data.</summary>
    public static string Write(string path, IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        Write(path, tensors, metadata, Checksums.Write);

    /// <summary>The same for a file that lives until training is done: without checksums beside it, as it has one within.</summary>
    public static string WritePassing(string path, IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        Write(path, tensors, metadata, static (file, write) => AtomicFile.Write(file, write));

    /// <summary>Writes tensors in the given order to a stream, without a checksum: for other tools.</summary>
    public static void Write(Stream stream, IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensors);
        DemandDifferent(tensors);
        Write(stream, Header(tensors, metadata, null), tensors);
    }

    private static string Write(
        string path, IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata, Action<string, Action<Stream>> writer)
    {
        DemandDifferent(tensors);
        var checksum = Checksum(tensors);
        var header = Header(tensors, metadata, checksum);
        writer(path, stream => Write(stream, header, tensors));
        return checksum;
    }

    private static void Write(Stream stream, byte[] header, IReadOnlyList<NamedTensor> tensors)
    {
        stream.Write(BitConverter.GetBytes((ulong)header.Length));
        stream.Write(header);
        foreach (var tensor in tensors)
        {
            tensor.ForEachPiece(piece => stream.Write(piece.Span));
        }
    }

    private static void DemandDifferent(IReadOnlyList<NamedTensor> tensors)
    {
        var repeated = tensors.GroupBy(t => t.Name).FirstOrDefault(g => g.Count() > 1);
        if (repeated is not null)
        {
            throw new ArgumentException($"The tensor name {repeated.Key} occurs {repeated.Count()} times; names must differ.", nameof(tensors));
        }
    }

    /// <summary>SHA-256 of the tensors' bytes one after the other, as in the data section of a file that holds them.</summary>
    public static string Checksum(IEnumerable<NamedTensor> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var tensor in tensors)
        {
            tensor.ForEachPiece(piece => hash.AppendData(piece.Span));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Opens for reading and checks the header, the offsets and, where there is one, the checksum.</summary>
    /// <exception cref="InvalidDataException">Not a safetensors file, truncated, damaged or inconsistent.</exception>
    public static SafetensorsFile Open(string path) => new(path);

    /// <summary>The checksum of its data that a file carries, read from its header alone; null where it carries none.</summary>
    /// <exception cref="InvalidDataException">Not a safetensors file.</exception>
    /// <exception cref="DamagedFileException">Its header is not what was written.</exception>
    public static string? CarriedChecksum(string path) => SafetensorsFile.CarriedChecksum(path);

    private static byte[] Header(IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata, string? checksum)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteStartObject(SafetensorsFile.MetadataKey);
            foreach (var (key, value) in (metadata ?? new Dictionary<string, string>()).Where(entry => entry.Key != ChecksumKey))
            {
                json.WriteString(key, value);
            }
            if (checksum is not null)
            {
                json.WriteString(ChecksumKey, checksum);
            }
            json.WriteEndObject();
            long offset = 0;
            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.DataType);
                WriteNumbers(json, "shape", tensor.Shape);
                WriteNumbers(json, "data_offsets", [offset, offset += tensor.Bytes]);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (stream.Length % 8 != 0)
        {
            stream.WriteByte((byte)' '); // readers that map the file want the data aligned
        }
        return stream.ToArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
        {
            json.WriteNumberValue(number);
        }
        json.WriteEndArray();
    }
}
