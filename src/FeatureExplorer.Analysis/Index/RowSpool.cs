using System.Runtime.InteropServices;
using FeatureExplorer.Engine.Dictionaries.Kernels;

namespace FeatureExplorer.Analysis.Index;

/// <summary>
/// A temporary file of sparse rows in the order of their tokens: the encoder's output between the one pass over the tokens and the
/// passes that sort it by feature. Blocks of: row count, entry count, entries per row, features, values.
/// </summary>
internal sealed class RowSpool : IDisposable
{
    private readonly FileStream _stream;
    private int[] _counts = [];
    private Half[] _values = [];

    public RowSpool(string path)
    {
        _stream = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
    }

    /// <summary>A block of rows: the first <see cref="RowCount"/> and <see cref="EntryCount"/> items of its arrays.</summary>
    public sealed class Block
    {
        public int RowCount { get; set; }

        public int EntryCount { get; set; }

        public int[] Counts { get; set; } = [];

        public int[] Features { get; set; } = [];

        public Half[] Values { get; set; } = [];
    }

    /// <summary>Appends rows and adds their entries to the counts of their features.</summary>
    public void Append(SparseActivations rows, long[] featureCounts)
    {
        var entries = rows.RowStart[rows.Rows];
        Grow(ref _counts, rows.Rows);
        Grow(ref _values, entries);
        for (var row = 0; row < rows.Rows; row++)
        {
            _counts[row] = rows.RowStart[row + 1] - rows.RowStart[row];
        }

        for (var entry = 0; entry < entries; entry++)
        {
            _values[entry] = StoredActivation.Of(rows.Values[entry]);
            featureCounts[rows.Features[entry]]++;
        }

        _stream.Write(MemoryMarshal.AsBytes<int>([rows.Rows, entries]));
        _stream.Write(MemoryMarshal.AsBytes(_counts.AsSpan(0, rows.Rows)));
        _stream.Write(MemoryMarshal.AsBytes(rows.Features.AsSpan(0, entries)));
        _stream.Write(MemoryMarshal.AsBytes(_values.AsSpan(0, entries)));
    }

    /// <summary>Goes back to the first block.</summary>
    public void Rewind() => _stream.Position = 0;

    /// <summary>Reads the next block into <paramref name="block"/>; false at the end.</summary>
    public bool Read(Block block)
    {
        if (_stream.Position == _stream.Length)
        {
            return false;
        }

        Span<int> sizes = stackalloc int[2];
        _stream.ReadExactly(MemoryMarshal.AsBytes(sizes));
        (block.RowCount, block.EntryCount) = (sizes[0], sizes[1]);
        block.Counts = Grown(block.Counts, block.RowCount);
        block.Features = Grown(block.Features, block.EntryCount);
        block.Values = Grown(block.Values, block.EntryCount);
        _stream.ReadExactly(MemoryMarshal.AsBytes(block.Counts.AsSpan(0, block.RowCount)));
        _stream.ReadExactly(MemoryMarshal.AsBytes(block.Features.AsSpan(0, block.EntryCount)));
        _stream.ReadExactly(MemoryMarshal.AsBytes(block.Values.AsSpan(0, block.EntryCount)));
        return true;
    }

    public void Dispose() => _stream.Dispose();

    private static void Grow<T>(ref T[] array, int length) => array = Grown(array, length);

    private static T[] Grown<T>(T[] array, int length) => array.Length >= length ? array : new T[length + (length / 4)];
}
