using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries.Kernels;

/// <summary>
/// Finds which entries of W_enc x̄ + b_enc can exceed their limits, by a product of 16-bit integers and a bound on what rounding can have changed:
/// with w̃ and x̃ the rounded vectors, |w·x̄ − w̃·x̃| ≤ ‖w − w̃‖ ‖x̄‖ + ‖w̃‖ ‖x̄ − x̃‖ (Cauchy and Schwarz). Where one feature in a hundred is active, only a little more
/// than that has to be computed exactly, and the integers take half the time of floats. Nothing that a product of floats would list is missed.
/// </summary>
internal sealed unsafe class EncoderScreen : IDisposable
{
    private const int BlockRows = EncoderProduct.BlockRows;
    private const int Columns = IntegerTile.Columns;

    private readonly int _inputs;
    private readonly int _pairs;
    private readonly int _limit;
    private readonly FloatBuffer _packed;
    private readonly FloatBuffer _scales;
    private readonly FloatBuffer _errors;
    private readonly FloatBuffer _norms;
    private Scratch[] _scratch = [];
    private int _panels;
    private float _largestError;
    private float _largestNorm;

    public EncoderScreen(int inputs, int maxFeatures)
    {
        _inputs = inputs;
        _pairs = (inputs + 1) / 2;
        _limit = QuantizedVector.LimitFor(2 * _pairs);
        var columns = (maxFeatures + Columns - 1L) / Columns * Columns;
        _packed = new FloatBuffer(columns * _pairs);
        _scales = new FloatBuffer(columns);
        _errors = new FloatBuffer(columns);
        _norms = new FloatBuffer(columns);
    }

    /// <summary>Whether it is faster than the product of floats for rows that lie so far apart: vectors have to be padded, and long enough.</summary>
    public static bool Suits(nint stride, int features) => IntegerTile.IsSupported && stride % 16 == 0 && stride >= 64 && features >= 256;

    /// <summary>Takes over rows of W_enc [m, n], on all threads.</summary>
    /// <param name="wEnc">The matrix.</param>
    /// <param name="stride">Distance between its rows.</param>
    /// <param name="features">How many rows.</param>
    /// <param name="chosen">Which rows; null: the first.</param>
    public void Pack(float* wEnc, nint stride, int features, int[]? chosen = null)
    {
        _panels = (features + Columns - 1) / Columns;
        Prepare();
        WorkerPool.For(_panels, (panel, thread) =>
        {
            var first = panel * Columns;
            var count = Math.Min(Columns, features - first);
            var rounded = (short*)_scratch[thread].Rounded;
            for (var c = 0; c < count; c++)
            {
                var row = wEnc + ((chosen is null ? first + c : chosen[first + c]) * stride);
                var vector = QuantizedVector.Of(row, _inputs, _limit, rounded + (2 * c * _pairs));
                _scales.Pointer[first + c] = vector.Scale;
                _norms.Pointer[first + c] = vector.Norm + vector.Error;
                // Floats round too, in the exact product as in the bound.
                _errors.Pointer[first + c] = vector.Error + ((_inputs + 8) * 1.2e-7f * vector.Norm);
            }

            MatrixPacking.PackB(true, (float*)rounded, _pairs, 0, count, Columns, 0, _pairs, _packed.Pointer + ((nint)first * _pairs));
        });
        _largestError = TensorPrimitives.Max<float>(_errors.Span(0, features));
        _largestNorm = TensorPrimitives.Max<float>(_norms.Span(0, features));
    }

    /// <summary>Must be called before a job whose threads call <see cref="Begin"/>.</summary>
    public void Prepare()
    {
        var before = _scratch.Length;
        if (before < WorkerPool.Threads)
        {
            Array.Resize(ref _scratch, WorkerPool.Threads);
            for (var thread = before; thread < _scratch.Length; thread++)
            {
                _scratch[thread] = new Scratch(_pairs);
            }
        }
    }

    /// <summary>Takes over a block of rows x̄.</summary>
    public void Begin(int thread, float* centred, nint stride, int rows)
    {
        var scratch = _scratch[thread];
        for (var row = 0; row < rows; row++)
        {
            scratch.Rows[row] = QuantizedVector.Of(centred + (row * stride), _inputs, _limit, (short*)scratch.Rounded + (2 * row * _pairs));
        }

        MatrixPacking.PackA(false, (float*)scratch.Rounded, _pairs, 0, rows, 0, _pairs, (float*)scratch.Packed);
    }

    /// <summary>
    /// Appends the features of [first, first + count) that can exceed their limits, each with the largest value that it can have, to lists with
    /// room for all of them.
    /// </summary>
    /// <param name="thread">The calling thread's number.</param>
    /// <param name="rows">Rows of the block.</param>
    /// <param name="first">A multiple of 16.</param>
    /// <param name="count">A multiple of 16.</param>
    /// <param name="bias">Biases of all features, padded.</param>
    /// <param name="limits">Limits of all features; infinite beyond the last.</param>
    /// <param name="floors">A limit for each row.</param>
    /// <param name="lists">One for each row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Append(int thread, int rows, int first, int count, float* bias, float* limits, ReadOnlySpan<float> floors, Span<SparseRow> lists)
    {
        var scratch = _scratch[thread];
        var tile = scratch.Tile;
        var end = Math.Min(first + count, _panels * Columns);
        for (var column = first; column < end;)
        {
            var panels = Math.Min(IntegerTile.Panels, (end - column) / Columns);
            var weights = (int*)_packed.Pointer + ((nint)column * _pairs);
            var ahead = panels * Columns * (long)_pairs * sizeof(int) * IntegerTile.Rows / rows;
            for (var row = 0; row < rows; row += IntegerTile.Rows)
            {
                IntegerTile.Prefetch((byte*)(weights + ((nint)panels * Columns * _pairs)) + (ahead * (row / IntegerTile.Rows)), ahead);
                IntegerTile.Multiply(scratch.Packed + ((nint)row * _pairs), weights, panels, _pairs, tile);
                var height = Math.Min(IntegerTile.Rows, rows - row);
                for (var panel = 0; panel < panels; panel++)
                {
                    var at = column + (panel * Columns);
                    var sums = tile + (panel * IntegerTile.Rows * Columns);
                    Sift(sums, scratch.Rows.AsSpan(row, height), at, bias + at, limits + at, floors.Slice(row, height), lists.Slice(row, height));
                }
            }

            column += panels * Columns;
        }
    }

    /// <summary>At most so much lies between the value that <see cref="Append"/> gives and the true one, for any feature.</summary>
    public float Slack(int thread, int row)
    {
        var vector = _scratch[thread].Rows[row];
        return 2 * ((_largestError * vector.Norm) + (_largestNorm * vector.Error));
    }

    public void Dispose()
    {
        _packed.Dispose();
        _scales.Dispose();
        _errors.Dispose();
        _norms.Dispose();
        foreach (var scratch in _scratch)
        {
            scratch.Dispose();
        }
    }

    /// <summary>Replaces a tile's sums by the largest values that the entries can have, and lists those that exceed their limits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sift(
        int* sums, ReadOnlySpan<QuantizedVector> rows, int column, float* bias, float* limits, ReadOnlySpan<float> floors, Span<SparseRow> lists)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            SiftHalves(sums, rows, column, bias, limits, floors, lists);
            return;
        }

        var scales = Vector512.Load(_scales.Pointer + column);
        var errors = Vector512.Load(_errors.Pointer + column);
        var norms = Vector512.Load(_norms.Pointer + column);
        var biases = Vector512.Load(bias);
        var limit = Vector512.Load(limits);
        for (var r = 0; r < rows.Length; r++, sums += Columns)
        {
            var row = rows[r];
            var most = Vector512.FusedMultiplyAdd(norms, Vector512.Create(row.Error), biases);
            most = Vector512.FusedMultiplyAdd(errors, Vector512.Create(row.Norm), most);
            most = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(Vector512.Load(sums)) * row.Scale, scales, most);
            var bits = (uint)Vector512.GreaterThan(most, Vector512.Max(limit, Vector512.Create(floors[r]))).ExtractMostSignificantBits();
            if (bits != 0)
            {
                most.Store((float*)sums);
                ListLanes((float*)sums, bits, column, ref lists[r]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SiftHalves(
        int* sums, ReadOnlySpan<QuantizedVector> rows, int column, float* bias, float* limits, ReadOnlySpan<float> floors, Span<SparseRow> lists)
    {
        for (var r = 0; r < rows.Length; r++, sums += Columns)
        {
            var row = rows[r];
            var values = (float*)sums;
            var bits = 0u;
            for (var lane = 0; lane < Columns; lane += 8)
            {
                var product = Vector256.ConvertToSingle(Vector256.Load(sums + lane)) * row.Scale;
                var most = Vector256.MultiplyAddEstimate(Vector256.Load(_norms.Pointer + column + lane), Vector256.Create(row.Error), Vector256.Load(bias + lane));
                most = Vector256.MultiplyAddEstimate(Vector256.Load(_errors.Pointer + column + lane), Vector256.Create(row.Norm), most);
                most = Vector256.MultiplyAddEstimate(product, Vector256.Load(_scales.Pointer + column + lane), most);
                most.Store(values + lane);
                bits |= Vector256.GreaterThan(most, Vector256.Max(Vector256.Load(limits + lane), Vector256.Create(floors[r]))).ExtractMostSignificantBits() << lane;
            }

            ListLanes(values, bits, column, ref lists[r]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ListLanes(float* values, uint bits, int column, ref SparseRow list)
    {
        var count = list.Count;
        for (; bits != 0; bits &= bits - 1)
        {
            var lane = BitOperations.TrailingZeroCount(bits);
            list.Values[count] = values[lane];
            list.Features[count++] = column + lane;
        }

        list.Count = count;
    }

    /// <summary>One thread's rounded rows and tile.</summary>
    private sealed class Scratch(int pairs) : IDisposable
    {
        private readonly FloatBuffer _rounded = new((long)BlockRows * pairs);
        private readonly FloatBuffer _packed = new((long)BlockRows * pairs);
        private readonly FloatBuffer _tile = new(IntegerTile.Panels * IntegerTile.Rows * IntegerTile.Columns);

        public QuantizedVector[] Rows { get; } = new QuantizedVector[BlockRows];

        public float* Rounded => _rounded.Pointer;

        public int* Packed => (int*)_packed.Pointer;

        public int* Tile => (int*)_tile.Pointer;

        public void Dispose()
        {
            _rounded.Dispose();
            _packed.Dispose();
            _tile.Dispose();
        }
    }
}
