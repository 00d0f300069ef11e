using System.Runtime.InteropServices;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries.Kernels;

/// <summary>
/// The entries of a batch by feature (compressed sparse columns), made from the lists by row: counts per block of rows and feature become
/// the places where each block writes, so that blocks fill it side by side and each feature's entries still lie in the order of the rows.
/// </summary>
internal sealed unsafe class FeatureLists(int features, int maxBlocks) : IDisposable
{
    private const int FeaturesPerTask = 512;

    // [maxBlocks, features]: first counts, then the next place to write, at last the end of the block's entries of the feature.
    private readonly int[] _places = new int[checked((long)maxBlocks * features)];
    private readonly int[] _starts = new int[features + 1];
    private int _blocks;
    private long _capacity;
    private int* _rowNumbers;
    private float* _values;
    private float* _gradients;
    private float* _extra;

    ~FeatureLists() => Free();

    /// <summary>How often each feature fired in a block: zeros, for the caller to count up.</summary>
    public Span<int> CountsOf(int block)
    {
        var counts = _places.AsSpan(checked(block * features), features);
        counts.Clear();
        return counts;
    }

    /// <summary>Sorts the rows' entries by feature.</summary>
    public void Fill(SparseRow* rows, int rowCount, int blocks)
    {
        _blocks = blocks;
        var tasks = (features + FeaturesPerTask - 1) / FeaturesPerTask;
        WorkerPool.For(tasks, (task, _) => CountEntries(task));
        for (var i = 0; i < features; i++)
        {
            _starts[i + 1] = checked(_starts[i] + _starts[i + 1]);
        }

        MakeRoom(_starts[features]);
        WorkerPool.For(tasks, (task, _) => CountsToPlaces(task));
        WorkerPool.For(_blocks, (block, _) => FillBlock(block, rows, rowCount));
    }

    /// <summary>All entries of a feature; <see cref="SparseRow.Features"/> holds row numbers here.</summary>
    public SparseRow Of(int feature) => Entries(_starts[feature], _starts[feature + 1]);

    /// <summary>The entries of a feature in the blocks [first, last); <see cref="SparseRow.Features"/> holds row numbers here.</summary>
    public SparseRow Of(int feature, int first, int last)
    {
        var start = first == 0 ? _starts[feature] : _places[((first - 1) * features) + feature];
        var end = _places[((last - 1) * features) + feature];
        return Entries(start, end);
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private SparseRow Entries(int start, int end) =>
        new(_rowNumbers + start, _values + start, _gradients + start, end - start) { Extra = _extra + start };

    /// <summary>Entries of feature i, at the place where its end will be.</summary>
    private void CountEntries(int task)
    {
        var from = task * FeaturesPerTask;
        var total = _starts.AsSpan(from + 1, Math.Min(FeaturesPerTask, features - from));
        total.Clear();
        for (var block = 0; block < _blocks; block++)
        {
            var counts = _places.AsSpan((block * features) + from, total.Length);
            System.Numerics.Tensors.TensorPrimitives.Add(total, counts, total);
        }
    }

    private void CountsToPlaces(int task)
    {
        var from = task * FeaturesPerTask;
        Span<int> next = stackalloc int[Math.Min(FeaturesPerTask, features - from)];
        _starts.AsSpan(from, next.Length).CopyTo(next);
        for (var block = 0; block < _blocks; block++)
        {
            var places = _places.AsSpan((block * features) + from, next.Length);
            for (var i = 0; i < next.Length; i++)
            {
                (places[i], next[i]) = (next[i], next[i] + places[i]);
            }
        }
    }

    private void FillBlock(int block, SparseRow* rows, int rowCount)
    {
        fixed (int* places = &_places[block * features])
        {
            for (var row = block * StepBatch.BlockRows; row < Math.Min(rowCount, (block + 1) * StepBatch.BlockRows); row++)
            {
                var list = rows[row];
                for (var k = 0; k < list.Count; k++)
                {
                    var place = places[list.Features[k]]++;
                    _rowNumbers[place] = row;
                    _values[place] = list.Values[k];
                    _gradients[place] = list.Gradients[k];
                    _extra[place] = list.Extra[k];
                }
            }
        }
    }

    private void MakeRoom(long entries)
    {
        if (entries <= _capacity)
        {
            return;
        }

        Free();
        _capacity = entries + (entries / 4);
        _rowNumbers = (int*)NativeMemory.AlignedAlloc(checked((nuint)_capacity * 16), 64);
        _values = (float*)(_rowNumbers + _capacity);
        _gradients = _values + _capacity;
        _extra = _gradients + _capacity;
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_rowNumbers);
        _rowNumbers = null;
        _capacity = 0;
    }
}
