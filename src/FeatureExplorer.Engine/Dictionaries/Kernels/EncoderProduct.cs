using System.Runtime.CompilerServices;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries.Kernels;

/// <summary>
/// W_enc x̄ + b_enc straight to lists of the features above a limit (0 for ReLU), or of the k largest of them, so that the dense product
/// (batch × m) never exists. Where few features are active, a product of 16-bit integers finds those that can be (<see cref="EncoderScreen"/>), and only
/// they are computed; elsewhere each tile of the product of floats gets its bias and is sifted while it lies in the cache. Which of the two is
/// decided for each block of rows by what is found in its first panels, so that the results depend on nothing else.
/// </summary>
internal sealed unsafe class EncoderProduct : IDisposable
{
    /// <summary>Rows that one task encodes: enough to use each panel of weights often, few enough to share out a batch of 1,024 evenly.</summary>
    public const int BlockRows = 64;

    private const int Panel = MatrixProduct.TileColumns;

    // A block is screened when at most one in so many of the entries of its first panels can be active: with more, computing each costs too much.
    private const int ScreenedShare = 20;
    private const int ProbedShare = 12;

    private readonly int _inputs;
    private readonly int _maxFeatures;
    private readonly Lock _packing = new();
    private readonly FloatBuffer _bias;
    private readonly FloatBuffer _limits;
    private FloatBuffer? _packedWeights;
    private EncoderScreen? _screen;
    private float* _weights;
    private nint _stride;
    private int _features;
    private int _panels;
    private int[]? _chosen;
    private bool _isScreened;
    private volatile bool _isPacked;
    private volatile bool _wasNeeded;
    private EncoderScratch[] _scratch = [];

    public EncoderProduct(int inputs, int maxFeatures)
    {
        _inputs = inputs;
        _maxFeatures = maxFeatures;
        var panels = (maxFeatures + Panel - 1) / Panel;
        _bias = new FloatBuffer((long)panels * Panel);
        _limits = new FloatBuffer((long)panels * Panel);
    }

    /// <summary>Most features that packing may bring.</summary>
    public int MaxFeatures => _maxFeatures;

    /// <summary>Takes over weights [m, n] with rows <paramref name="stride"/> apart and biases [m], on all threads. The weights are read again by <see cref="Encode"/>.</summary>
    /// <param name="wEnc">Encoder rows.</param>
    /// <param name="stride">Distance between them.</param>
    /// <param name="bEnc">Biases.</param>
    /// <param name="limits">What an entry must exceed to be listed, for each feature; all 0 when empty.</param>
    public void Pack(float* wEnc, nint stride, float* bEnc, ReadOnlySpan<float> limits = default)
    {
        Begin(wEnc, stride, _maxFeatures, null);
        new ReadOnlySpan<float>(bEnc, _maxFeatures).CopyTo(_bias.Span());
        limits.CopyTo(_limits.Span());
        PackAll();
    }

    /// <summary>Takes over some features alone; lists then hold places in <paramref name="chosen"/> instead of feature numbers.</summary>
    public void PackChosen(float* wEnc, nint stride, float* bEnc, int[] chosen)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(chosen.Length, _maxFeatures, nameof(chosen));
        Begin(wEnc, stride, chosen.Length, chosen);
        for (var i = 0; i < chosen.Length; i++)
        {
            _bias.Pointer[i] = bEnc[chosen[i]];
        }

        PackAll();
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
                _scratch[thread] = new EncoderScratch(_inputs, Math.Min(_maxFeatures, 1024));
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
        if (!_isScreened || !TryScreen(thread, centred, stride, rows, keep, floor))
        {
            EncodeAll(scratch, centred, stride, rows, keep, floor);
        }

        var lists = scratch.Lists[..rows];
        for (var row = 0; row < rows; row++)
        {
            if (lists[row].Count > keep)
            {
                TopSelection.Cut(ref lists[row], keep, scratch.Sorting(lists[row].Count));
            }
        }

        return lists;
    }

    public void Dispose()
    {
        _packedWeights?.Dispose();
        _screen?.Dispose();
        _bias.Dispose();
        _limits.Dispose();
        foreach (var scratch in _scratch)
        {
            scratch.Dispose();
        }
    }

    private void Begin(float* wEnc, nint stride, int features, int[]? chosen)
    {
        _weights = wEnc;
        (_stride, _features, _chosen) = (stride, features, chosen);
        _panels = (features + Panel - 1) / Panel;
        _limits.Span(0, features).Clear();
        // Columns beyond the last feature are never listed.
        _limits.Span(features, (_panels * Panel) - features).Fill(float.PositiveInfinity);
    }

    private void PackAll()
    {
        _isPacked = false;
        _isScreened = EncoderScreen.Suits(_stride, _features);
        if (_isScreened)
        {
            _screen ??= new EncoderScreen(_inputs, _maxFeatures);
            _screen.Pack(_weights, _stride, _features, _chosen);
        }

        if (!_isScreened || _wasNeeded)
        {
            PackFloats();
        }

        _wasNeeded = false;
    }

    /// <summary>For the product of floats: when packing begins, or when a block turns out to need it.</summary>
    private void PackFloats()
    {
        lock (_packing)
        {
            if (_isPacked)
            {
                return;
            }

            _packedWeights ??= new FloatBuffer((_maxFeatures + Panel - 1L) / Panel * Panel * _inputs);
            WorkerPool.For(_panels, (panel, _) => PackPanel(panel, _packedWeights.Pointer + ((nint)panel * Panel * _inputs)));
            _isPacked = true;
        }
    }

    private void PackPanel(int panel, float* target)
    {
        var column = panel * Panel;
        var columns = Math.Min(Panel, _features - column);
        if (_chosen is null)
        {
            MatrixProduct.PackB(true, _weights, _stride, column, columns, 0, _inputs, target);
            return;
        }

        for (var c = 0; c < columns; c++)
        {
            var row = _weights + (_chosen[column + c] * _stride);
            for (var k = 0; k < _inputs; k++)
            {
                target[((nint)k * Panel) + c] = row[k];
            }
        }
    }

    /// <summary>The product of floats, all of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void EncodeAll(EncoderScratch scratch, float* centred, nint stride, int rows, int keep, float floor)
    {
        _wasNeeded = true;
        PackFloats();
        MatrixProduct.PackA(false, centred, stride, 0, rows, 0, _inputs, scratch.Packed);
        var lists = scratch.Clear();
        Span<float> floors = stackalloc float[BlockRows];
        floors.Fill(floor);
        var longest = keep < int.MaxValue ? TopSelection.LongestList(keep) : int.MaxValue;
        for (var panel = 0; panel < _panels; panel++)
        {
            var column = panel * Panel;
            scratch.MakeRoom(Panel);
            MatrixProduct.MultiplyPanel(
                scratch.Packed, _packedWeights!.Pointer + ((nint)column * _inputs), RoundedUp(rows), Panel, Panel, _inputs, scratch.Tile, Panel, false);
            for (var row = 0; row < rows; row++)
            {
                ref var list = ref lists[row];
                EntrySieve.AppendAbove(scratch.Tile + (row * Panel), _bias.Pointer + column, _limits.Pointer + column, floors[row], column, ref list);
                if (list.Count > longest)
                {
                    floors[row] = TopSelection.Cut(ref list, keep, scratch.Sorting(list.Count));
                }
            }
        }
    }

    /// <summary>Lists what integers cannot exclude, then computes it. False when that is too much.</summary>
    private bool TryScreen(int thread, float* centred, nint stride, int rows, int keep, float floor)
    {
        var (screen, scratch) = (_screen!, _scratch[thread]);
        var lists = scratch.Clear();
        Span<float> floors = stackalloc float[BlockRows];
        Span<int> longest = stackalloc int[BlockRows];
        floors.Fill(floor);
        longest.Fill(keep < int.MaxValue ? TopSelection.LongestList(keep) : int.MaxValue);
        screen.Begin(thread, centred, stride, rows);
        var probed = Math.Max(1, _panels / ProbedShare);
        for (var panel = 0; panel < _panels; panel++)
        {
            scratch.MakeRoom(Panel);
            screen.Append(thread, rows, panel * Panel, Panel, _bias.Pointer, _limits.Pointer, floors, lists);
            if (keep < int.MaxValue)
            {
                for (var row = 0; row < rows; row++)
                {
                    if (lists[row].Count > longest[row])
                    {
                        floors[row] = EntrySieve.CutBounds(ref lists[row], keep, screen.Slack(thread, row), scratch.Sorting(lists[row].Count));
                        longest[row] = Math.Max(longest[row], 2 * lists[row].Count);
                    }
                }
            }
            else if (panel + 1 == probed && EntrySieve.Exceed(lists[..rows], (long)rows * probed * Panel / ScreenedShare))
            {
                return false;
            }
        }

        for (var row = 0; row < rows; row++)
        {
            Compute(ref lists[row], centred + (row * stride), floor, scratch);
        }

        return true;
    }

    /// <summary>Puts the values of a row in the place of their bounds, and drops those that do not exceed their limits after all.</summary>
    private void Compute(ref SparseRow list, float* row, float floor, EncoderScratch scratch)
    {
        var rows = list.Features;
        if (_chosen is not null)
        {
            rows = scratch.RowNumbers(list.Count);
            for (var k = 0; k < list.Count; k++)
            {
                rows[k] = _chosen[list.Features[k]];
            }
        }

        RowKernels.Dots(rows, list.Count, _weights, _stride, (int)_stride, row, 0, list.Values);
        var count = 0;
        for (var k = 0; k < list.Count; k++)
        {
            var feature = list.Features[k];
            var value = list.Values[k] + _bias.Pointer[feature];
            list.Values[count] = value;
            list.Features[count] = feature;
            count += value > MathF.Max(_limits.Pointer[feature], floor) ? 1 : 0;
        }

        list.Count = count;
    }

    private static int RoundedUp(int rows) => (rows + MatrixProduct.TileRows - 1) / MatrixProduct.TileRows * MatrixProduct.TileRows;
}
