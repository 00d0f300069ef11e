using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer;

/// <summary>
/// Operations down the columns of a panel [rows, width] with width 16, 32 or 48: a column (lane) is a token, a row a vocabulary entry or
/// a key. A softmax over the rows then needs no sum across a vector, and the panel is at once the packed factor of the next product.
/// </summary>
internal static unsafe class PanelColumns
{
    // Rows that stay in the first-level cache while the vectors of a row are gone through one by one.
    private const int ChunkRows = 64;

    /// <summary>max[lane] = max(max[lane], the lane's rows).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Max(float* panel, int rows, int width, float* max)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            Max256(panel, rows, width, max);
            return;
        }
        for (var lane = 0; lane < width; lane += 16)
        {
            var highest = Vector512.Load(max + lane);
            var other = highest;
            var row = 0;
            for (; row + 2 <= rows; row += 2)
            {
                highest = Vector512.Max(highest, Vector512.Load(panel + ((nint)row * width) + lane));
                other = Vector512.Max(other, Vector512.Load(panel + ((nint)(row + 1) * width) + lane));
            }
            for (; row < rows; row++)
            {
                highest = Vector512.Max(highest, Vector512.Load(panel + ((nint)row * width) + lane));
            }
            Vector512.Max(highest, other).Store(max + lane);
        }
    }

    /// <summary>panel = exp(scale · (panel − max[lane])); sum[lane] += the lane's results.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Exp(float* panel, int rows, int width, float scale, float* max, float* sum)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            Exp256(panel, rows, width, scale, max, sum);
            return;
        }
        for (var first = 0; first < rows; first += ChunkRows)
        {
            var chunk = panel + ((nint)first * width);
            var count = Math.Min(ChunkRows, rows - first);
            for (var lane = 0; lane < width; lane += 16)
            {
                var highest = Vector512.Load(max + lane);
                var total = Vector512.Load(sum + lane);
                var factor = Vector512.Create(scale);
                var x = chunk + lane;
                for (var row = 0; row < count; row++, x += width)
                {
                    var e = VectorMath.Exp((Vector512.Load(x) - highest) * factor);
                    e.Store(x);
                    total += e;
                }
                total.Store(sum + lane);
            }
        }
    }

    /// <summary>panel *= factor[lane].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(float* panel, int rows, int width, float* factor)
    {
        for (var row = 0; row < rows; row++, panel += width)
        {
            for (var lane = 0; lane < width; lane += 8)
            {
                (Vector256.Load(panel + lane) * Vector256.Load(factor + lane)).Store(panel + lane);
            }
        }
    }

    /// <summary>sum[lane] = Σ over rows of a ∘ b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Dot(float* a, float* b, int rows, int width, float* sum)
    {
        for (var lane = 0; lane < width; lane += 16)
        {
            var low = Vector256<float>.Zero;
            var high = Vector256<float>.Zero;
            for (var row = 0; row < rows; row++)
            {
                var at = ((nint)row * width) + lane;
                low = Vector256.FusedMultiplyAdd(Vector256.Load(a + at), Vector256.Load(b + at), low);
                high = Vector256.FusedMultiplyAdd(Vector256.Load(a + at + 8), Vector256.Load(b + at + 8), high);
            }
            low.Store(sum + lane);
            high.Store(sum + lane + 8);
        }
    }

    /// <summary>dp = p ∘ (dp − dot[lane]) · scale: from the gradient of a softmax's results to that of its inputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SoftmaxBackward(float* p, float* dp, int rows, int width, float* dot, float scale)
    {
        for (var row = 0; row < rows; row++, p += width, dp += width)
        {
            for (var lane = 0; lane < width; lane += 8)
            {
                (Vector256.Load(p + lane) * (Vector256.Load(dp + lane) - Vector256.Load(dot + lane)) * scale).Store(dp + lane);
            }
        }
    }

    /// <summary>target[column, row] = source[row, column]; scratch holds 48 · columns floats.</summary>
    public static void Transpose(float* source, nint sourceStride, int rows, int columns, float* target, nint targetStride, float* scratch)
    {
        for (var row = 0; row < rows; row += MatrixProduct.TileColumns)
        {
            var count = Math.Min(MatrixProduct.TileColumns, rows - row);
            var width = MatrixTile.WidthFor(count);
            MatrixProduct.PackB(true, source, sourceStride, row, count, 0, columns, scratch, width);
            for (var column = 0; column < columns; column++)
            {
                new ReadOnlySpan<float>(scratch + (column * width), count).CopyTo(new Span<float>(target + (column * targetStride) + row, count));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Max256(float* panel, int rows, int width, float* max)
    {
        for (var lane = 0; lane < width; lane += 8)
        {
            var highest = Vector256.Load(max + lane);
            for (var row = 0; row < rows; row++)
            {
                highest = Vector256.Max(highest, Vector256.Load(panel + ((nint)row * width) + lane));
            }
            highest.Store(max + lane);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Exp256(float* panel, int rows, int width, float scale, float* max, float* sum)
    {
        for (var first = 0; first < rows; first += ChunkRows)
        {
            var chunk = panel + ((nint)first * width);
            var count = Math.Min(ChunkRows, rows - first);
            for (var lane = 0; lane < width; lane += 8)
            {
                var highest = Vector256.Load(max + lane);
                var total = Vector256.Load(sum + lane);
                var x = chunk + lane;
                for (var row = 0; row < count; row++, x += width)
                {
                    var e = VectorMath.Exp((Vector256.Load(x) - highest) * scale);
                    e.Store(x);
                    total += e;
                }
                total.Store(sum + lane);
            }
        }
    }
}
