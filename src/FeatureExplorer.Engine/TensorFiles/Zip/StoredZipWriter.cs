using System.Buffers.Binary;
using System.Text;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Text.Files;

namespace FeatureExplorer.Engine.TensorFiles.Zip;

/// <summary>
/// Writes a zip file of stored entries (PKWARE's APPNOTE 6.3, sections 4.3 and 4.5.3) whose content begins at multiples of 64 bytes, as PyTorch writes them, so that readers can map it. In one pass;
/// with zip64 records where sizes or offsets need them.
/// </summary>
/// <param name="stream">Receives the file from its first byte on; it need not seek.</param>
internal sealed class StoredZipWriter(Stream stream)
{
    private const int Alignment = 64;
    private const ushort PaddingTag = 0x4246; // "FB", PyTorch's
    private const ushort Zip64Tag = 1;
    private const ushort Version = 45;
    private const int January1980 = 0x21;

    private readonly List<(byte[] Name, uint Crc, long Bytes, long Header)> _entries = [];
    private long _at;

    /// <summary>Adds a small entry.</summary>
    public void Add(string name, byte[] content)
    {
        Begin(name, Crc32.Append(0, content), content.Length);
        Write(content);
    }

    /// <summary>Adds the elements of a tensor, little-endian.</summary>
    public void Add(string name, NamedTensor tensor)
    {
        uint crc = 0;
        tensor.ForEachPiece(piece => crc = Crc32.Append(crc, piece.Span));
        Begin(name, crc, tensor.Bytes);
        tensor.ForEachPiece(piece => Write(piece.Span));
    }

    /// <summary>Writes the directory.</summary>
    public void End()
    {
        var start = _at;
        foreach (var (name, crc, bytes, header) in _entries)
        {
            WriteEntry(name, crc, bytes, header);
        }

        WriteEnd(start, _at - start);
    }

    private void Begin(string name, uint crc, long bytes)
    {
        var encoded = Encoding.UTF8.GetBytes(name);
        var large = bytes >= uint.MaxValue;
        var fixedBytes = 30 + encoded.Length + (large ? 20 : 0) + 4;
        var padding = (int)((Alignment - ((_at + fixedBytes) % Alignment)) % Alignment);
        var record = new byte[fixedBytes + padding];
        var span = record.AsSpan();
        BinaryPrimitives.WriteUInt32LittleEndian(span, 0x04034b50);
        WriteCommon(span[4..], crc, bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(span[26..], (ushort)encoded.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(span[28..], (ushort)(record.Length - 30 - encoded.Length));
        encoded.CopyTo(span[30..]);
        var extra = span[(30 + encoded.Length)..];
        if (large)
        {
            WriteZip64(extra, bytes, bytes);
            extra = extra[20..];
        }

        BinaryPrimitives.WriteUInt16LittleEndian(extra, PaddingTag);
        BinaryPrimitives.WriteUInt16LittleEndian(extra[2..], (ushort)padding);
        extra[4..].Fill((byte)'Z');
        _entries.Add((encoded, crc, bytes, _at));
        Write(record);
    }

    private void WriteEntry(byte[] name, uint crc, long bytes, long header)
    {
        long[] large = [.. bytes >= uint.MaxValue ? new[] { bytes, bytes } : [], .. header >= uint.MaxValue ? new[] { header } : []];
        var record = new byte[46 + name.Length + (large.Length == 0 ? 0 : 4 + (8 * large.Length))];
        var span = record.AsSpan();
        BinaryPrimitives.WriteUInt32LittleEndian(span, 0x02014b50);
        BinaryPrimitives.WriteUInt16LittleEndian(span[4..], Version);
        WriteCommon(span[6..], crc, bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(span[28..], (ushort)name.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(span[30..], (ushort)(record.Length - 46 - name.Length));
        BinaryPrimitives.WriteUInt32LittleEndian(span[42..], (uint)Math.Min(header, uint.MaxValue));
        name.CopyTo(span[46..]);
        if (large.Length > 0)
        {
            WriteZip64(span[(46 + name.Length)..], large);
        }

        Write(record);
    }

    private void WriteEnd(long start, long bytes)
    {
        if (start + bytes >= uint.MaxValue || _entries.Count >= ushort.MaxValue)
        {
            var at = _at;
            var large = new byte[76];
            var record = large.AsSpan();
            BinaryPrimitives.WriteUInt32LittleEndian(record, 0x06064b50);
            BinaryPrimitives.WriteInt64LittleEndian(record[4..], 44);
            BinaryPrimitives.WriteUInt16LittleEndian(record[12..], Version);
            BinaryPrimitives.WriteUInt16LittleEndian(record[14..], Version);
            BinaryPrimitives.WriteInt64LittleEndian(record[24..], _entries.Count);
            BinaryPrimitives.WriteInt64LittleEndian(record[32..], _entries.Count);
            BinaryPrimitives.WriteInt64LittleEndian(record[40..], bytes);
            BinaryPrimitives.WriteInt64LittleEndian(record[48..], start);
            BinaryPrimitives.WriteUInt32LittleEndian(record[56..], 0x07064b50);
            BinaryPrimitives.WriteInt64LittleEndian(record[64..], at);
            BinaryPrimitives.WriteInt32LittleEndian(record[72..], 1);
            Write(large);
        }

        var end = new byte[22];
        var span = end.AsSpan();
        BinaryPrimitives.WriteUInt32LittleEndian(span, 0x06054b50);
        BinaryPrimitives.WriteUInt16LittleEndian(span[8..], (ushort)Math.Min(_entries.Count, ushort.MaxValue));
        BinaryPrimitives.WriteUInt16LittleEndian(span[10..], (ushort)Math.Min(_entries.Count, ushort.MaxValue));
        BinaryPrimitives.WriteUInt32LittleEndian(span[12..], (uint)Math.Min(bytes, uint.MaxValue));
        BinaryPrimitives.WriteUInt32LittleEndian(span[16..], (uint)Math.Min(start, uint.MaxValue));
        Write(end);
    }

    // From "version needed to extract" to the two sizes: stored, names in UTF-8, the first day that a zip file knows.
    private static void WriteCommon(Span<byte> span, uint crc, long bytes)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(span, Version);
        BinaryPrimitives.WriteUInt16LittleEndian(span[2..], 0x0800);
        BinaryPrimitives.WriteUInt16LittleEndian(span[8..], January1980);
        BinaryPrimitives.WriteUInt32LittleEndian(span[10..], crc);
        BinaryPrimitives.WriteUInt32LittleEndian(span[14..], (uint)Math.Min(bytes, uint.MaxValue));
        BinaryPrimitives.WriteUInt32LittleEndian(span[18..], (uint)Math.Min(bytes, uint.MaxValue));
    }

    private static void WriteZip64(Span<byte> span, params ReadOnlySpan<long> values)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(span, Zip64Tag);
        BinaryPrimitives.WriteUInt16LittleEndian(span[2..], (ushort)(8 * values.Length));
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(span[(4 + (8 * i))..], values[i]);
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        stream.Write(bytes);
        _at += bytes.Length;
    }
}
