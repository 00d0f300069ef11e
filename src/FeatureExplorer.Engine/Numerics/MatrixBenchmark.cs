using System.Diagnostics;

namespace FeatureExplorer.Engine.Numerics;

/// <summary>Speed of the matrix product, the ceiling of everything else.</summary>
public static unsafe class MatrixBenchmark
{
    private const int Warmup = 3;
    private const int Repetitions = 15;

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
