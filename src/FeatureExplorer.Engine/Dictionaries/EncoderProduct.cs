using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>
/// W_enc x̄ + b_enc straight to lists of the features above a limit (0 for ReLU), or of the k largest of them: each 8 × 48 tile of the product
/// gets its bias and is sifted while it lies in the first-level cache, so that the dense product (batch × m) never exists. The only dense
/// product of a sparse training step.
/// </summary>
internal sealed unsafe class EncoderProduct : IDisposable
{
    /// <summary>Rows that one task encodes: enough to use each panel of weights often, few enough to share out a batch of 1,024 evenly.</summary>
    public const int BlockRows = 64;

    private const int Panel = MatrixProduct.TileColumns;

    private readonly int _inputs;
    private readonly int _maxFeatures;
    private readonly FloatBuffer _packedWeights;
    private readonly FloatBuffer _bias;
    private readonly FloatBuffer _limits;
    private int _panels;
    private Scratch[] _scratch = [];

    public EncoderProduct(int inputs, int maxFeatures)
    {
        _inputs = inputs;
        _maxFeatures = maxFeatures;
        var panels = (maxFeatures + Panel - 1) / Panel;
        _packedWeights = new FloatBuffer((long)panels * Panel * inputs);
        _bias = new FloatBuffer((long)panels * Panel);
        _limits = new FloatBuffer((long)panels * Panel);
    }

    /// <summary>Most features that packing may bring.</summary>
    public int MaxFeatures => _maxFeatures;

    /// <summary>Takes over weights [m, n] with rows <paramref name="stride"/> apart and biases [m], on all threads.</summary>
    /// <param name="wEnc">Encoder rows.</param>
    /// <param name="stride">Distance between them.</param>
    /// <param name="bEnc">Biases.</param>
    /// <param name="limits">What an entry must exceed to be listed, for each feature; all 0 when empty.</param>
    public void Pack(float* wEnc, nint stride, float* bEnc, ReadOnlySpan<float> limits = default)
    {
        Begin(_maxFeatures);
        new ReadOnlySpan<float>(bEnc, _maxFeatures).CopyTo(_bias.Span());
        limits.CopyTo(_limits.Span());
        WorkerPool.For(_panels, (panel, _) =>
        {
            var column = panel * Panel;
            var target = _packedWeights.Pointer + ((nint)column * _inputs);
            MatrixProduct.PackB(true, wEnc, stride, column, Math.Min(Panel, _maxFeatures - column), 0, _inputs, target);
        });
    }

    /// <summary>Takes over some features alone; lists then hold places in <paramref name="chosen"/> instead of feature numbers.</summary>
    public void PackChosen(float* wEnc, nint stride, float* bEnc, int[] chosen)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(chosen.Length, _maxFeatures, nameof(chosen));
        Begin(chosen.Length);
        WorkerPool.For(_panels, (panel, _) =>
        {
            var column = panel * Panel;
            var columns = Math.Min(Panel, chosen.Length - column);
            var target = _packedWeights.Pointer + ((nint)column * _inputs);
            for (var c = 0; c < columns; c++)
            {
                var row = wEnc + (chosen[column + c] * stride);
                _bias.Pointer[column + c] = bEnc[chosen[column + c]];
                for (var k = 0; k < _inputs; k++)
                {
                    target[((nint)k * Panel) + c] = row[k];
                }
            }
        });
    }

    /// <summary>Must be called before a job whose threads call <see cref="Encode"/>.</summary>
    public void Prepare()
    {
        var before = _scratch.Length;
        if (before < WorkerPool.Threads)
        {
            Array.Resize(ref _scratch, WorkerPool.Threads);
            for (var thread = before; thread < _scratch.Length; thread++)
            {
                _scratch[thread] = new Scratch(_inputs, Math.Min(_maxFeatures, 1024));
            }
        }
    }

    /// <summary>
    /// Encodes up to <see cref="BlockRows"/> rows x̄ (<paramref name="stride"/> apart). The lists belong to the thread and are good until
    /// its next call. Features ascend in each.
    /// </summary>
    /// <param name="thread">The calling thread's number.</param>
    /// <param name="centred">The rows.</param>
    /// <param name="stride">Distance between them.</param>
    /// <param name="rows">How many.</param>
    /// <param name="keep">Longest list wanted: the largest entries stay, of equal ones those of lower features.</param>
    /// <param name="floor">What every entry must exceed.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ReadOnlySpan<SparseRow> Encode(int thread, float* centred, nint stride, int rows, int keep = int.MaxValue, float floor = 0)
    {
        var scratch = _scratch[thread];
        MatrixProduct.PackA(false, centred, stride, 0, rows, 0, _inputs, scratch.Packed);
        var lists = scratch.Clear();
        Span<float> floors = stackalloc float[BlockRows];
        floors.Fill(floor);
        var longest = keep < int.MaxValue ? TopSelection.LongestList(keep) : int.MaxValue;
        for (var panel = 0; panel < _panels; panel++)
        {
            var column = panel * Panel;
            scratch.MakeRoom(Panel);
            for (var row = 0; row < rows; row += MatrixProduct.TileRows)
            {
                MatrixProduct.Tile(
                    scratch.Packed + ((nint)row * _inputs), _packedWeights.Pointer + ((nint)column * _inputs), scratch.Tile, Panel, _inputs, false);
                var height = Math.Min(MatrixProduct.TileRows, rows - row);
                for (var r = 0; r < height; r++)
                {
                    ref var list = ref lists[row + r];
                    AppendAbove(scratch.Tile + (r * Panel), _bias.Pointer + column, _limits.Pointer + column, floors[row + r], column, ref list);
                    if (list.Count > longest)
                    {
                        floors[row + r] = TopSelection.Cut(ref list, keep, scratch.Sorting(list.Count));
                    }
                }
            }
        }

        for (var row = 0; row < rows; row++)
        {
            if (lists[row].Count > keep)
            {
                TopSelection.Cut(ref lists[row], keep, scratch.Sorting(lists[row].Count));
            }
        }

        return lists[..rows];
    }

    public void Dispose()
    {
        _packedWeights.Dispose();
        _bias.Dispose();
        _limits.Dispose();
        foreach (var scratch in _scratch)
        {
            scratch.Dispose();
        }
    }

    /// <summary>Columns beyond the last feature are never listed.</summary>
    private void Begin(int features)
    {
        _panels = (features + Panel - 1) / Panel;
        _limits.Span(0, features).Clear();
        _limits.Span(features, (_panels * Panel) - features).Fill(float.PositiveInfinity);
    }

    /// <summary>Appends what exceeds both limits in tile + bias (48 floats) to a list with room for 48 more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AppendAbove(float* tile, float* bias, float* limits, float floor, int first, ref SparseRow list)
    {
        if (Avx512F.IsSupported)
        {
            Compress(tile, bias, limits, floor, first, ref list);
            return;
        }

        var bits = 0UL;
        var lowest = Vector256.Create(floor);
        for (var lane = 0; lane < Panel; lane += 8)
        {
            var sum = Vector256.Load(tile + lane) + Vector256.Load(bias + lane);
            var limit = Vector256.Max(Vector256.Load(limits + lane), lowest);
            bits |= (ulong)Vector256.GreaterThan(sum, limit).ExtractMostSignificantBits() << lane;
        }

        var count = list.Count;
        for (; bits != 0; bits &= bits - 1)
        {
            var lane = BitOperations.TrailingZeroCount(bits);
            list.Values[count] = tile[lane] + bias[lane];
            list.Features[count++] = first + lane;
        }

        list.Count = count;
    }

    /// <summary>The same without a branch for each entry; writes up to 16 entries beyond what it appends.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Compress(float* tile, float* bias, float* limits, float floor, int first, ref SparseRow list)
    {
        var count = list.Count;
        var lowest = Vector512.Create(floor);
        for (var lane = 0; lane < Panel; lane += 16)
        {
            var sum = Vector512.Load(tile + lane) + Vector512.Load(bias + lane);
            var mask = Vector512.GreaterThan(sum, Vector512.Max(Vector512.Load(limits + lane), lowest));
            var numbers = Vector512.Create(first + lane) + Vector512<int>.Indices;
            Avx512F.Compress(Vector512<float>.Zero, mask, sum).Store(list.Values + count);
            Avx512F.Compress(Vector512<int>.Zero, mask.AsInt32(), numbers).Store(list.Features + count);
            count += BitOperations.PopCount(mask.ExtractMostSignificantBits());
        }

        list.Count = count;
    }

    /// <summary>One thread's packed rows, tile and growing lists.</summary>
    private sealed class Scratch : IDisposable
    {
        private readonly FloatBuffer _packed;
        private readonly FloatBuffer _tile = new(MatrixProduct.TileRows * Panel);
        private readonly SparseRow[] _lists = new SparseRow[BlockRows];
        private FloatBuffer _values;
        private FloatBuffer _features;
        private float[] _sorting = [];
        private int _capacity;

        public Scratch(int inputs, int capacity)
        {
            _packed = new FloatBuffer((long)BlockRows * inputs);
            _capacity = capacity + (2 * Panel);
            _values = new FloatBuffer((long)BlockRows * _capacity);
            _features = new FloatBuffer((long)BlockRows * _capacity);
        }

        public float* Packed => _packed.Pointer;

        public float* Tile => _tile.Pointer;

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
}
