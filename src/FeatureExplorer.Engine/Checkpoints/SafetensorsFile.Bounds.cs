using FeatureExplorer.Engine.TensorFiles;

namespace FeatureExplorer.Engine.Checkpoints;

/// <summary>What is asked of a file before its values are used: that they are no larger than figures can bear, and which checksum it carries.</summary>
public sealed unsafe partial class SafetensorsFile
{
    /// <summary>The same for values of which none may be larger than a bound, up or down: what is computed from larger ones would be no number.</summary>
    /// <exception cref="InvalidDataException">As there, or a value is too large; the message says which.</exception>
    public void ReadWithin(string name, float* destination, float bound, params long[] shape)
    {
        Read(name, destination, shape);
        var info = Info(name);
        for (var first = 0L; first < info.Length; first += 1 << 20)
        {
            var values = new ReadOnlySpan<float>(destination + first, (int)Math.Min(info.Length - first, 1 << 20));
            if (System.Numerics.Tensors.TensorPrimitives.MaxMagnitude(values) is var largest && MathF.Abs(largest) > bound)
            {
                var place = string.Join(", ", info.Place(first + values.IndexOf(largest)));
                throw new InvalidDataException(FormattableString.Invariant(
                    $"{FilePath}: tensor {name} holds {largest:G4} at [{place}]; values of {name} lie between -{bound:G4} and {bound:G4}, since figures computed from larger ones are no numbers."));
            }
        }
    }

    private const long LargestHeader = 100_000_000; // the limit of the format's own library
    private readonly List<string> _notes = [];

    /// <summary>What is unusual about the file and read all the same, in sentences.</summary>
    internal IReadOnlyList<string> Notes => _notes;

    /// <summary>Bytes of all tensors together.</summary>
    internal long DataLength => _stream.Length - _dataStart;

    /// <summary>Bytes of the data section, from an offset on.</summary>
    internal void ReadBytes(long offset, Span<byte> bytes) => _file.Read(_dataStart + offset, bytes);

    // Some writers pad a header with zeros where the format asks for spaces; what it says is the same.
    private byte[] Trimmed(byte[] header)
    {
        var length = header.AsSpan().TrimEnd((byte)0).Length;
        if (length < header.Length)
        {
            _notes.Add($"The header of {FilePath} ends with {header.Length - length} zero bytes; they are left out.");
        }

        return header[..length];
    }

    private void DemandNothingElse()
    {
        var start = new byte[Math.Min(ForeignContent.Enough, _stream.Length)];
        _stream.Position = 0;
        _stream.ReadExactly(start);
        if (ForeignContent.Describe(start) is { } what)
        {
            throw new InvalidDataException($"{FilePath} cannot be read: {what}.");
        }
    }

    internal static string? CarriedChecksum(string path)
    {
        using var file = new SafetensorsFile(path, compare: false);
        return file._metadata.GetValueOrDefault(Safetensors.ChecksumKey);
    }
}
