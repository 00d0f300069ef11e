using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Analysis.Index;

/// <summary>
/// Every nonzero activation of a dictionary over the held-out tokens, by feature and then position, in a memory-mapped file:
/// any question about a feature reads its own activations and nothing else. Safe for concurrent readers.
/// </summary>
public sealed unsafe partial class ActivationIndex : IDisposable
{
    private const int PageMask = (1 << IndexLayout.PageBits) - 1;

    // Whoever asks for a feature's positions often asks again at once.
    [ThreadStatic]
    private static (long Index, int Feature, uint[] Positions) _decoded;

    private static long _opened;

    private readonly long _id = Interlocked.Increment(ref _opened);
    private readonly MappedFile _file;
    private readonly IndexLayout _layout;

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

    /// <summary>Size of the whole file over the number of activations: four bytes each, and the header and the two tables on top.</summary>
    public double BytesPerActivation => (double)_file.Length / Math.Max(1, Activations);

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

    /// <summary>Number of nonzero activations of a feature.</summary>
    public int Count(int feature) => Range(feature).Count;

    /// <summary>Positions in the held-out stream at which the feature fires, ascending.</summary>
    public ReadOnlySpan<uint> Positions(int feature)
    {
        var (first, count) = Range(feature);
        if (_layout.IsWide)
        {
            return new ReadOnlySpan<uint>((uint*)(_file.Pointer + _layout.PositionsOffset) + first, count);
        }

        if (_decoded.Index != _id || _decoded.Feature != feature)
        {
            var positions = new uint[count];
            CopyPositions(feature, 0, positions, 0);
            _decoded = (_id, feature, positions);
        }

        return _decoded.Positions;
    }

    /// <summary>The same without an array of its own: for whoever goes through all features.</summary>
    /// <param name="feature">The feature.</param>
    /// <param name="scratch">Room for its positions.</param>
    internal ReadOnlySpan<uint> Positions(int feature, Span<uint> scratch)
    {
        if (_layout.IsWide)
        {
            return Positions(feature);
        }

        var positions = scratch[..Range(feature).Count];
        CopyPositions(feature, 0, positions, 0);
        return positions;
    }

    /// <summary>The activations at positions from … to − 1, without decoding the feature's other positions.</summary>
    /// <param name="feature">The feature.</param>
    /// <param name="from">First position.</param>
    /// <param name="to">After the last position; at most <see cref="Tokens"/>.</param>
    /// <param name="positions">Receives their positions, ascending; is replaced by a larger array where it is too short.</param>
    /// <returns>As many activations as positions are valid.</returns>
    public ReadOnlySpan<Half> Within(int feature, long from, long to, ref uint[] positions)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(to, Tokens);
        var (start, end) = (Before(feature, from), Before(feature, to));
        if (positions.Length < end - start)
        {
            positions = new uint[end - start + ((end - start) / 4)];
        }

        CopyPositions(feature, start, positions.AsSpan(0, end - start), from);
        return Values(feature)[start..end];
    }

    /// <summary>The activations at <see cref="Positions(int)"/>, all positive.</summary>
    public ReadOnlySpan<Half> Values(int feature)
    {
        var (first, count) = Range(feature);
        return new ReadOnlySpan<Half>((Half*)(_file.Pointer + _layout.ValuesOffset) + first, count);
    }

    /// <summary>The feature's activation at one position, 0 where it does not fire; found by bisection.</summary>
    public float At(int feature, long position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position, uint.MaxValue);
        if (_layout.IsWide || position >= Tokens)
        {
            var found = position >= Tokens ? -1 : Positions(feature).BinarySearch((uint)position);
            return found < 0 ? 0 : (float)Values(feature)[found];
        }

        var (first, count) = Range(feature);
        var page = (int)(position >> IndexLayout.PageBits);
        var (start, end) = PageRange(feature, page, count);
        var within = new ReadOnlySpan<ushort>(LowPositions + first + start, end - start).BinarySearch((ushort)(position & PageMask));
        return within < 0 ? 0 : (float)Values(feature)[start + within];
    }

    /// <summary>Reads the whole file and compares the checksums of the activations.</summary>
    /// <exception cref="InvalidDataException">The activations are damaged.</exception>
    public void Verify()
    {
        var positions = 0u;
        var values = 0u;
        for (var feature = 0; feature < Features; feature++)
        {
            var (first, count) = Range(feature);
            var stored = _file.Pointer + _layout.PositionsOffset + (first * _layout.PositionBytes);
            positions = IndexLayout.Checksum(positions, new ReadOnlySpan<byte>(stored, checked(count * _layout.PositionBytes)));
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

    private ushort* LowPositions => (ushort*)(_file.Pointer + _layout.PositionsOffset);

    /// <summary>The feature's entries in a page, counted from its first.</summary>
    private (int Start, int End) PageRange(int feature, int page, int count)
    {
        var starts = (uint*)(_file.Pointer + _layout.PageTableOffset) + ((long)feature * _layout.Pages);
        return ((int)starts[page], page + 1 < _layout.Pages ? (int)starts[page + 1] : count);
    }

    /// <summary>Number of the feature's entries before a position.</summary>
    private int Before(int feature, long position)
    {
        var (first, count) = Range(feature);
        if (position >= Tokens)
        {
            return count;
        }

        if (_layout.IsWide)
        {
            var found = Positions(feature).BinarySearch((uint)position);
            return found < 0 ? ~found : found;
        }

        var (start, end) = PageRange(feature, (int)(position >> IndexLayout.PageBits), count);
        var within = new ReadOnlySpan<ushort>(LowPositions + first + start, end - start).BinarySearch((ushort)(position & PageMask));
        return start + (within < 0 ? ~within : within);
    }

    /// <summary>The positions of the entries from number <paramref name="start"/> on, the first of which lies at <paramref name="from"/> or after it.</summary>
    private void CopyPositions(int feature, int start, Span<uint> positions, long from)
    {
        if (_layout.IsWide)
        {
            Positions(feature).Slice(start, positions.Length).CopyTo(positions);
            return;
        }

        var (first, count) = Range(feature);
        var low = LowPositions + first + start;
        var copied = 0;
        for (var page = (int)(from >> IndexLayout.PageBits); copied < positions.Length; page++)
        {
            var end = Math.Min(PageRange(feature, page, count).End - start, positions.Length);
            for (; copied < end; copied++)
            {
                positions[copied] = ((uint)page << IndexLayout.PageBits) | low[copied];
            }
        }
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
        if (version is not (IndexLayout.Version or IndexLayout.WideVersion))
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
        var layout = new IndexLayout(jsonLength, header.Features, header.Tokens, header.Activations, version);
        if (header.Features < 0 || header.Tokens is < 0 or > int.MaxValue || header.Activations < 0 || layout.FileLength != length
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
