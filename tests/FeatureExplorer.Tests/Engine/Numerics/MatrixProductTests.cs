using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Tests.Engine.Numerics;

[Collection(AloneTests.Name)]
public sealed unsafe class MatrixProductTests
{
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 1, 1, 1 }, { 7, 9, 8 }, { 8, 48, 16 }, { 9, 49, 17 }, { 63, 65, 33 }, { 96, 16, 513 }, { 97, 33, 600 }, { 200, 130, 1030 }, { 5, 500, 3 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Multiply_AnyShapeAndTranspose_EqualsReference(int M, int N, int K)
    {
        foreach (var (transposeA, transposeB, accumulate) in new[] { (false, false, false), (true, false, true), (false, true, false), (true, true, true) })
        {
            using var a = Random(M * K, 1);
            using var b = Random(K * N, 2);
            using var actual = Random(M * (N + 3), 3);
            using var expected = Random(M * (N + 3), 3);
            nint lda = transposeA ? M : K;
            nint ldb = transposeB ? K : N;
            MatrixProduct.Multiply(transposeA, transposeB, M, N, K, a.Pointer, lda, b.Pointer, ldb, actual.Pointer, N + 3, accumulate);
            MatrixProduct.Reference(transposeA, transposeB, M, N, K, a.Pointer, lda, b.Pointer, ldb, expected.Pointer, N + 3, accumulate);
            AssertClose(expected, actual, K);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void MultiplyTransposedSplit_AnyShape_EqualsReference(int M, int N, int K)
    {
        foreach (var accumulate in new[] { false, true })
        {
            using var a = Random(M * K, 4);
            using var b = Random(K * N, 5);
            using var actual = Random(M * N, 6);
            using var expected = Random(M * N, 6);
            MatrixProduct.MultiplyTransposedSplit(M, N, K, a.Pointer, M, b.Pointer, N, actual.Pointer, N, accumulate);
            MatrixProduct.Reference(true, false, M, N, K, a.Pointer, M, b.Pointer, N, expected.Pointer, N, accumulate);
            AssertClose(expected, actual, K);
        }
    }

    [Fact]
    public void MultiplySerial_OddShape_EqualsReference()
    {
        const int M = 13, N = 101, K = 37;
        using var a = Random(M * K, 7);
        using var b = Random(K * N, 8);
        using var actual = new FloatBuffer(M * N);
        using var expected = new FloatBuffer(M * N);
        using var packA = new FloatBuffer(16 * K);
        using var packB = new FloatBuffer(48 * K);
        MatrixProduct.MultiplySerial(false, true, M, N, K, a.Pointer, K, b.Pointer, K, actual.Pointer, N, false, packA.Pointer, packB.Pointer);
        MatrixProduct.Reference(false, true, M, N, K, a.Pointer, K, b.Pointer, K, expected.Pointer, N);
        AssertClose(expected, actual, K);
    }

    [Fact]
    public void Multiply_EmptyInnerDimension_ClearsOrKeeps()
    {
        using var c = Random(6, 9);
        var before = c.Span().ToArray();
        MatrixProduct.Multiply(false, false, 2, 3, 0, c.Pointer, 1, c.Pointer, 1, c.Pointer, 3, accumulate: true);
        Assert.Equal(before, c.Span().ToArray());
        MatrixProduct.Multiply(false, false, 2, 3, 0, c.Pointer, 1, c.Pointer, 1, c.Pointer, 3);
        Assert.All(c.Span().ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Multiply_DifferentThreadCounts_SameBits()
    {
        var before = WorkerPool.Threads;
        try
        {
            var results = new List<float[]>();
            foreach (var threads in new[] { 1, 2, 3 })
            {
                WorkerPool.Configure(threads);
                using var a = Random(300 * 700, 10);
                using var b = Random(700 * 210, 11);
                using var c = new FloatBuffer((300 * 210) + (210 * 210));
                MatrixProduct.Multiply(false, false, 300, 210, 700, a.Pointer, 700, b.Pointer, 210, c.Pointer, 210);
                MatrixProduct.MultiplyTransposedSplit(210, 210, 700, b.Pointer, 210, b.Pointer, 210, c.Pointer + (300 * 210), 210);
                results.Add(c.Span().ToArray());
            }

            Assert.Equal(results[0], results[1]);
            Assert.Equal(results[0], results[2]);
        }
        finally
        {
            WorkerPool.Configure(before);
        }
    }

    private static FloatBuffer Random(int length, ulong stream)
    {
        var random = new CounterRandom(5, stream);
        var buffer = new FloatBuffer(length);
        for (var i = 0; i < length; i++)
        {
            buffer.Pointer[i] = random.Normal((ulong)i);
        }

        return buffer;
    }

    private static void AssertClose(FloatBuffer expected, FloatBuffer actual, int K)
    {
        var worst = 0f;
        for (var i = 0; i < expected.Length; i++)
        {
            worst = Math.Max(worst, Math.Abs(expected.Pointer[i] - actual.Pointer[i]));
        }

        Assert.True(worst <= 2e-6 * Math.Sqrt(K) * 4, $"largest difference {worst:E2}");
    }
}
