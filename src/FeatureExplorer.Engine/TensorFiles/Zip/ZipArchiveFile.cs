using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace FeatureExplorer.Engine.TensorFiles.Zip;

/// <summary>
/// A zip file (PKWARE's APPNOTE 6.3, sections 4.3 and 4.5.3), opened for the places of its entries: the framework's own archive tells no offsets, without which a stored tensor could
/// only be read from its start. Checksums of entries are not compared, as PyTorch may leave them out when it writes.
/// </summary>
internal sealed class ZipArchiveFile
{
    private const uint EndSignature = 0x06054b50;
    private const uint End64Signature = 0x06064b50;
    private const uint Locator64Signature = 0x07064b50;
    private const uint EntrySignature = 0x02014b50;
    private const uint LocalSignature = 0x04034b50;
    private const int EndBytes = 22;
    private const int EntryBytes = 46;
    private const int LocalBytes = 30;
    private const int LongestComment = ushort.MaxValue;
    private const long LargestDirectory = 64L << 20;

    // The most that the method can shrink anything.
    private const long LargestRatio = 1040;

    private readonly Dictionary<string, ZipEntry> _entries = new(StringComparer.Ordinal);
    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly long _length;

    /// <exception cref="InvalidDataException">It is damaged, or has entries of a kind that is not supported.</exception>
    public ZipArchiveFile(string path, SafeFileHandle file, long length)
    {
        (_path, _file, _length) = (path, file, length);
        var (start, bytes) = Directory();
        Parse(Bytes(start, bytes));
    }

    /// <summary>The entries, in the order of the directory.</summary>
    public IReadOnlyCollection<ZipEntry> Entries => _entries.Values;

    public ZipEntry? Find(string name) => _entries.GetValueOrDefault(name);

    /// <summary>The content of an entry.</summary>
    public ByteRegion Region(ZipEntry entry)
    {
        var header = Bytes(entry.Header, LocalBytes);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != LocalSignature)
        {
            throw Damaged($"the entry {entry.Name} has no header at byte {entry.Header}");
        }

        var start = entry.Header + LocalBytes + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(26)) + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(28));
        if (start + entry.Stored > _length)
        {
            throw Damaged($"the entry {entry.Name} ends after the file");
        }

        var stored = new FileRegion(_path, _file, start, entry.Stored);
        return entry.Method == 0 ? stored : new InflatedRegion(_path, entry.Name, stored, entry.Length);
    }

    /// <summary>The whole of a small entry.</summary>
    /// <param name="entry">Of this file.</param>
    /// <param name="most">The most bytes that it may have.</param>
    public byte[] Content(ZipEntry entry, long most)
    {
        if (entry.Length > most)
        {
            throw new InvalidDataException($"{_path}: the entry {entry.Name} has {entry.Length} bytes; at most {most} are read.");
        }

        using var region = Region(entry);
        var bytes = new byte[entry.Length];
        region.Read(0, bytes);
        return bytes;
    }

    private (long Start, long Bytes) Directory()
    {
        var tail = Bytes(Math.Max(0, _length - EndBytes - LongestComment), (int)Math.Min(_length, EndBytes + LongestComment));
        for (var at = tail.Length - EndBytes; at >= 0; at--)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(at)) == EndSignature)
            {
                var end = tail.AsSpan(at);
                var (bytes, start) = (BinaryPrimitives.ReadUInt32LittleEndian(end[12..]), BinaryPrimitives.ReadUInt32LittleEndian(end[16..]));
                var entries = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
                return Checked(bytes == uint.MaxValue || start == uint.MaxValue || entries == ushort.MaxValue ? Directory64(tail, at) : (start, bytes));
            }
        }

        throw Damaged("its directory, which is the end of a zip file, is missing: it was cut off");
    }

    private (long Start, long Bytes) Directory64(byte[] tail, int end)
    {
        if (end < 20 || BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(end - 20)) != Locator64Signature)
        {
            throw Damaged("its zip64 directory is missing");
        }

        var record = Bytes(Signed(BinaryPrimitives.ReadUInt64LittleEndian(tail.AsSpan(end - 12))), 56);
        return BinaryPrimitives.ReadUInt32LittleEndian(record) == End64Signature
            ? (Signed(BinaryPrimitives.ReadUInt64LittleEndian(record.AsSpan(48))), Signed(BinaryPrimitives.ReadUInt64LittleEndian(record.AsSpan(40))))
            : throw Damaged("its zip64 directory is missing");
    }

    private (long Start, long Bytes) Checked((long Start, long Bytes) directory) =>
        directory.Bytes <= LargestDirectory && directory.Start <= _length - directory.Bytes
            ? directory
            : throw Damaged($"its directory is said to have {directory.Bytes} bytes from byte {directory.Start} on");

    private void Parse(byte[] directory)
    {
        for (var at = 0; at < directory.Length;)
        {
            if (directory.Length - at < EntryBytes || BinaryPrimitives.ReadUInt32LittleEndian(directory.AsSpan(at)) != EntrySignature)
            {
                throw Damaged($"byte {at} of its directory begins no entry");
            }

            var fields = directory.AsSpan(at, EntryBytes);
            var (name, extra, comment) = (BinaryPrimitives.ReadUInt16LittleEndian(fields[28..]), BinaryPrimitives.ReadUInt16LittleEndian(fields[30..]), BinaryPrimitives.ReadUInt16LittleEndian(fields[32..]));
            if (directory.Length - at - EntryBytes < name + extra + comment)
            {
                throw Damaged("its directory ends inside an entry");
            }

            Add(Entry(fields, Encoding.UTF8.GetString(directory, at + EntryBytes, name), directory.AsSpan(at + EntryBytes + name, extra)), BinaryPrimitives.ReadUInt16LittleEndian(fields[8..]));
            at += EntryBytes + name + extra + comment;
        }
    }

    private ZipEntry Entry(ReadOnlySpan<byte> fields, string name, ReadOnlySpan<byte> extra)
    {
        var large = Large(extra);
        long length = BinaryPrimitives.ReadUInt32LittleEndian(fields[24..]);
        long stored = BinaryPrimitives.ReadUInt32LittleEndian(fields[20..]);
        long header = BinaryPrimitives.ReadUInt32LittleEndian(fields[42..]);
        length = Or64(length, name, ref large);
        stored = Or64(stored, name, ref large);
        header = Or64(header, name, ref large);
        return new ZipEntry(name, BinaryPrimitives.ReadUInt16LittleEndian(fields[10..]), stored, length, header);
    }

    private void Add(ZipEntry entry, int flags)
    {
        if ((flags & 1) != 0)
        {
            throw new InvalidDataException($"{_path}: the entry {entry.Name} is encrypted. Save the file without a password.");
        }

        if (entry.Method is not (0 or 8))
        {
            throw new InvalidDataException($"{_path}: the entry {entry.Name} is compressed by the method {entry.Method}; stored and deflated entries are read.");
        }

        if (entry.Header > _length || entry.Stored > _length || (entry.Method == 0 ? entry.Length != entry.Stored : entry.Length / LargestRatio > entry.Stored || entry.Length > InflatedRegion.MostBytes))
        {
            throw Damaged($"the entry {entry.Name} is said to have {entry.Stored} bytes in the file and {entry.Length} of content");
        }

        if (!_entries.TryAdd(entry.Name, entry))
        {
            throw Damaged($"the entry {entry.Name} occurs twice");
        }
    }

    /// <summary>The numbers of 64 bits, for those fields that hold 2³² − 1.</summary>
    private static ReadOnlySpan<byte> Large(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            var (kind, length) = (BinaryPrimitives.ReadUInt16LittleEndian(extra), BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]));
            if (length > extra.Length - 4)
            {
                break;
            }

            if (kind == 1)
            {
                return extra.Slice(4, length);
            }

            extra = extra[(4 + length)..];
        }

        return [];
    }

    private long Or64(long value, string name, ref ReadOnlySpan<byte> large)
    {
        if (value != uint.MaxValue)
        {
            return value;
        }

        if (large.Length < sizeof(ulong))
        {
            throw Damaged($"the entry {name} has no sizes of 64 bits");
        }

        value = Signed(BinaryPrimitives.ReadUInt64LittleEndian(large));
        large = large[sizeof(ulong)..];
        return value;
    }

    private long Signed(ulong value) => value <= long.MaxValue ? (long)value : throw Damaged($"it claims a place or size of {value} bytes");

    private byte[] Bytes(long start, long count)
    {
        if (start < 0 || count < 0 || start > _length - count)
        {
            throw Damaged($"{count} bytes from byte {start} on are needed, the file has {_length}");
        }

        var bytes = new byte[count];
        new FileRegion(_path, _file, start, count).Read(0, bytes);
        return bytes;
    }

    private InvalidDataException Damaged(string why) => new($"{_path} is a damaged zip file: {why}. Copy or download it again.");
}
