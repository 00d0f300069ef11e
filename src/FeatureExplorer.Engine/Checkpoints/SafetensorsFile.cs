using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace FeatureExplorer.Engine.Checkpoints;

/// <summary>An open safetensors file whose header, offsets and checksum have been checked.</summary>
public sealed unsafe partial class SafetensorsFile : IDisposable
{
    internal const string MetadataKey = "__metadata__";
    private readonly CheckedFile _file;
    private readonly Stream _stream;
    private readonly Dictionary<string, TensorInfo> _tensors = [];
    private readonly Dictionary<string, string> _metadata = [];
    private readonly long _dataStart;

    internal SafetensorsFile(string path)
        : this(path, compare: true)
    {
    }

    private SafetensorsFile(string path, bool compare)
    {
        FilePath = path;
        _file = CheckedFile.Open(path);
        _stream = new CheckedStream(_file);
        try
        {
            var header = ReadHeader();
            _dataStart = _stream.Position;
            Parse(header);
            CheckOffsets();
            if (compare)
            {
                CheckChecksum();
            }
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public string FilePath { get; }

    /// <summary>The strings of <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    public IReadOnlyCollection<TensorInfo> Tensors => _tensors.Values;

    public bool Contains(string name) => _tensors.ContainsKey(name);

    /// <exception cref="InvalidDataException">The file has no such tensor.</exception>
    public TensorInfo Info(string name) => _tensors.TryGetValue(name, out var info)
        ? info
        : throw new InvalidDataException($"{FilePath} has no tensor {name}; it has {string.Join(", ", _tensors.Keys.Take(12))}.");

    /// <summary>Reads a tensor that must have the given shape; F16, BF16 and F64 are converted.</summary>
    /// <exception cref="InvalidDataException">Absent, of another shape, not floating point, or one of its values is NaN or infinite.</exception>
    public void Read(string name, float* destination, params long[] shape)
    {
        var info = Info(name);
        if (!info.Shape.SequenceEqual(shape))
        {
            throw new InvalidDataException($"{FilePath}: tensor {name} has the shape {info.ShapeText} where [{string.Join(", ", shape)}] is needed.");
        }
        ReadElements(info, destination);
    }

    /// <summary>Reads a whole tensor, whatever its shape (see <see cref="Info"/>).</summary>
    /// <param name="name">Of the tensor.</param>
    /// <param name="finite">Whether each of its values has to be a number; figures, unlike weights, may be unknown.</param>
    /// <exception cref="InvalidDataException">Absent, not floating point, or one of its values is NaN or infinite.</exception>
    public float[] ReadArray(string name, bool finite = true)
    {
        var info = Info(name);
        var values = new float[info.Length];
        fixed (float* destination = values)
        {
            ReadElements(info, destination, finite);
        }
        return values;
    }

    /// <summary>Reads a whole tensor of type I64.</summary>
    /// <exception cref="InvalidDataException">Absent, or of another type.</exception>
    public long[] ReadIntegers(string name)
    {
        var info = Info(name);
        if (info.DataType != "I64")
        {
            throw new InvalidDataException($"{FilePath}: tensor {name} is of type {info.DataType} where I64 is needed.");
        }
        var values = new long[info.Length];
        _stream.Position = _dataStart + info.Begin;
        _stream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    public void Dispose() => _file.Dispose();

    private void ReadElements(TensorInfo info, float* destination, bool finite = true)
    {
        if (info.DataType is not ("F32" or "F16" or "BF16" or "F64"))
        {
            throw new InvalidDataException($"{FilePath}: tensor {info.Name} is of type {info.DataType}; F32, F16, BF16 or F64 is needed.");
        }
        _stream.Position = _dataStart + info.Begin;
        var (buffer, first) = (new byte[Math.Min(info.End - info.Begin, 1 << 20)], 0L);
        for (var left = info.End - info.Begin; left > 0;)
        {
            var bytes = buffer.AsSpan(0, (int)Math.Min(left, buffer.Length));
            _stream.ReadExactly(bytes);
            var count = bytes.Length / info.ElementBytes;
            ToSingle(bytes, info.DataType, new Span<float>(destination, count));
            if (finite)
            {
                CheckFinite(info, first, new ReadOnlySpan<float>(destination, count));
            }

            destination += count;
            first += count;
            left -= bytes.Length;
        }
    }

    /// <summary>One value that is no number makes every figure that it enters none: it is refused here, where its place is still known.</summary>
    private void CheckFinite(TensorInfo info, long first, ReadOnlySpan<float> values)
    {
        if (values.IsEmpty || float.IsFinite(System.Numerics.Tensors.TensorPrimitives.MaxMagnitude(values)))
        {
            return;
        }

        var place = 0;
        while (float.IsFinite(values[place]))
        {
            place++;
        }

        throw new InvalidDataException(
            $"{FilePath}: tensor {info.Name} holds a value that is no number: {(float.IsNaN(values[place]) ? "NaN" : "infinity")} at [{string.Join(", ", info.Place(first + place))}].");
    }

    private static void ToSingle(ReadOnlySpan<byte> bytes, string type, Span<float> values)
    {
        switch (type)
        {
            case "F32":
                bytes.CopyTo(MemoryMarshal.AsBytes(values));
                break;
            case "F16":
                System.Numerics.Tensors.TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), values);
                break;
            case "F64":
                var doubles = MemoryMarshal.Cast<byte, double>(bytes);
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = (float)doubles[i];
                }
                break;
            default: // BF16: the upper half of a float
                var halves = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
                }
                break;
        }
    }

    private byte[] ReadHeader()
    {
        Span<byte> prefix = stackalloc byte[8];
        if (_stream.ReadAtLeast(prefix, 8, throwOnEndOfStream: false) < 8)
        {
            DemandNothingElse();
            throw new InvalidDataException($"{FilePath} is not a safetensors file: it has only {_stream.Length} bytes.");
        }
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length is < 2 or > LargestHeader)
        {
            DemandNothingElse();
            throw new InvalidDataException($"{FilePath} is not a safetensors file: its first 8 bytes claim a header of {length} bytes.");
        }
        if ((long)length > _stream.Length - 8)
        {
            throw new InvalidDataException($"{FilePath} is truncated: a header of {length} bytes is announced, {_stream.Length - 8} bytes follow.");
        }
        var header = new byte[length];
        _stream.ReadExactly(header);
        return Trimmed(header);
    }

    private void Parse(byte[] header)
    {
        try
        {
            using var json = JsonDocument.Parse(header);
            foreach (var entry in json.RootElement.EnumerateObject())
            {
                if (entry.Name == MetadataKey)
                {
                    foreach (var item in entry.Value.EnumerateObject())
                    {
                        _metadata[item.Name] = item.Value.GetString() ?? "";
                    }
                }
                else if (!_tensors.TryAdd(entry.Name, ParseTensor(entry)))
                {
                    throw new InvalidDataException($"{FilePath}: the tensor {entry.Name} occurs twice.");
                }
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InvalidDataException($"{FilePath} is not a safetensors file: its header cannot be read ({JsonFault.Of(error)})", error);
        }
    }

    private TensorInfo ParseTensor(JsonProperty entry)
    {
        var shape = entry.Value.GetProperty("shape").EnumerateArray().Select(e => e.GetInt64()).ToArray();
        var offsets = entry.Value.GetProperty("data_offsets").EnumerateArray().Select(e => e.GetInt64()).ToArray();
        if (offsets.Length != 2 || shape.Any(extent => extent < 0))
        {
            throw new InvalidDataException($"{FilePath}: tensor {entry.Name} has impossible offsets or dimensions.");
        }
        return new TensorInfo(entry.Name, entry.Value.GetProperty("dtype").GetString() ?? "", shape, offsets[0], offsets[1]);
    }

    /// <summary>Every tensor has the size of its shape, and together they fill the data section: no overlap, no gap, nothing past the end.</summary>
    private void CheckOffsets()
    {
        var dataLength = _stream.Length - _dataStart;
        long expected = 0;
        foreach (var info in _tensors.Values.OrderBy(t => t.Begin).ThenBy(t => t.End))
        {
            if (info.ElementBytes == 0)
            {
                throw new InvalidDataException($"{FilePath}: tensor {info.Name} is of the unknown type {info.DataType}.");
            }
            if (info.Begin < 0 || info.End < info.Begin || SizeOf(info) != info.End - info.Begin)
            {
                throw new InvalidDataException(
                    $"{FilePath}: tensor {info.Name} {info.ShapeText} of type {info.DataType} does not fill its bytes {info.Begin} to {info.End}.");
            }
            if (info.End > dataLength)
            {
                throw new InvalidDataException($"{FilePath} is truncated: tensor {info.Name} ends at byte {info.End} of the data, there are {dataLength}.");
            }
            if (info.Begin != expected)
            {
                throw new InvalidDataException(
                    $"{FilePath}: tensor {info.Name} begins at byte {info.Begin} of the data, {(info.Begin < expected ? "inside another" : "after a gap")}; {expected} expected.");
            }
            expected = info.End;
        }
        if (expected != dataLength)
        {
            throw new InvalidDataException($"{FilePath}: {dataLength - expected} bytes at the end belong to no tensor: something was appended to it, or its header is another file's. Download it again, or save it anew.");
        }
    }

    private long SizeOf(TensorInfo info)
    {
        try
        {
            return checked(info.Length * info.ElementBytes);
        }
        catch (OverflowException)
        {
            throw new InvalidDataException($"{FilePath}: tensor {info.Name} claims the impossible shape {info.ShapeText}.");
        }
    }

    private void CheckChecksum()
    {
        // What is read of a file with checksums beside it is compared with those.
        if (_file.HasChecksums || !_metadata.TryGetValue(Safetensors.ChecksumKey, out var stored))
        {
            return;
        }
        _stream.Position = _dataStart;
        var actual = Convert.ToHexStringLower(SHA256.HashData(_stream));
        if (!string.Equals(actual, stored, StringComparison.OrdinalIgnoreCase))
        {
            throw DamagedFiles.Found(FilePath, $"the SHA-256 of its data is {actual}, its header says {stored}");
        }
    }
}
