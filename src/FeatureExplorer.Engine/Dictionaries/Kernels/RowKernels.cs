using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries.Kernels;

/// <summary>
/// The sparse dictionary's inner loops. All of them read whole contiguous rows of a matrix, chosen by a list of row numbers: the vectors
/// of the active features of a sample, or the samples of an active feature. Widths and strides are multiples of 16 floats.
/// </summary>
internal static unsafe class RowKernels
{
    /// <summary>sum[0..width) (+)= Σ_k weights[k] · matrix[rows[k], 0..width).</summary>
    public static void WeightedSum(
        int* rows, float* weights, int count, float* matrix, nint stride, int width, float* sum, bool accumulate)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            WeightedSum<Lanes512>(rows, weights, count, matrix, stride, width, sum, accumulate);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            WeightedSum<Lanes256>(rows, weights, count, matrix, stride, width, sum, accumulate);
        }
        else
        {
            WeightedSum<Lanes128>(rows, weights, count, matrix, stride, width, sum, accumulate);
        }
    }

    /// <summary>dots[k] = matrix[rows[k], 0..width) · vector[0..width) + addend.</summary>
    public static void Dots(int* rows, int count, float* matrix, nint stride, int width, float* vector, float addend, float* dots)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Dots<Lanes512>(rows, count, matrix, stride, width, vector, addend, dots);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Dots<Lanes256>(rows, count, matrix, stride, width, vector, addend, dots);
        }
        else
        {
            Dots<Lanes128>(rows, count, matrix, stride, width, vector, addend, dots);
        }
    }

    /// <summary>
    /// residual ← scale · (residual − x); total += the new residual. Returns Σ (residual − x)², before scaling.
    /// </summary>
    public static float Residual(float* residual, float* x, float scale, float* total, int width)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            return Residual<Lanes512>(residual, x, scale, total, width);
        }

        return Vector256.IsHardwareAccelerated
            ? Residual<Lanes256>(residual, x, scale, total, width)
            : Residual<Lanes128>(residual, x, scale, total, width);
    }

    /// <summary>
    /// One decoder row d: g ← g − (g·d)d, one Adam step, d ← d / ‖d‖. Without the first, Adam would spend its step on a change of length
    /// that the last takes back.
    /// </summary>
    public static void UpdateUnitRow(float* d, float* g, float* m, float* v, int width, AdamSettings settings, Adam.Constants constants)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            UpdateUnitRow<Lanes512>(d, g, m, v, width, settings, constants);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            UpdateUnitRow<Lanes256>(d, g, m, v, width, settings, constants);
        }
        else
        {
            UpdateUnitRow<Lanes128>(d, g, m, v, width, settings, constants);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WeightedSum<T>(
        int* rows, float* weights, int count, float* matrix, nint stride, int width, float* sum, bool accumulate)
        where T : struct, ILanes<T>
    {
        var column = 0;
        for (; column + (8 * T.Count) <= width; column += 8 * T.Count)
        {
            var target = sum + column;
            var a0 = accumulate ? T.Load(target) : T.Zero;
            var a1 = accumulate ? T.Load(target + T.Count) : T.Zero;
            var a2 = accumulate ? T.Load(target + (2 * T.Count)) : T.Zero;
            var a3 = accumulate ? T.Load(target + (3 * T.Count)) : T.Zero;
            var a4 = accumulate ? T.Load(target + (4 * T.Count)) : T.Zero;
            var a5 = accumulate ? T.Load(target + (5 * T.Count)) : T.Zero;
            var a6 = accumulate ? T.Load(target + (6 * T.Count)) : T.Zero;
            var a7 = accumulate ? T.Load(target + (7 * T.Count)) : T.Zero;
            for (var k = 0; k < count; k++)
            {
                var weight = T.Create(weights[k]);
                var row = matrix + (rows[k] * stride) + column;
                a0 = T.MultiplyAdd(weight, T.Load(row), a0);
                a1 = T.MultiplyAdd(weight, T.Load(row + T.Count), a1);
                a2 = T.MultiplyAdd(weight, T.Load(row + (2 * T.Count)), a2);
                a3 = T.MultiplyAdd(weight, T.Load(row + (3 * T.Count)), a3);
                a4 = T.MultiplyAdd(weight, T.Load(row + (4 * T.Count)), a4);
                a5 = T.MultiplyAdd(weight, T.Load(row + (5 * T.Count)), a5);
                a6 = T.MultiplyAdd(weight, T.Load(row + (6 * T.Count)), a6);
                a7 = T.MultiplyAdd(weight, T.Load(row + (7 * T.Count)), a7);
            }

            T.Store(a0, target);
            T.Store(a1, target + T.Count);
            T.Store(a2, target + (2 * T.Count));
            T.Store(a3, target + (3 * T.Count));
            T.Store(a4, target + (4 * T.Count));
            T.Store(a5, target + (5 * T.Count));
            T.Store(a6, target + (6 * T.Count));
            T.Store(a7, target + (7 * T.Count));
        }

        for (; column < width; column += T.Count)
        {
            var a = accumulate ? T.Load(sum + column) : T.Zero;
            for (var k = 0; k < count; k++)
            {
                a = T.MultiplyAdd(T.Create(weights[k]), T.Load(matrix + (rows[k] * stride) + column), a);
            }

            T.Store(a, sum + column);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Dots<T>(int* rows, int count, float* matrix, nint stride, int width, float* vector, float addend, float* dots)
        where T : struct, ILanes<T>
    {
        var k = 0;
        for (; k + 4 <= count; k += 4)
        {
            var r0 = matrix + (rows[k] * stride);
            var r1 = matrix + (rows[k + 1] * stride);
            var r2 = matrix + (rows[k + 2] * stride);
            var r3 = matrix + (rows[k + 3] * stride);
            var s0 = T.Zero;
            var s1 = T.Zero;
            var s2 = T.Zero;
            var s3 = T.Zero;
            var t0 = T.Zero;
            var t1 = T.Zero;
            var t2 = T.Zero;
            var t3 = T.Zero;
            var c = 0;
            for (; c + (2 * T.Count) <= width; c += 2 * T.Count)
            {
                var x = T.Load(vector + c);
                var y = T.Load(vector + c + T.Count);
                s0 = T.MultiplyAdd(x, T.Load(r0 + c), s0);
                t0 = T.MultiplyAdd(y, T.Load(r0 + c + T.Count), t0);
                s1 = T.MultiplyAdd(x, T.Load(r1 + c), s1);
                t1 = T.MultiplyAdd(y, T.Load(r1 + c + T.Count), t1);
                s2 = T.MultiplyAdd(x, T.Load(r2 + c), s2);
                t2 = T.MultiplyAdd(y, T.Load(r2 + c + T.Count), t2);
                s3 = T.MultiplyAdd(x, T.Load(r3 + c), s3);
                t3 = T.MultiplyAdd(y, T.Load(r3 + c + T.Count), t3);
            }

            for (; c < width; c += T.Count)
            {
                var x = T.Load(vector + c);
                s0 = T.MultiplyAdd(x, T.Load(r0 + c), s0);
                s1 = T.MultiplyAdd(x, T.Load(r1 + c), s1);
                s2 = T.MultiplyAdd(x, T.Load(r2 + c), s2);
                s3 = T.MultiplyAdd(x, T.Load(r3 + c), s3);
            }

            dots[k] = T.Sum(T.Add(s0, t0)) + addend;
            dots[k + 1] = T.Sum(T.Add(s1, t1)) + addend;
            dots[k + 2] = T.Sum(T.Add(s2, t2)) + addend;
            dots[k + 3] = T.Sum(T.Add(s3, t3)) + addend;
        }

        for (; k < count; k++)
        {
            var row = matrix + (rows[k] * stride);
            var s = T.Zero;
            for (var c = 0; c < width; c += T.Count)
            {
                s = T.MultiplyAdd(T.Load(vector + c), T.Load(row + c), s);
            }

            dots[k] = T.Sum(s) + addend;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Residual<T>(float* residual, float* x, float scale, float* total, int width)
        where T : struct, ILanes<T>
    {
        var squares = T.Zero;
        var factor = T.Create(scale);
        for (var c = 0; c < width; c += T.Count)
        {
            var r = T.Subtract(T.Load(residual + c), T.Load(x + c));
            squares = T.MultiplyAdd(r, r, squares);
            r = T.Multiply(r, factor);
            T.Store(r, residual + c);
            T.Store(T.Add(r, T.Load(total + c)), total + c);
        }

        return T.Sum(squares);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void UpdateUnitRow<T>(
        float* d, float* g, float* m, float* v, int width, AdamSettings settings, Adam.Constants constants)
        where T : struct, ILanes<T>
    {
        var dot = T.Zero;
        for (var c = 0; c < width; c += T.Count)
        {
            dot = T.MultiplyAdd(T.Load(g + c), T.Load(d + c), dot);
        }

        var parallel = T.Create(-T.Sum(dot));
        var beta1 = T.Create(settings.Beta1);
        var beta2 = T.Create(settings.Beta2);
        var one1 = T.Create(1 - settings.Beta1);
        var one2 = T.Create(1 - settings.Beta2);
        var rate = T.Create(constants.Rate);
        var root = T.Create(constants.Root);
        var epsilon = T.Create(settings.Epsilon);
        var squares = T.Zero;
        for (var c = 0; c < width; c += T.Count)
        {
            var gradient = T.MultiplyAdd(parallel, T.Load(d + c), T.Load(g + c));
            var m1 = T.MultiplyAdd(beta1, T.Load(m + c), T.Multiply(one1, gradient));
            var v1 = T.MultiplyAdd(beta2, T.Load(v + c), T.Multiply(one2, T.Multiply(gradient, gradient)));
            T.Store(m1, m + c);
            T.Store(v1, v + c);
            var step = T.Divide(T.Multiply(rate, m1), T.MultiplyAdd(T.Sqrt(v1), root, epsilon));
            var updated = T.Subtract(T.Load(d + c), step);
            T.Store(updated, d + c);
            squares = T.MultiplyAdd(updated, updated, squares);
        }

        var inverse = T.Create(1 / MathF.Sqrt(T.Sum(squares)));
        for (var c = 0; c < width; c += T.Count)
        {
            T.Store(T.Multiply(T.Load(d + c), inverse), d + c);
        }
    }
}
