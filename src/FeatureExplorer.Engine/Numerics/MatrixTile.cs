using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FeatureExplorer.Engine.Numerics;

/// <summary>
/// The innermost product: 8 rows of a packed A times a packed panel of B. Every fused kernel of the engine is built on it, so that one
/// place knows the processor: AVX-512, 256-bit vectors (AVX2), or 128-bit vectors (ARM64 and anything else).
/// </summary>
internal static unsafe class MatrixTile
{
    /// <summary>Rows of a tile and of a packed panel of A.</summary>
    public const int Rows = 8;

    /// <summary>Columns of a full tile and of a full packed panel of B.</summary>
    public const int Columns = 48;

    private const int NarrowDepth = 128;
    private const int PrefetchRows = 12;

    /// <summary>Columns of the narrowest panel that holds so many: 16, 32 or 48.</summary>
    public static int WidthFor(int columns) => columns <= 16 ? 16 : columns <= 32 ? 32 : Columns;

    /// <summary>c[8, width] (+)= a[depth, 8]ᵀ · b[depth, width].</summary>
    /// <param name="a">A panel of 8 rows, 8 floats for each k.</param>
    /// <param name="b">A panel of columns, <paramref name="width"/> floats for each k.</param>
    /// <param name="c">Written in full, rows <paramref name="ldc"/> apart.</param>
    /// <param name="ldc">Distance between the rows of c.</param>
    /// <param name="depth">Number of k.</param>
    /// <param name="accumulate">Whether to add to c instead of overwriting it.</param>
    /// <param name="width">48, 32 or 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(float* a, float* b, float* c, nint ldc, int depth, bool accumulate, int width)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            MatrixTile512.Multiply(a, b, c, ldc, depth, accumulate, width);
        }
        else
        {
            Narrow(a, b, c, ldc, depth, accumulate, width);
        }
    }

    /// <summary>
    /// The depth at which a product over many rows is best cut: so much of a panel of B stays in the first-level cache while all rows of A pass by.
    /// Wide registers need no cut, because they use each element of B for twice as many operations.
    /// </summary>
    public static int SliceDepth(int depth) => Vector512.IsHardwareAccelerated ? depth : Math.Min(depth, NarrowDepth);

    private static void Narrow(float* a, float* b, float* c, nint ldc, int depth, bool accumulate, int width)
    {
        var step = !Vector256.IsHardwareAccelerated ? 8 : width == Columns ? 24 : 16;
        for (var column = 0; column < width; column += step)
        {
            for (var row = 0; row < Rows; row += 4)
            {
                var target = c + (row * ldc) + column;
                switch (step)
                {
                    case 24:
                        Tile4x24(a + row, b + column, width, target, ldc, depth, accumulate);
                        break;
                    case 16:
                        Tile4x16(a + row, b + column, width, target, ldc, depth, accumulate);
                        break;
                    default:
                        Tile4x8(a + row, b + column, width, target, ldc, depth, accumulate);
                        break;
                }
            }
        }
    }

    /// <summary>4 rows × 24 columns: twelve sums, three vectors of B and one of A fill the sixteen registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile4x24(float* a, float* b, int width, float* c, nint ldc, int depth, bool accumulate)
    {
        var c00 = Vector256<float>.Zero;
        var c01 = Vector256<float>.Zero;
        var c02 = Vector256<float>.Zero;
        var c10 = Vector256<float>.Zero;
        var c11 = Vector256<float>.Zero;
        var c12 = Vector256<float>.Zero;
        var c20 = Vector256<float>.Zero;
        var c21 = Vector256<float>.Zero;
        var c22 = Vector256<float>.Zero;
        var c30 = Vector256<float>.Zero;
        var c31 = Vector256<float>.Zero;
        var c32 = Vector256<float>.Zero;
        for (; depth > 0; depth--)
        {
            var b0 = Vector256.Load(b);
            var b1 = Vector256.Load(b + 8);
            var b2 = Vector256.Load(b + 16);
            var x = Vector256.Create(a[0]);
            c00 = Vector256.FusedMultiplyAdd(x, b0, c00);
            c01 = Vector256.FusedMultiplyAdd(x, b1, c01);
            c02 = Vector256.FusedMultiplyAdd(x, b2, c02);
            x = Vector256.Create(a[1]);
            c10 = Vector256.FusedMultiplyAdd(x, b0, c10);
            c11 = Vector256.FusedMultiplyAdd(x, b1, c11);
            c12 = Vector256.FusedMultiplyAdd(x, b2, c12);
            x = Vector256.Create(a[2]);
            c20 = Vector256.FusedMultiplyAdd(x, b0, c20);
            c21 = Vector256.FusedMultiplyAdd(x, b1, c21);
            c22 = Vector256.FusedMultiplyAdd(x, b2, c22);
            x = Vector256.Create(a[3]);
            c30 = Vector256.FusedMultiplyAdd(x, b0, c30);
            c31 = Vector256.FusedMultiplyAdd(x, b1, c31);
            c32 = Vector256.FusedMultiplyAdd(x, b2, c32);
            if (Sse.IsSupported)
            {
                // The panel lies in the second-level cache: asking for it twelve rows ahead is worth a twentieth.
                Sse.Prefetch0(b + (PrefetchRows * width));
                Sse.Prefetch0(b + (PrefetchRows * width) + 16);
            }

            a += Rows;
            b += width;
        }

        Put(c, accumulate, c00);
        Put(c + 8, accumulate, c01);
        Put(c + 16, accumulate, c02);
        Put(c + ldc, accumulate, c10);
        Put(c + ldc + 8, accumulate, c11);
        Put(c + ldc + 16, accumulate, c12);
        Put(c + (2 * ldc), accumulate, c20);
        Put(c + (2 * ldc) + 8, accumulate, c21);
        Put(c + (2 * ldc) + 16, accumulate, c22);
        Put(c + (3 * ldc), accumulate, c30);
        Put(c + (3 * ldc) + 8, accumulate, c31);
        Put(c + (3 * ldc) + 16, accumulate, c32);
    }

    /// <summary>4 rows × 16 columns, for the narrower panels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile4x16(float* a, float* b, int width, float* c, nint ldc, int depth, bool accumulate)
    {
        var c00 = Vector256<float>.Zero;
        var c01 = Vector256<float>.Zero;
        var c10 = Vector256<float>.Zero;
        var c11 = Vector256<float>.Zero;
        var c20 = Vector256<float>.Zero;
        var c21 = Vector256<float>.Zero;
        var c30 = Vector256<float>.Zero;
        var c31 = Vector256<float>.Zero;
        for (; depth > 0; depth--)
        {
            var b0 = Vector256.Load(b);
            var b1 = Vector256.Load(b + 8);
            var x = Vector256.Create(a[0]);
            c00 = Vector256.FusedMultiplyAdd(x, b0, c00);
            c01 = Vector256.FusedMultiplyAdd(x, b1, c01);
            x = Vector256.Create(a[1]);
            c10 = Vector256.FusedMultiplyAdd(x, b0, c10);
            c11 = Vector256.FusedMultiplyAdd(x, b1, c11);
            x = Vector256.Create(a[2]);
            c20 = Vector256.FusedMultiplyAdd(x, b0, c20);
            c21 = Vector256.FusedMultiplyAdd(x, b1, c21);
            x = Vector256.Create(a[3]);
            c30 = Vector256.FusedMultiplyAdd(x, b0, c30);
            c31 = Vector256.FusedMultiplyAdd(x, b1, c31);
            a += Rows;
            b += width;
        }

        Put(c, accumulate, c00);
        Put(c + 8, accumulate, c01);
        Put(c + ldc, accumulate, c10);
        Put(c + ldc + 8, accumulate, c11);
        Put(c + (2 * ldc), accumulate, c20);
        Put(c + (2 * ldc) + 8, accumulate, c21);
        Put(c + (3 * ldc), accumulate, c30);
        Put(c + (3 * ldc) + 8, accumulate, c31);
    }

    /// <summary>4 rows × 8 columns of 128-bit vectors. An old processor may have no fused multiply-add, and to imitate one would be a hundred times as slow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile4x8(float* a, float* b, int width, float* c, nint ldc, int depth, bool accumulate)
    {
        var c00 = Vector128<float>.Zero;
        var c01 = Vector128<float>.Zero;
        var c10 = Vector128<float>.Zero;
        var c11 = Vector128<float>.Zero;
        var c20 = Vector128<float>.Zero;
        var c21 = Vector128<float>.Zero;
        var c30 = Vector128<float>.Zero;
        var c31 = Vector128<float>.Zero;
        for (; depth > 0; depth--)
        {
            var b0 = Vector128.Load(b);
            var b1 = Vector128.Load(b + 4);
            var x = Vector128.Create(a[0]);
            c00 = Vector128.MultiplyAddEstimate(x, b0, c00);
            c01 = Vector128.MultiplyAddEstimate(x, b1, c01);
            x = Vector128.Create(a[1]);
            c10 = Vector128.MultiplyAddEstimate(x, b0, c10);
            c11 = Vector128.MultiplyAddEstimate(x, b1, c11);
            x = Vector128.Create(a[2]);
            c20 = Vector128.MultiplyAddEstimate(x, b0, c20);
            c21 = Vector128.MultiplyAddEstimate(x, b1, c21);
            x = Vector128.Create(a[3]);
            c30 = Vector128.MultiplyAddEstimate(x, b0, c30);
            c31 = Vector128.MultiplyAddEstimate(x, b1, c31);
            a += Rows;
            b += width;
        }

        Put(c, accumulate, c00);
        Put(c + 4, accumulate, c01);
        Put(c + ldc, accumulate, c10);
        Put(c + ldc + 4, accumulate, c11);
        Put(c + (2 * ldc), accumulate, c20);
        Put(c + (2 * ldc) + 4, accumulate, c21);
        Put(c + (3 * ldc), accumulate, c30);
        Put(c + (3 * ldc) + 4, accumulate, c31);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* c, bool accumulate, Vector256<float> x) => (accumulate ? x + Vector256.Load(c) : x).Store(c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* c, bool accumulate, Vector128<float> x) => (accumulate ? x + Vector128.Load(c) : x).Store(c);
}
