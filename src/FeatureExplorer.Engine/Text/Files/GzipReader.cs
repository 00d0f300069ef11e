using System.Buffers.Binary;
using System.IO.Compression;

namespace FeatureExplorer.Engine.Text.Files;

/// <summary>
/// Unpacks a gzip file (RFC 1952) of one or several members. Damage never throws: all that unpacks is given, reading ends where nothing more can
/// be unpacked, and <see cref="Problems"/> says what is wrong.
/// </summary>
/// <remarks>
/// The framework's own reader throws away what it has unpacked when a checksum does not match, and says nothing when a file ends early. Here it
/// unpacks only the data, and the frame is read and checked around it. It takes compressed bytes in large pieces; where a sound member ends
/// within the last piece is found by the checksum that must follow. In a damaged member, or a small one, the last piece is gone through again byte by byte.
/// </remarks>
/// <param name="stored">The file; it can be sought in, and stays open.</param>
/// <param name="cancellation">Stops reading.</param>
internal sealed class GzipReader(Stream stored, CancellationToken cancellation) : ReadOnlyStream
{
    private const int TrailerBytes = 8;
    private const int HasHeaderChecksum = 2;
    private const int HasExtraField = 4;
    private const int HasName = 8;
    private const int HasComment = 16;
    private const int Reserved = 0xE0;

    private readonly List<GzipProblem> _problems = [];
    private DeflateStream? _deflate;
    private GzipInput? _input;
    private long _memberStart;
    private long _unpackedInMember;
    private long _skip;
    private uint _checksum;
    private int _members;
    private bool _isCareful;
    private bool _ended;

    /// <summary>What is wrong with the file, as far as it has been read.</summary>
    public IReadOnlyList<GzipProblem> Problems => _problems;

    /// <summary>Bytes unpacked so far.</summary>
    public long Unpacked { get; private set; }

    /// <summary>Whether reading ended before the file did: some of its text is missing.</summary>
    public bool IsIncomplete => _problems.Any(static problem => problem.LosesText);

    /// <summary>Whether these bytes begin a gzip file.</summary>
    public static bool IsGzip(ReadOnlySpan<byte> head) => head is [0x1F, 0x8B, ..];

    public override int Read(Span<byte> buffer)
    {
        while (!_ended && !buffer.IsEmpty)
        {
            if (_deflate is null && !BeginMember())
            {
                _ended = true;
                return 0;
            }

            var count = Unpack(buffer);
            if (count > 0)
            {
                return count;
            }
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        _deflate?.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>The next bytes; 0 when a member has ended, or is begun again.</summary>
    private int Unpack(Span<byte> buffer)
    {
        int count;
        try
        {
            count = _deflate!.Read(buffer);
        }
        catch (InvalidDataException)
        {
            if (_isCareful)
            {
                End(new GzipProblem("is damaged: its compressed data cannot be unpacked from here on", true));
            }
            else
            {
                BeginAgain();
            }

            return 0;
        }

        if (count == 0)
        {
            EndMember();
            return 0;
        }

        var skipped = (int)Math.Min(_skip, count);
        if (skipped > 0)
        {
            _skip -= skipped;
            buffer[skipped..count].CopyTo(buffer);
            count -= skipped;
        }

        _checksum = Crc32.Append(_checksum, buffer[..count]);
        _unpackedInMember += count;
        Unpacked += count;
        return count;
    }

    /// <summary>False when the file has ended, or goes on with something else.</summary>
    private bool BeginMember()
    {
        var start = stored.Position;
        var zeros = 0L;
        var first = stored.ReadByte();
        while (_members > 0 && first == 0)
        {
            cancellation.ThrowIfCancellationRequested();
            zeros++;
            first = stored.ReadByte();
        }

        if (first < 0)
        {
            if (zeros > 0)
            {
                _problems.Add(new GzipProblem($"is followed by {zeros} zero bytes after its compressed data", false));
            }

            return false;
        }

        if (first != 0x1F || stored.ReadByte() != 0x8B)
        {
            _problems.Add(new GzipProblem($"has {stored.Length - start} bytes after its compressed data that are not gzip", true));
            return false;
        }

        _members++;
        if (!SkipHeader(out var problem))
        {
            _problems.Add(new GzipProblem(problem, true));
            return false;
        }

        _memberStart = stored.Position;
        _checksum = 0;
        _unpackedInMember = 0;
        Open(long.MaxValue);
        return true;
    }

    private void Open(long carefulFrom)
    {
        _deflate?.Dispose();
        _isCareful = carefulFrom != long.MaxValue;
        _input = new GzipInput(stored, carefulFrom, cancellation);
        _deflate = new DeflateStream(_input, CompressionMode.Decompress, leaveOpen: true);
    }

    /// <summary>Unpacks the member again, byte by byte where it went wrong; what was given already is not given twice.</summary>
    private void BeginAgain()
    {
        _skip = _unpackedInMember;
        stored.Position = _memberStart;
        Open(_input!.LastStart);
    }

    private void EndMember()
    {
        if (_input!.IsExhausted)
        {
            End(new GzipProblem("is cut short: its compressed data end too early", true));
            return;
        }

        Span<byte> expected = stackalloc byte[TrailerBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(expected, _checksum);
        BinaryPrimitives.WriteUInt32LittleEndian(expected[4..], (uint)_unpackedInMember);
        if (!_isCareful && !Find(expected))
        {
            BeginAgain();
            return;
        }

        Span<byte> trailer = stackalloc byte[TrailerBytes];
        if (stored.ReadAtLeast(trailer, TrailerBytes, throwOnEndOfStream: false) < TrailerBytes)
        {
            End(new GzipProblem("is cut short: the checksum at its end is missing", false));
            return;
        }

        if (!trailer[..4].SequenceEqual(expected[..4]))
        {
            _problems.Add(new GzipProblem("is damaged: its checksum does not match", false));
        }
        else if (!trailer[4..].SequenceEqual(expected[4..]))
        {
            _problems.Add(new GzipProblem("is damaged: its length does not match", false));
        }

        _deflate!.Dispose();
        _deflate = null;
    }

    /// <summary>
    /// Goes to where the member's checksum and length lie, if they are what they must be. A member that lies within the last piece as a whole is small,
    /// and another with the same checksum may follow it there: it is gone through byte by byte.
    /// </summary>
    private bool Find(ReadOnlySpan<byte> trailer)
    {
        if (_input!.LastStart <= _memberStart)
        {
            return false;
        }

        var last = new byte[_input.LastEnd - _input.LastStart + TrailerBytes];
        stored.Position = _input.LastStart;
        var count = stored.ReadAtLeast(last, last.Length, throwOnEndOfStream: false);
        var at = last.AsSpan(0, count).IndexOf(trailer);
        stored.Position = _input.LastStart + Math.Max(0, at);
        return at >= 0;
    }

    private void End(GzipProblem problem)
    {
        _problems.Add(problem);
        _ended = true;
    }

    private bool SkipHeader(out string problem)
    {
        problem = "is cut short: it ends within its header";
        Span<byte> header = stackalloc byte[8];
        if (stored.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
        {
            return false;
        }

        var flags = header[1];
        if (header[0] != 8 || (flags & Reserved) != 0)
        {
            problem = $"is damaged: its header asks for a method ({header[0]}, flags {flags}) that gzip does not have";
            return false;
        }

        return ((flags & HasExtraField) == 0 || SkipExtraField())
            && ((flags & HasName) == 0 || SkipText())
            && ((flags & HasComment) == 0 || SkipText())
            && ((flags & HasHeaderChecksum) == 0 || Skip(2));
    }

    private bool SkipExtraField()
    {
        var (low, high) = (stored.ReadByte(), stored.ReadByte());
        return high >= 0 && Skip(low | (high << 8));
    }

    private bool SkipText()
    {
        int value;
        do
        {
            cancellation.ThrowIfCancellationRequested();
            value = stored.ReadByte();
        }
        while (value > 0);
        return value == 0;
    }

    private bool Skip(int bytes)
    {
        for (var i = 0; i < bytes; i++)
        {
            if (stored.ReadByte() < 0)
            {
                return false;
            }
        }

        return true;
    }
}
