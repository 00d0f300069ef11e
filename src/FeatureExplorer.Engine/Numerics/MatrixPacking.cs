using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FeatureExplorer.Engine.Numerics;

/// <summary>
/// Rearranges parts of matrices into the panels that <see cref="MatrixTile"/> reads in order: A as panels of 8 rows (8 floats for
/// each k), B as panels of 48, 32 or 16 columns (as many floats for each k). Missing rows and columns become zeros.
/// </summary>
internal static unsafe class MatrixPacking
{
    /// <summary>Packs rows [row, row + rows) × [k, k + depth) of op(A); writes ceil(rows / 8) · 8 · depth floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackA(bool transpose, float* a, nint lda, int row, int rows, int k, int depth, float* packed)
    {
        for (var i = 0; i < rows; i += MatrixTile.Rows)
        {
            var height = Math.Min(MatrixTile.Rows, rows - i);
            var source = transpose ? a + ((nint)k * lda) + row + i : a + ((nint)(row + i) * lda) + k;
            PackPanel(!transpose, source, lda, height, MatrixTile.Rows, depth, packed);
            packed += MatrixTile.Rows * depth;
        }
    }

    /// <summary>Packs one panel: columns [column, column + columns) × [k, k + depth) of op(B) into rows of <paramref name="width"/>.</summary>
    public static void PackB(bool transpose, float* b, nint ldb, int column, int columns, int width, int k, int depth, float* packed)
    {
        var source = transpose ? b + ((nint)column * ldb) + k : b + ((nint)k * ldb) + column;
        PackPanel(transpose, source, ldb, columns, width, depth, packed);
    }

    /// <summary>packed[k · width + lane]; lanes lie <paramref name="stride"/> apart (and k contiguously) when <paramref name="lanesAreRows"/>, else the other way round.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackPanel(bool lanesAreRows, float* source, nint stride, int lanes, int width, int depth, float* packed)
    {
        var k = 0;
        if (lanes == width && lanesAreRows && Avx.IsSupported)
        {
            for (; k + 8 <= depth; k += 8)
            {
                for (var lane = 0; lane < width; lane += 8)
                {
                    Transpose8(source + (lane * stride) + k, stride, packed + (k * width) + lane, width);
                }
            }
        }
        else if (lanes == width && !lanesAreRows)
        {
            for (; k < depth; k++)
            {
                for (var lane = 0; lane < width; lane += 8)
                {
                    Vector256.Load(source + (k * stride) + lane).Store(packed + (k * width) + lane);
                }
            }
        }

        for (; k < depth; k++)
        {
            for (var lane = 0; lane < width; lane++)
            {
                packed[(k * width) + lane] = lane >= lanes ? 0 : lanesAreRows ? source[(lane * stride) + k] : source[(k * stride) + lane];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose8(float* s, nint stride, float* d, nint width)
    {
        var r0 = Avx.LoadVector256(s);
        var r1 = Avx.LoadVector256(s + stride);
        var r2 = Avx.LoadVector256(s + (2 * stride));
        var r3 = Avx.LoadVector256(s + (3 * stride));
        var r4 = Avx.LoadVector256(s + (4 * stride));
        var r5 = Avx.LoadVector256(s + (5 * stride));
        var r6 = Avx.LoadVector256(s + (6 * stride));
        var r7 = Avx.LoadVector256(s + (7 * stride));
        var t0 = Avx.UnpackLow(r0, r1);
        var t1 = Avx.UnpackHigh(r0, r1);
        var t2 = Avx.UnpackLow(r2, r3);
        var t3 = Avx.UnpackHigh(r2, r3);
        var t4 = Avx.UnpackLow(r4, r5);
        var t5 = Avx.UnpackHigh(r4, r5);
        var t6 = Avx.UnpackLow(r6, r7);
        var t7 = Avx.UnpackHigh(r6, r7);
        r0 = Avx.Shuffle(t0, t2, 0x44);
        r1 = Avx.Shuffle(t0, t2, 0xEE);
        r2 = Avx.Shuffle(t1, t3, 0x44);
        r3 = Avx.Shuffle(t1, t3, 0xEE);
        r4 = Avx.Shuffle(t4, t6, 0x44);
        r5 = Avx.Shuffle(t4, t6, 0xEE);
        r6 = Avx.Shuffle(t5, t7, 0x44);
        r7 = Avx.Shuffle(t5, t7, 0xEE);
        Avx.Permute2x128(r0, r4, 0x20).Store(d);
        Avx.Permute2x128(r1, r5, 0x20).Store(d + width);
        Avx.Permute2x128(r2, r6, 0x20).Store(d + (2 * width));
        Avx.Permute2x128(r3, r7, 0x20).Store(d + (3 * width));
        Avx.Permute2x128(r0, r4, 0x31).Store(d + (4 * width));
        Avx.Permute2x128(r1, r5, 0x31).Store(d + (5 * width));
        Avx.Permute2x128(r2, r6, 0x31).Store(d + (6 * width));
        Avx.Permute2x128(r3, r7, 0x31).Store(d + (7 * width));
    }
}
