using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer.Layers;

/// <summary>
/// Operations down the columns of a panel [rows, width] with width 16, 32 or 48: a column (lane) is a token, a row a vocabulary entry or
/// a key. A softmax over the rows then needs no sum across a vector, and the panel is at once the packed factor of the next product.
/// </summary>
internal static unsafe class PanelColumns
{
    // Rows that stay in the first-level cache while the vectors of a row are gone through one by one.
    private const int ChunkRows = 64;

    /// <summary>max[lane] = max(max[lane], the lane's rows).</summary>
    public static void Max(float* panel, int rows, int width, float* max)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Max512(panel, rows, width, max);
        }
        else
        {
            Max256(panel, rows, width, max);
        }
    }

    /// <summary>panel = exp(scale · (panel − max[lane])); sum[lane] += the lane's results.</summary>
    public static void Exp(float* panel, int rows, int width, float scale, float* max, float* sum)
    {
        for (var first = 0; first < rows; first += ChunkRows)
        {
            var chunk = panel + ((nint)first * width);
            var count = Math.Min(ChunkRows, rows - first);
            if (Vector512.IsHardwareAccelerated)
            {
                Exp512(chunk, count, width, scale, max, sum);
            }
            else
            {
                Exp256(chunk, count, width, scale, max, sum);
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
                low = Vector256.MultiplyAddEstimate(Vector256.Load(a + at), Vector256.Load(b + at), low);
                high = Vector256.MultiplyAddEstimate(Vector256.Load(a + at + 8), Vector256.Load(b + at + 8), high);
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
    internal static void Max512(float* panel, int rows, int width, float* max)
    {
        for (var lane = 0; lane < width; lane += 16)
        {
            var highest = Vector512.Load(max + lane);
            var other = highest;
            var x = panel + lane;
            for (var row = 0; row + 2 <= rows; row += 2, x += 2 * width)
            {
                highest = Vector512.Max(highest, Vector512.Load(x));
                other = Vector512.Max(other, Vector512.Load(x + width));
            }
            highest = rows % 2 == 1 ? Vector512.Max(highest, Vector512.Load(x)) : highest;
            Vector512.Max(highest, other).Store(max + lane);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Max256(float* panel, int rows, int width, float* max)
    {
        for (var lane = 0; lane < width; lane += 16)
        {
            var low = Vector256.Load(max + lane);
            var high = Vector256.Load(max + lane + 8);
            var x = panel + lane;
            for (var row = 0; row < rows; row++, x += width)
            {
                low = Vector256.Max(low, Vector256.Load(x));
                high = Vector256.Max(high, Vector256.Load(x + 8));
            }
            low.Store(max + lane);
            high.Store(max + lane + 8);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Exp512(float* panel, int rows, int width, float scale, float* max, float* sum)
    {
        for (var lane = 0; lane < width; lane += 16)
        {
            var highest = Vector512.Load(max + lane);
            var total = Vector512.Load(sum + lane);
            var x = panel + lane;
            for (var row = 0; row < rows; row++, x += width)
            {
                var e = VectorMath.Exp((Vector512.Load(x) - highest) * scale);
                e.Store(x);
                total += e;
            }
            total.Store(sum + lane);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Exp256(float* panel, int rows, int width, float scale, float* max, float* sum)
    {
        for (var lane = 0; lane < width; lane += 8)
        {
            var highest = Vector256.Load(max + lane);
            var total = Vector256.Load(sum + lane);
            var x = panel + lane;
            for (var row = 0; row < rows; row++, x += width)
            {
                var e = VectorMath.Exp((Vector256.Load(x) - highest) * scale);
                e.Store(x);
                total += e;
            }
            total.Store(sum + lane);
        }
    }
}
