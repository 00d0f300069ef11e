using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries.Kernels;

/// <summary>One thread's packed rows, tile and growing lists.</summary>
internal sealed unsafe class EncoderScratch : IDisposable
{
    private const int BlockRows = EncoderProduct.BlockRows;
    private const int Panel = MatrixProduct.TileColumns;

    private readonly FloatBuffer _packed;
    private readonly FloatBuffer _tile = new(BlockRows * Panel);
    private readonly SparseRow[] _lists = new SparseRow[BlockRows];
    private FloatBuffer _values;
    private FloatBuffer _features;
    private float[] _sorting = [];
    private FloatBuffer? _rowNumbers;
    private int _capacity;

    public EncoderScratch(int inputs, int capacity)
    {
        _packed = new FloatBuffer((long)BlockRows * inputs);
        _capacity = capacity + (2 * Panel);
        _values = new FloatBuffer((long)BlockRows * _capacity);
        _features = new FloatBuffer((long)BlockRows * _capacity);
    }

    public float* Packed => _packed.Pointer;

    public float* Tile => _tile.Pointer;

    public Span<SparseRow> Lists => _lists;

    public Span<SparseRow> Clear()
    {
        for (var row = 0; row < BlockRows; row++)
        {
            _lists[row] = new SparseRow((int*)(_features.Pointer + ((nint)row * _capacity)), _values.Pointer + ((nint)row * _capacity), null, 0);
        }

        return _lists;
    }

    /// <summary>Room to sort so many values.</summary>
    public Span<float> Sorting(int count)
    {
        if (_sorting.Length < count)
        {
            _sorting = new float[2 * count];
        }

        return _sorting.AsSpan(0, count);
    }

    /// <summary>Room for so many row numbers.</summary>
    public int* RowNumbers(int count)
    {
        if (_rowNumbers is null || _rowNumbers.Length < count)
        {
            _rowNumbers?.Dispose();
            _rowNumbers = new FloatBuffer(2L * count);
        }

        return (int*)_rowNumbers.Pointer;
    }

    /// <summary>Sees to it that every list has room for so many more entries, and for what a vector store writes beyond them.</summary>
    public void MakeRoom(int entries)
    {
        var longest = 0;
        foreach (ref readonly var list in _lists.AsSpan())
        {
            longest = Math.Max(longest, list.Count);
        }

        if (longest + entries + 16 > _capacity)
        {
            Grow(2 * _capacity);
        }
    }

    public void Dispose()
    {
        _packed.Dispose();
        _tile.Dispose();
        _values.Dispose();
        _features.Dispose();
        _rowNumbers?.Dispose();
    }

    private void Grow(int capacity)
    {
        var values = new FloatBuffer((long)BlockRows * capacity);
        var features = new FloatBuffer((long)BlockRows * capacity);
        for (var row = 0; row < BlockRows; row++)
        {
            ref var list = ref _lists[row];
            var moved = new SparseRow((int*)(features.Pointer + ((nint)row * capacity)), values.Pointer + ((nint)row * capacity), null, list.Count);
            new Span<float>(list.Values, list.Count).CopyTo(new Span<float>(moved.Values, list.Count));
            new Span<int>(list.Features, list.Count).CopyTo(new Span<int>(moved.Features, list.Count));
            list = moved;
        }

        _values.Dispose();
        _features.Dispose();
        (_values, _features, _capacity) = (values, features, capacity);
    }
}
