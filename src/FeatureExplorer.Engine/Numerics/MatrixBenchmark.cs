using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FeatureExplorer.Engine.Numerics;

/// <summary>Speed of the matrix product, the ceiling of everything else.</summary>
public static unsafe class MatrixBenchmark
{
    private const int Warmup = 2;
    private const int Repetitions = 7;

    /// <param name="Seconds">Median time of one product.</param>
    /// <param name="GigaflopsPerSecond">2 · M · N · K floating-point operations over that time, in 10⁹ per second.</param>
    public sealed record Result(int M, int N, int K, int Threads, double Seconds, double GigaflopsPerSecond);

    /// <summary>Times C[M, N] = A[M, K] · B[K, N] on all threads.</summary>
    public static Result Run(int M, int N, int K)
    {
        using var a = Filled((long)M * K, 1);
        using var b = Filled((long)K * N, 2);
        using var c = new FloatBuffer((long)M * N);
        var seconds = new double[Repetitions];
        for (var i = -Warmup; i < Repetitions; i++)
        {
            var start = Stopwatch.GetTimestamp();
            MatrixProduct.Multiply(false, false, M, N, K, a.Pointer, K, b.Pointer, N, c.Pointer, N);
            if (i >= 0)
            {
                seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
        }

        Array.Sort(seconds);
        var median = seconds[Repetitions / 2];
        return new Result(M, N, K, WorkerPool.Threads, median, 2.0 * M * N * K / median / 1e9);
    }

    /// <summary>
    /// 10⁹ floating-point operations per second of multiply-adds on registers alone, on all threads: what no product can exceed. The best of
    /// several short runs, because anything else that runs on the machine can only lower it.
    /// </summary>
    public static double Peak()
    {
        const int Rounds = 12;
        const int TasksPerThread = 4;
        const int Iterations = 400_000;
        var tasks = TasksPerThread * WorkerPool.Threads;
        var sums = new float[tasks];
        var best = 0.0;
        for (var round = 0; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            WorkerPool.For(tasks, (task, _) => sums[task] = Vector512.IsHardwareAccelerated ? MultiplyAdds512(Iterations) : MultiplyAdds256(Iterations));
            var lanes = Vector512.IsHardwareAccelerated ? 16 : 8;
            best = Math.Max(best, 2.0 * 12 * lanes * Iterations * tasks / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9);
        }

        return best;
    }

    /// <summary>Twelve independent chains: enough to hide the latency of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float MultiplyAdds256(int iterations)
    {
        var x = Vector256.Create(0.999f);
        var y = Vector256.Create(1e-3f);
        var (a, b, c, d, e, f) = (x, x, x, x, x, x);
        var (g, h, i, j, k, l) = (y, y, y, y, y, y);
        for (var n = 0; n < iterations; n++)
        {
            a = Vector256.FusedMultiplyAdd(a, x, y);
            b = Vector256.FusedMultiplyAdd(b, x, y);
            c = Vector256.FusedMultiplyAdd(c, x, y);
            d = Vector256.FusedMultiplyAdd(d, x, y);
            e = Vector256.FusedMultiplyAdd(e, x, y);
            f = Vector256.FusedMultiplyAdd(f, x, y);
            g = Vector256.FusedMultiplyAdd(g, x, y);
            h = Vector256.FusedMultiplyAdd(h, x, y);
            i = Vector256.FusedMultiplyAdd(i, x, y);
            j = Vector256.FusedMultiplyAdd(j, x, y);
            k = Vector256.FusedMultiplyAdd(k, x, y);
            l = Vector256.FusedMultiplyAdd(l, x, y);
        }

        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float MultiplyAdds512(int iterations)
    {
        var x = Vector512.Create(0.999f);
        var y = Vector512.Create(1e-3f);
        var (a, b, c, d, e, f) = (x, x, x, x, x, x);
        var (g, h, i, j, k, l) = (y, y, y, y, y, y);
        for (var n = 0; n < iterations; n++)
        {
            a = Vector512.FusedMultiplyAdd(a, x, y);
            b = Vector512.FusedMultiplyAdd(b, x, y);
            c = Vector512.FusedMultiplyAdd(c, x, y);
            d = Vector512.FusedMultiplyAdd(d, x, y);
            e = Vector512.FusedMultiplyAdd(e, x, y);
            f = Vector512.FusedMultiplyAdd(f, x, y);
            g = Vector512.FusedMultiplyAdd(g, x, y);
            h = Vector512.FusedMultiplyAdd(h, x, y);
            i = Vector512.FusedMultiplyAdd(i, x, y);
            j = Vector512.FusedMultiplyAdd(j, x, y);
            k = Vector512.FusedMultiplyAdd(k, x, y);
            l = Vector512.FusedMultiplyAdd(l, x, y);
        }

        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    private static FloatBuffer Filled(long length, ulong stream)
    {
        var random = new CounterRandom(0, stream);
        var buffer = new FloatBuffer(length);
        for (var i = 0L; i < length; i++)
        {
            buffer.Pointer[i] = random.Uniform((ulong)i) - 0.5f;
        }

        return buffer;
    }
}
