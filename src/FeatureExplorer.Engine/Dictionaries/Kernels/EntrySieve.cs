using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries.Kernels;

/// <summary>Picks the entries of a row of 48 products that exceed their limits.</summary>
internal static unsafe class EntrySieve
{
    private const int Panel = MatrixProduct.TileColumns;

    /// <summary>Appends what exceeds both limits in tile + bias (48 floats) to a list with room for 48 more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AppendAbove(float* tile, float* bias, float* limits, float floor, int first, ref SparseRow list)
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

    /// <summary>Whether lists hold more entries than a limit, all together.</summary>
    public static bool Exceed(ReadOnlySpan<SparseRow> lists, long limit)
    {
        var entries = 0L;
        foreach (ref readonly var list in lists)
        {
            entries += list.Count;
        }

        return entries > limit;
    }

    /// <summary>
    /// Drops what cannot be among the k largest of a list of upper bounds: at least k values lie above the k-th largest bound less the slack.
    /// Returns what the bounds of later entries must exceed.
    /// </summary>
    /// <param name="list">At least <paramref name="keep"/> entries.</param>
    /// <param name="keep">k.</param>
    /// <param name="slack">How far a value may lie below its bound.</param>
    /// <param name="sorting">Room for the list's values.</param>
    public static float CutBounds(ref SparseRow list, int keep, float slack, Span<float> sorting)
    {
        new ReadOnlySpan<float>(list.Values, list.Count).CopyTo(sorting);
        var least = MathF.BitDecrement(TopSelection.KthLargest(sorting, keep) - slack);
        var none = 0;
        TopSelection.CutAt(ref list, least, ref none);
        return least;
    }
}
