using System.Runtime.InteropServices;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Analysis.Index;

/// <summary>
/// Every nonzero activation of a dictionary over the held-out tokens, by feature and then position, in a file that is read in checked blocks
/// (<see cref="CheckedFile"/>): any question about a feature reads its own activations and little else. Safe for concurrent readers.
/// </summary>
public sealed partial class ActivationIndex : IDisposable
{
    private const int Piece = BlockChecksums.BlockBytes;
    private const int PageMask = (1 << IndexLayout.PageBits) - 1;

    // Whoever asks for a feature's positions often asks again at once.
    [ThreadStatic]
    private static (long Index, int Feature, uint[] Positions) _decoded;

    [ThreadStatic]
    private static (long Index, int Feature, Half[] Values) _copied;

    private static long _opened;

    private readonly long _id = Interlocked.Increment(ref _opened);
    private readonly CheckedFile _file;
    private readonly IndexLayout _layout;
    private readonly long[] _offsets;

    private ActivationIndex(string path, CheckedFile file, IndexHeader header, IndexLayout layout)
    {
        Path = path;
        Header = header;
        _file = file;
        _layout = layout;
        _offsets = new long[header.Features + 1];
        file.Read(layout.TableOffset, _offsets.AsSpan());
    }

    public string Path { get; }

    public IndexHeader Header { get; }

    /// <summary>Number of features m.</summary>
    public int Features => Header.Features;

    /// <summary>Number of held-out tokens covered: positions 0 … Tokens − 1 of the split.</summary>
    public long Tokens => Header.Tokens;

    /// <summary>Number of nonzero activations.</summary>
    public long Activations => Header.Activations;

    /// <summary>Whether σ of every token is known; where tokens are not normalised, it is 1.</summary>
    public bool HasGains => Header.HasGains;

    /// <summary>Size of the whole file over the number of activations: four bytes each, and the header, the two tables and σ of tokens on top.</summary>
    public double BytesPerActivation => (double)_file.Length / Math.Max(1, Activations);

    /// <summary>
    /// Opens an index and checks its structure, header and offsets. Activations are checked block by block as they are read. A file of an earlier version has no
    /// checksums of its blocks: it is read once as a whole, and has them from then on, where they can be written.
    /// </summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not an index or was written by another version.</exception>
    /// <exception cref="DamagedFileException">It is not what was written.</exception>
    public static ActivationIndex Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no activation index at '{path}'. Build it again from the model and the dictionary.", path);
        }

        var file = CheckedFile.Open(path);
        try
        {
            var (header, layout) = ReadHead(path, file);
            var index = new ActivationIndex(path, file, header, layout);
            if (!file.HasChecksums)
            {
                index.VerifyOnce();
            }

            return index;
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
            return _file.Items<uint>(_layout.PositionsOffset + (first * sizeof(uint)), count);
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
        return _file.Items<Half>(_layout.ValuesOffset + ((Range(feature).First + start) * sizeof(ushort)), end - start);
    }

    /// <summary>The activations at <see cref="Positions(int)"/>, all positive.</summary>
    public ReadOnlySpan<Half> Values(int feature)
    {
        if (_copied.Index != _id || _copied.Feature != feature)
        {
            var (first, count) = Range(feature);
            var values = new Half[count];
            _file.Read(_layout.ValuesOffset + (first * sizeof(ushort)), values.AsSpan());
            _copied = (_id, feature, values);
        }

        return _copied.Values;
    }

    /// <summary>The feature's activation at one position, 0 where it does not fire; found by bisection.</summary>
    public float At(int feature, long position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position, uint.MaxValue);
        if (_layout.IsWide || position >= Tokens)
        {
            var found = position >= Tokens ? -1 : Positions(feature).BinarySearch((uint)position);
            return found < 0 ? 0 : Value(feature, found);
        }

        var (first, count) = Range(feature);
        var page = (int)(position >> IndexLayout.PageBits);
        var (start, end) = PageRange(feature, page, count);
        var entry = FirstFrom(first, start, end, (ushort)(position & PageMask));
        return entry < end && LowPosition(first + entry) == (ushort)(position & PageMask) ? Value(feature, entry) : 0;
    }

    /// <summary>σ of a token: what a feature adds to x̂ there is σ f d (<see cref="Engine.Dictionaries.RowNormalisation"/>); 1 where the index has none.</summary>
    public float GainAt(long position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, Tokens);
        return HasGains ? _file.Item<float>(_layout.GainsOffset + (position * sizeof(float))) : 1;
    }

    /// <summary>Reads the whole file and compares the checksums of the activations that its own header holds.</summary>
    /// <exception cref="DamagedFileException">The activations are damaged.</exception>
    public void Verify()
    {
        var positions = Checksum(0, _layout.PositionsOffset, Activations * _layout.PositionBytes);
        var values = Checksum(0, _layout.ValuesOffset, Activations * sizeof(ushort));
        if (positions != _file.Item<uint>(24) || values != _file.Item<uint>(28))
        {
            throw DamagedFiles.Found(Path, "the checksum of its activations is wrong");
        }
    }

    public void Dispose() => _file.Dispose();

    private (long First, int Count) Range(int feature)
    {
        ObjectDisposedException.ThrowIf(_file.IsClosed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(feature);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(feature, Features);
        return (_offsets[feature], checked((int)(_offsets[feature + 1] - _offsets[feature])));
    }

    private float Value(int feature, int entry) => (float)_file.Item<Half>(_layout.ValuesOffset + ((_offsets[feature] + entry) * sizeof(ushort)));

    private ushort LowPosition(long entry) => _file.Item<ushort>(_layout.PositionsOffset + (entry * sizeof(ushort)));

    /// <summary>The first of the entries [start, end) of one page that lies at a position or after it; end when none does.</summary>
    private int FirstFrom(long first, int start, int end, ushort low)
    {
        while (start < end)
        {
            var middle = (start + end) >>> 1;
            (start, end) = LowPosition(first + middle) < low ? (middle + 1, end) : (start, middle);
        }

        return start;
    }


    /// <summary>The feature's entries in a page, counted from its first.</summary>
    private (int Start, int End) PageRange(int feature, int page, int count)
    {
        var start = _layout.PageTableOffset + ((((long)feature * _layout.Pages) + page) * sizeof(uint));
        return ((int)_file.Item<uint>(start), page + 1 < _layout.Pages ? (int)_file.Item<uint>(start + sizeof(uint)) : count);
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
        return FirstFrom(first, start, end, (ushort)(position & PageMask));
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
        // Into the upper half of the room: each is read there before its own four bytes are written.
        var low = MemoryMarshal.Cast<uint, ushort>(positions)[positions.Length..];
        _file.Read(_layout.PositionsOffset + ((first + start) * sizeof(ushort)), low);
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
}
