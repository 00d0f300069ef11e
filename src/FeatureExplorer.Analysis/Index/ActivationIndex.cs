using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Analysis.Index;

/// <summary>
/// Every nonzero activation of a dictionary over the held-out tokens, by feature and then position, in a memory-mapped file:
/// any question about a feature reads its own activations and nothing else. Safe for concurrent readers.
/// </summary>
public sealed unsafe class ActivationIndex : IDisposable
{
    private readonly MappedFile _file;
    private readonly IndexLayout _layout;

    /// <summary>Size of the whole file over the number of activations: six bytes each, and the header and feature table on top.</summary>
    public double BytesPerActivation => (double)_file.Length / Math.Max(1, Activations);

    private ActivationIndex(string path, MappedFile file, IndexHeader header, IndexLayout layout)
    {
        Path = path;
        Header = header;
        _file = file;
        _layout = layout;
    }

    public string Path { get; }

    public IndexHeader Header { get; }

    /// <summary>Number of features m.</summary>
    public int Features => Header.Features;

    /// <summary>Number of held-out tokens covered: positions 0 … Tokens − 1 of the split.</summary>
    public long Tokens => Header.Tokens;

    /// <summary>Number of nonzero activations.</summary>
    public long Activations => Header.Activations;

    private long* Offsets => (long*)(_file.Pointer + _layout.TableOffset);

    /// <summary>Opens an index and checks its structure, header and offsets (not the activations: see <see cref="Verify"/>).</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not an index, was written by another version, or is damaged.</exception>
    public static ActivationIndex Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no activation index at '{path}'. Build it again from the model and the dictionary.", path);
        }

        var file = new MappedFile(path);
        try
        {
            var (header, layout) = ReadHead(path, file.Pointer, file.Length);
            return new ActivationIndex(path, file, header, layout);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Positions in the held-out stream at which the feature fires, ascending.</summary>
    public ReadOnlySpan<uint> Positions(int feature)
    {
        var (first, count) = Range(feature);
        return new ReadOnlySpan<uint>((uint*)(_file.Pointer + _layout.PositionsOffset) + first, count);
    }

    /// <summary>The activations at <see cref="Positions"/>, all positive.</summary>
    public ReadOnlySpan<Half> Values(int feature)
    {
        var (first, count) = Range(feature);
        return new ReadOnlySpan<Half>((Half*)(_file.Pointer + _layout.ValuesOffset) + first, count);
    }

    /// <summary>The feature's activation at one position, 0 where it does not fire; found by bisection.</summary>
    public float At(int feature, long position)
    {
        var found = Positions(feature).BinarySearch(checked((uint)position));
        return found < 0 ? 0 : (float)Values(feature)[found];
    }

    /// <summary>Reads the whole file and compares the checksums of the activations.</summary>
    /// <exception cref="InvalidDataException">The activations are damaged.</exception>
    public void Verify()
    {
        var positions = 0u;
        var values = 0u;
        for (var feature = 0; feature < Features; feature++)
        {
            positions = IndexLayout.Checksum(positions, MemoryMarshal.AsBytes(Positions(feature)));
            values = IndexLayout.Checksum(values, MemoryMarshal.AsBytes(Values(feature)));
        }

        var head = new ReadOnlySpan<byte>(_file.Pointer, IndexLayout.PrefixLength);
        if (positions != BinaryPrimitives.ReadUInt32LittleEndian(head[24..]) || values != BinaryPrimitives.ReadUInt32LittleEndian(head[28..]))
        {
            throw Invalid(Path, "the checksum of its activations is wrong");
        }
    }

    public void Dispose() => _file.Dispose();

    private (long First, int Count) Range(int feature)
    {
        ObjectDisposedException.ThrowIf(_file.Pointer is null, this);
        ArgumentOutOfRangeException.ThrowIfNegative(feature);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(feature, Features);
        return (Offsets[feature], checked((int)(Offsets[feature + 1] - Offsets[feature])));
    }

    private static (IndexHeader Header, IndexLayout Layout) ReadHead(string path, byte* start, long length)
    {
        if (length < IndexLayout.PrefixLength)
        {
            throw Invalid(path, $"it has {length} bytes, too few for an index");
        }

        var prefix = new ReadOnlySpan<byte>(start, IndexLayout.PrefixLength);
        if (!prefix.StartsWith(IndexLayout.Magic))
        {
            throw Invalid(path, "it does not start with the mark of an index");
        }

        var version = BinaryPrimitives.ReadInt32LittleEndian(prefix[8..]);
        if (version != IndexLayout.Version)
        {
            throw Invalid(path, $"it has format version {version} where this program reads {IndexLayout.Version}");
        }

        var expected = BinaryPrimitives.ReadInt64LittleEndian(prefix[16..]);
        if (expected != length)
        {
            throw Invalid(path, $"it has {length} bytes instead of {expected}: it was cut off or added to");
        }

        var jsonLength = BinaryPrimitives.ReadInt32LittleEndian(prefix[12..]);
        var header = ReadHeader(path, start, length, jsonLength);
        var layout = new IndexLayout(jsonLength, header.Features, header.Activations);
        if (header.Features < 0 || header.Activations < 0 || layout.FileLength != length
            || IndexLayout.HeadChecksum(new ReadOnlySpan<byte>(start, checked((int)layout.PositionsOffset))) != BinaryPrimitives.ReadUInt32LittleEndian(prefix[32..]))
        {
            throw Invalid(path, "the checksum of its header is wrong");
        }

        return (header, layout);
    }

    private static IndexHeader ReadHeader(string path, byte* start, long length, int jsonLength)
    {
        if (jsonLength < 0 || jsonLength > length - IndexLayout.PrefixLength)
        {
            throw Invalid(path, $"its header claims {jsonLength} bytes");
        }

        try
        {
            var json = new ReadOnlySpan<byte>(start + IndexLayout.PrefixLength, jsonLength);
            return JsonSerializer.Deserialize<IndexHeader>(json, JsonSerializerOptions.Web) ?? throw Invalid(path, "its header is empty");
        }
        catch (JsonException exception)
        {
            throw Invalid(path, $"its header is not readable ({exception.Message})");
        }
    }

    private static InvalidDataException Invalid(string path, string why) =>
        new($"'{path}' is not a usable activation index: {why}. Delete it and build it again from the model and the dictionary.");
}
