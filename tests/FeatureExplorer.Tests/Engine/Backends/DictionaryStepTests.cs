using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Tests.Engine.Dictionaries;
using Xunit.Abstractions;

namespace FeatureExplorer.Tests.Engine.Backends;

[Collection(AloneTests.Name)]
public sealed unsafe class DictionaryStepTests(ITestOutputHelper output)
{
    private const float Lambda = 0.05f;

    // Odd sizes on purpose: no multiples of a register, a tile or a block.
    public static TheoryData<int, int, int, double> Sizes => new()
    {
        { 1, 1, 1, 1 },
        { 7, 3, 5, 0 },
        { 24, 70, 50, 1 },
        { 24, 70, 50, 0 },
        { 33, 131, 200, 1 },
        { 33, 131, 200, 0 },
        { 130, 49, 65, 1 },
        { 130, 49, 65, 0 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void ComputeGradients_OddSizes_EqualsReference(int inputs, int features, int rows, double sparseLimit)
    {
        using var step = DictionarySamples.Step(inputs, features, rows, seed: 3);
        step.SparseLimit = sparseLimit;
        using var x = DictionarySamples.Normal(rows * inputs, seed: 4);

        var losses = step.ComputeGradients(x.Pointer, rows, 1, Lambda);

        var reference = DictionarySamples.Reference(step.Parameters);
        double[][] samples = [.. DictionarySamples.Doubles(x).Chunk(inputs)];
        var expected = reference.Loss(samples, Lambda);
        var gradients = reference.Gradients(samples, Lambda);
        Assert.Equal(sparseLimit == 0, losses.Dense);
        Assert.Equal(expected.MeanSquaredError, losses.MeanSquaredError, expected.MeanSquaredError * 1e-6);
        Assert.Equal(expected.Sparsity, losses.Sparsity, (expected.Sparsity * 1e-6) + 1e-12);
        AssertClose("W_enc", gradients.WEnc, DictionarySamples.Matrix(step.Gradients, encoder: true));
        AssertClose("b_enc", gradients.BEnc, step.Gradients.EncoderBias().ToArray());
        AssertClose("W_dec", gradients.WDec, DictionarySamples.Matrix(step.Gradients, encoder: false));
        AssertClose("b_dec", gradients.BDec, step.Gradients.DecoderBias().ToArray());
    }

    [Fact]
    public void ComputeGradients_SparsePathFindsTooManyActive_FallsBackToDense()
    {
        using var step = DictionarySamples.Step(24, 70, 100, seed: 1);
        using var x = DictionarySamples.Normal(100 * 24, seed: 2);
        step.SparseLimit = 1;
        var sparse = step.ComputeGradients(x.Pointer, 100, 1, Lambda);
        var expected = step.Gradients.EncoderBias().ToArray();

        step.SparseLimit = 0.1;
        var dense = step.ComputeGradients(x.Pointer, 100, 1, Lambda);

        Assert.False(sparse.Dense);
        Assert.True(dense.Dense);
        Assert.Equal(sparse.Active, dense.Active);
        Assert.Equal(sparse.MeanSquaredError, dense.MeanSquaredError, 1e-6);
        Assert.Equal(sparse.Sparsity, dense.Sparsity, 1e-6);
        AssertClose("b_enc", expected.Select(static g => (double)g).ToArray(), step.Gradients.EncoderBias().ToArray());
    }

    [Fact]
    public void ComputeGradients_Scale_EqualsScaledInputs()
    {
        using var step = DictionarySamples.Step(24, 70, 50, seed: 1);
        using var x = DictionarySamples.Normal(50 * 24, seed: 2);
        var scaled = step.ComputeGradients(x.Pointer, 50, 2, Lambda);
        foreach (ref var value in x.Span())
        {
            value *= 2;
        }

        Assert.Equal(step.ComputeGradients(x.Pointer, 50, 1, Lambda), scaled);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    public void Fired_AfterStep_CountsActiveRowsOfEachFeature(double sparseLimit)
    {
        using var step = DictionarySamples.Step(24, 70, 130, seed: 8);
        step.SparseLimit = sparseLimit;
        using var x = DictionarySamples.Normal(130 * 24, seed: 9);

        var losses = step.ComputeGradients(x.Pointer, 130, 1, Lambda);

        var reference = DictionarySamples.Reference(step.Parameters);
        var expected = new int[70];
        foreach (var sample in DictionarySamples.Doubles(x).Chunk(24))
        {
            var f = reference.Encode(sample);
            for (var i = 0; i < 70; i++)
            {
                expected[i] += f[i] > 0 ? 1 : 0;
            }
        }

        Assert.Equal(expected, step.Fired);
        Assert.Equal(expected.Sum(), losses.Active);
    }

    [Fact]
    public void ComputeGradients_FiniteDifferences_Agree()
    {
        const int inputs = 6;
        const int features = 9;
        using var step = DictionarySamples.Step(inputs, features, 20, seed: 5);
        using var x = DictionarySamples.Normal(20 * inputs, seed: 6);
        step.ComputeGradients(x.Pointer, 20, 1, Lambda);
        var reference = DictionarySamples.Reference(step.Parameters);
        double[][] samples = [.. DictionarySamples.Doubles(x).Chunk(inputs)];

        AssertClose("W_enc", Differences(reference, reference.WEnc, samples), DictionarySamples.Matrix(step.Gradients, encoder: true), 1e-4);
        AssertClose("b_enc", Differences(reference, reference.BEnc, samples), step.Gradients.EncoderBias().ToArray(), 1e-4);
        AssertClose("W_dec", Differences(reference, reference.WDec, samples), DictionarySamples.Matrix(step.Gradients, encoder: false), 1e-4);
        AssertClose("b_dec", Differences(reference, reference.BDec, samples), step.Gradients.DecoderBias().ToArray(), 1e-4);
    }

    [Fact]
    public void Update_ManySteps_DecoderRowsKeepLengthOne()
    {
        using var step = DictionarySamples.Step(33, 40, 64, seed: 1);
        using var x = DictionarySamples.Normal(64 * 33, seed: 2);
        for (var t = 1; t <= 20; t++)
        {
            step.ComputeGradients(x.Pointer, 64, 1, Lambda);
            step.Update(new AdamSettings(0.01f), t);
            for (var feature = 0; feature < 40; feature++)
            {
                var norm = Math.Sqrt(step.Parameters.DecoderRow(feature).ToArray().Sum(static d => (double)d * d));
                Assert.Equal(1, norm, 1e-6);
            }
        }
    }

    [Fact]
    public void Update_GradientParallelToDecoder_LeavesDirection()
    {
        using var step = DictionarySamples.Step(24, 3, 1, seed: 1);
        var before = step.Parameters.DecoderRow(1).ToArray();
        for (var j = 0; j < 24; j++)
        {
            step.Gradients.DecoderRow(1)[j] = 5 * before[j];
        }

        step.Update(new AdamSettings(1e-3f, Epsilon: 1e-3f), 1);

        for (var j = 0; j < 24; j++)
        {
            Assert.Equal(before[j], step.Parameters.DecoderRow(1)[j], 1e-5f);
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    public void Step_AnyNumberOfThreads_SameBits(double sparseLimit)
    {
        var threads = WorkerPool.Threads;
        try
        {
            var results = new List<float[]>();
            foreach (var count in (int[])[1, 2, 3])
            {
                WorkerPool.Configure(count);
                using var step = DictionarySamples.Step(40, 300, 400, seed: 1);
                step.SparseLimit = sparseLimit;
                using var x = DictionarySamples.Normal(400 * 40, seed: 2);
                for (var t = 1; t <= 3; t++)
                {
                    step.ComputeGradients(x.Pointer, 400, 1, Lambda);
                    step.Update(new AdamSettings(0.01f), t);
                }

                results.Add([
                    .. DictionarySamples.Matrix(step.Parameters, encoder: true),
                    .. DictionarySamples.Matrix(step.Parameters, encoder: false),
                    .. step.Parameters.EncoderBias(),
                    .. step.Parameters.DecoderBias(),
                ]);
            }

            Assert.Equal(results[0], results[1]);
            Assert.Equal(results[0], results[2]);
        }
        finally
        {
            WorkerPool.Configure(threads);
        }
    }

    private static double[] Differences(DictionaryReference reference, double[] parameter, double[][] samples)
    {
        const double h = 1e-6;
        var differences = new double[parameter.Length];
        for (var i = 0; i < parameter.Length; i++)
        {
            var value = parameter[i];
            parameter[i] = value + h;
            var up = reference.Loss(samples, Lambda);
            parameter[i] = value - h;
            var down = reference.Loss(samples, Lambda);
            parameter[i] = value;
            differences[i] = (up.Total - down.Total) / (2 * h);
        }

        return differences;
    }

    private void AssertClose(string name, double[] expected, float[] actual, double tolerance = 1e-5)
    {
        var scale = expected.Max(Math.Abs);
        var difference = expected.Zip(actual, static (e, a) => Math.Abs(e - a)).Max();
        output.WriteLine($"{name}: largest difference {difference:E2} of {scale:E2}");
        Assert.Equal(expected.Length, actual.Length);
        Assert.True(difference <= (tolerance * scale) + 1e-12, $"{name}: {difference} of {scale}");
    }
}
