using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FeatureExplorer.Engine.Numerics;

/// <summary>
/// The innermost product of 16-bit integers: 8 packed rows times packed panels of 16 columns, in 32-bit sums. One instruction multiplies
/// and adds twice as many pairs as one of floats does, so that a product that need only be nearly right takes about half the time. Integers sum exactly in any order.
/// </summary>
internal static unsafe class IntegerTile
{
    /// <summary>Rows of a packed panel of A: two 16-bit values of each row for each pair of k.</summary>
    public const int Rows = MatrixTile.Rows;

    /// <summary>Columns of a packed panel of B.</summary>
    public const int Columns = 16;

    /// <summary>Panels of B that are best taken at once: on wide registers a row's values are then loaded once for all three.</summary>
    public const int Panels = 3;

    private const int CacheLine = 64;

    /// <summary>Whether this processor has the instruction; elsewhere there is nothing to gain.</summary>
    public static bool IsSupported => Avx2.IsSupported;

    /// <summary>c[panels, 8, 16] = a[pairs, 8]ᵀ · b[panels, pairs, 16], each element of a and b two 16-bit values whose products are added.</summary>
    /// <param name="a">Packed rows.</param>
    /// <param name="b">Packed panels of columns, one after the other.</param>
    /// <param name="panels">How many.</param>
    /// <param name="pairs">Half the depth, rounded up.</param>
    /// <param name="c">Receives 128 sums for each panel, row by row.</param>
    public static void Multiply(int* a, int* b, int panels, int pairs, int* c)
    {
        if (Avx512BW.IsSupported && panels == Panels)
        {
            Tile8x48(a, b, pairs, c);
            return;
        }

        for (var panel = 0; panel < panels; panel++)
        {
            if (Avx512BW.IsSupported)
            {
                Tile8x16(a, b, pairs, c);
            }
            else
            {
                Tile4x16(a, b, pairs, c);
                Tile4x16(a + 4, b, pairs, c + (4 * Columns));
            }

            b += (nint)Columns * pairs;
            c += Rows * Columns;
        }
    }

    /// <summary>The readable product.</summary>
    public static void Reference(int* a, int* b, int panels, int pairs, int* c)
    {
        for (var i = 0; i < panels * Rows * Columns; i++)
        {
            var (panel, row, column) = (i / (Rows * Columns), i / Columns % Rows, i % Columns);
            c[i] = 0;
            for (var pair = 0; pair < pairs; pair++)
            {
                var (x, y) = (a[(pair * Rows) + row], b[(((panel * pairs) + pair) * Columns) + column]);
                c[i] += ((short)x * (short)y) + ((x >> 16) * (y >> 16));
            }
        }
    }

    /// <summary>Asks for memory that will soon be read, a part of it at a time so that the requests are spread over the work.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(void* start, long bytes)
    {
        if (Sse.IsSupported)
        {
            for (var offset = 0L; offset < bytes; offset += CacheLine)
            {
                Sse.Prefetch1((byte*)start + offset);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile4x16(int* a, int* b, int pairs, int* c)
    {
        var c00 = Vector256<int>.Zero;
        var c01 = Vector256<int>.Zero;
        var c10 = Vector256<int>.Zero;
        var c11 = Vector256<int>.Zero;
        var c20 = Vector256<int>.Zero;
        var c21 = Vector256<int>.Zero;
        var c30 = Vector256<int>.Zero;
        var c31 = Vector256<int>.Zero;
        for (; pairs > 0; pairs--)
        {
            var b0 = Vector256.Load(b).AsInt16();
            var b1 = Vector256.Load(b + 8).AsInt16();
            var x = Vector256.Create(a[0]).AsInt16();
            c00 += Avx2.MultiplyAddAdjacent(x, b0);
            c01 += Avx2.MultiplyAddAdjacent(x, b1);
            x = Vector256.Create(a[1]).AsInt16();
            c10 += Avx2.MultiplyAddAdjacent(x, b0);
            c11 += Avx2.MultiplyAddAdjacent(x, b1);
            x = Vector256.Create(a[2]).AsInt16();
            c20 += Avx2.MultiplyAddAdjacent(x, b0);
            c21 += Avx2.MultiplyAddAdjacent(x, b1);
            x = Vector256.Create(a[3]).AsInt16();
            c30 += Avx2.MultiplyAddAdjacent(x, b0);
            c31 += Avx2.MultiplyAddAdjacent(x, b1);
            a += Rows;
            b += Columns;
        }

        c00.Store(c);
        c01.Store(c + 8);
        c10.Store(c + 16);
        c11.Store(c + 24);
        c20.Store(c + 32);
        c21.Store(c + 40);
        c30.Store(c + 48);
        c31.Store(c + 56);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile8x16(int* a, int* b, int pairs, int* c)
    {
        var c0 = Vector512<int>.Zero;
        var c1 = Vector512<int>.Zero;
        var c2 = Vector512<int>.Zero;
        var c3 = Vector512<int>.Zero;
        var c4 = Vector512<int>.Zero;
        var c5 = Vector512<int>.Zero;
        var c6 = Vector512<int>.Zero;
        var c7 = Vector512<int>.Zero;
        for (; pairs > 0; pairs--)
        {
            var b0 = Vector512.Load(b).AsInt16();
            c0 += Avx512BW.MultiplyAddAdjacent(Vector512.Create(a[0]).AsInt16(), b0);
            c1 += Avx512BW.MultiplyAddAdjacent(Vector512.Create(a[1]).AsInt16(), b0);
            c2 += Avx512BW.MultiplyAddAdjacent(Vector512.Create(a[2]).AsInt16(), b0);
            c3 += Avx512BW.MultiplyAddAdjacent(Vector512.Create(a[3]).AsInt16(), b0);
            c4 += Avx512BW.MultiplyAddAdjacent(Vector512.Create(a[4]).AsInt16(), b0);
            c5 += Avx512BW.MultiplyAddAdjacent(Vector512.Create(a[5]).AsInt16(), b0);
            c6 += Avx512BW.MultiplyAddAdjacent(Vector512.Create(a[6]).AsInt16(), b0);
            c7 += Avx512BW.MultiplyAddAdjacent(Vector512.Create(a[7]).AsInt16(), b0);
            a += Rows;
            b += Columns;
        }

        c0.Store(c);
        c1.Store(c + 16);
        c2.Store(c + 32);
        c3.Store(c + 48);
        c4.Store(c + 64);
        c5.Store(c + 80);
        c6.Store(c + 96);
        c7.Store(c + 112);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile8x48(int* a, int* b, int pairs, int* c)
    {
        var second = b + ((nint)Columns * pairs);
        var third = second + ((nint)Columns * pairs);
        var c0 = Vector512<int>.Zero;
        var c1 = Vector512<int>.Zero;
        var c2 = Vector512<int>.Zero;
        var c3 = Vector512<int>.Zero;
        var c4 = Vector512<int>.Zero;
        var c5 = Vector512<int>.Zero;
        var c6 = Vector512<int>.Zero;
        var c7 = Vector512<int>.Zero;
        var d0 = Vector512<int>.Zero;
        var d1 = Vector512<int>.Zero;
        var d2 = Vector512<int>.Zero;
        var d3 = Vector512<int>.Zero;
        var d4 = Vector512<int>.Zero;
        var d5 = Vector512<int>.Zero;
        var d6 = Vector512<int>.Zero;
        var d7 = Vector512<int>.Zero;
        var e0 = Vector512<int>.Zero;
        var e1 = Vector512<int>.Zero;
        var e2 = Vector512<int>.Zero;
        var e3 = Vector512<int>.Zero;
        var e4 = Vector512<int>.Zero;
        var e5 = Vector512<int>.Zero;
        var e6 = Vector512<int>.Zero;
        var e7 = Vector512<int>.Zero;
        for (; pairs > 0; pairs--)
        {
            var b0 = Vector512.Load(b).AsInt16();
            var b1 = Vector512.Load(second).AsInt16();
            var b2 = Vector512.Load(third).AsInt16();
            var x = Vector512.Create(a[0]).AsInt16();
            c0 += Avx512BW.MultiplyAddAdjacent(x, b0);
            d0 += Avx512BW.MultiplyAddAdjacent(x, b1);
            e0 += Avx512BW.MultiplyAddAdjacent(x, b2);
            x = Vector512.Create(a[1]).AsInt16();
            c1 += Avx512BW.MultiplyAddAdjacent(x, b0);
            d1 += Avx512BW.MultiplyAddAdjacent(x, b1);
            e1 += Avx512BW.MultiplyAddAdjacent(x, b2);
            x = Vector512.Create(a[2]).AsInt16();
            c2 += Avx512BW.MultiplyAddAdjacent(x, b0);
            d2 += Avx512BW.MultiplyAddAdjacent(x, b1);
            e2 += Avx512BW.MultiplyAddAdjacent(x, b2);
            x = Vector512.Create(a[3]).AsInt16();
            c3 += Avx512BW.MultiplyAddAdjacent(x, b0);
            d3 += Avx512BW.MultiplyAddAdjacent(x, b1);
            e3 += Avx512BW.MultiplyAddAdjacent(x, b2);
            x = Vector512.Create(a[4]).AsInt16();
            c4 += Avx512BW.MultiplyAddAdjacent(x, b0);
            d4 += Avx512BW.MultiplyAddAdjacent(x, b1);
            e4 += Avx512BW.MultiplyAddAdjacent(x, b2);
            x = Vector512.Create(a[5]).AsInt16();
            c5 += Avx512BW.MultiplyAddAdjacent(x, b0);
            d5 += Avx512BW.MultiplyAddAdjacent(x, b1);
            e5 += Avx512BW.MultiplyAddAdjacent(x, b2);
            x = Vector512.Create(a[6]).AsInt16();
            c6 += Avx512BW.MultiplyAddAdjacent(x, b0);
            d6 += Avx512BW.MultiplyAddAdjacent(x, b1);
            e6 += Avx512BW.MultiplyAddAdjacent(x, b2);
            x = Vector512.Create(a[7]).AsInt16();
            c7 += Avx512BW.MultiplyAddAdjacent(x, b0);
            d7 += Avx512BW.MultiplyAddAdjacent(x, b1);
            e7 += Avx512BW.MultiplyAddAdjacent(x, b2);
            a += Rows;
            b += Columns;
            second += Columns;
            third += Columns;
        }

        c0.Store(c);
        c1.Store(c + 16);
        c2.Store(c + 32);
        c3.Store(c + 48);
        c4.Store(c + 64);
        c5.Store(c + 80);
        c6.Store(c + 96);
        c7.Store(c + 112);
        d0.Store(c + 128);
        d1.Store(c + 144);
        d2.Store(c + 160);
        d3.Store(c + 176);
        d4.Store(c + 192);
        d5.Store(c + 208);
        d6.Store(c + 224);
        d7.Store(c + 240);
        e0.Store(c + 256);
        e1.Store(c + 272);
        e2.Store(c + 288);
        e3.Store(c + 304);
        e4.Store(c + 320);
        e5.Store(c + 336);
        e6.Store(c + 352);
        e7.Store(c + 368);
    }
}
