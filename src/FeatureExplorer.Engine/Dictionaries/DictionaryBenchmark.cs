using System.Diagnostics;
using System.Numerics.Tensors;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>
/// Times full training steps (forward, backward, Adam, unit norm) of a dictionary on synthetic data: sums of random directions plus noise, and
/// encoder biases set from quantiles so that the mean number of active features is as asked, with densities spread evenly on a
/// logarithmic scale over a factor of 160.
/// </summary>
public static unsafe class DictionaryBenchmark
{
    private const int QuantileRows = 2048;
    private const int Warmup = 2;
    private const float LearningRate = 1e-4f;

    /// <summary>The medians of a benchmark.</summary>
    /// <param name="SamplesPerSecond">Batch over the median time of a step.</param>
    /// <param name="FloorRatio">Median time of a step over that of the encoder's matrix product alone, which no dense or sparse step can do without.</param>
    /// <param name="L0">Mean number of active features in the last step.</param>
    /// <param name="StepMilliseconds">Median time of a step.</param>
    public sealed record Result(double SamplesPerSecond, double FloorRatio, double L0, double StepMilliseconds);

    /// <param name="features">m.</param>
    /// <param name="batch">Vectors of a step.</param>
    /// <param name="l0">Mean number of active features to aim at.</param>
    /// <param name="inputs">n.</param>
    /// <param name="steps">Steps to time.</param>
    /// <param name="cancellation">Checked before each step.</param>
    public static Result Run(int features, int batch, double l0, int inputs = 512, int steps = 8, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (!(l0 > 0 && l0 <= features / 2.0))
        {
            throw new ArgumentOutOfRangeException(nameof(l0), l0, $"The number of active features must be above 0 and at most half of {features}.");
        }

        using var step = new DictionaryStep(inputs, features, batch);
        using var x = Setup(step.Parameters, Math.Max(2 * batch, QuantileRows), l0);
        var times = new List<double>();
        var active = 0L;
        for (var t = 1; t <= Warmup + steps; t++)
        {
            cancellation.ThrowIfCancellationRequested();
            var clock = Stopwatch.GetTimestamp();
            active = step.ComputeGradients(x.Pointer + ((nint)(t % 2) * batch * inputs), batch, 1, inputs).Active;
            step.Update(new AdamSettings(LearningRate), t);
            times.Add(Stopwatch.GetElapsedTime(clock).TotalSeconds);
        }

        var median = Median(times.Skip(Warmup));
        return new Result(batch / median, median / ProductTime(step.Parameters, x, batch, steps), (double)active / batch, median * 1e3);
    }

    private static FloatBuffer Setup(DictionaryTensors parameters, int rows, double l0)
    {
        var (n, m) = (parameters.Inputs, parameters.Features);
        var random = new CounterRandom(0);
        var x = new FloatBuffer((long)rows * n);
        using (var first = new FloatBuffer(n))
        {
            DictionaryWeights.Initialize(parameters, first.Pointer, 1, 1, random);
        }

        for (var feature = 0; feature < m; feature++)
        {
            parameters.DecoderRow(feature).CopyTo(parameters.EncoderRow(feature));
        }

        WorkerPool.For(rows, (row, _) => FillRow(parameters, x.Span((long)row * n, n), row, random));
        SetBiases(parameters, x, l0, random.Stream("densities"));
        return x;
    }

    /// <summary>About 60 directions with strengths |N(1, 1)|, and noise of 0.05.</summary>
    private static void FillRow(DictionaryTensors parameters, Span<float> x, int row, CounterRandom random)
    {
        var (noise, pick, strength) = (random.Stream("noise"), random.Stream("pick"), random.Stream("strength"));
        for (var j = 0; j < x.Length; j++)
        {
            x[j] = 0.05f * noise.Normal(((ulong)row * (ulong)x.Length) + (ulong)j);
        }

        for (var k = 0; k < 60; k++)
        {
            var counter = ((ulong)row * 60) + (ulong)k;
            var feature = (int)pick.Bounded(counter, (ulong)parameters.Features);
            TensorPrimitives.MultiplyAdd(parameters.DecoderRow(feature), MathF.Abs(strength.Normal(counter) + 1), x, x);
        }
    }

    private static void SetBiases(DictionaryTensors parameters, FloatBuffer x, double l0, CounterRandom random)
    {
        var (n, m) = (parameters.Inputs, parameters.Features);
        var density = new double[m];
        for (var feature = 0; feature < m; feature++)
        {
            density[feature] = 0.05 * Math.Pow(160, random.UniformDouble((ulong)feature));
        }

        for (var round = 0; round < 30; round++)
        {
            var factor = l0 / density.Sum();
            for (var feature = 0; feature < m; feature++)
            {
                density[feature] = Math.Min(density[feature] * factor, 0.7);
            }
        }

        using var pre = new FloatBuffer((long)m * QuantileRows);
        MatrixProduct.Multiply(
            false, true, m, QuantileRows, n, parameters.WEnc, parameters.Width, x.Pointer, n, pre.Pointer, QuantileRows);
        WorkerPool.For(m, (feature, _) =>
        {
            var values = pre.Span((long)feature * QuantileRows, QuantileRows);
            values.Sort();
            var rank = QuantileRows - (int)Math.Round(density[feature] * QuantileRows);
            parameters.BEnc[feature] = -values[Math.Clamp(rank, 1, QuantileRows - 1)];
        });
    }

    private static double ProductTime(DictionaryTensors parameters, FloatBuffer x, int batch, int steps)
    {
        var m = parameters.Features;
        using var f = new FloatBuffer((long)batch * m);
        var times = new List<double>();
        for (var t = 0; t < Warmup + steps; t++)
        {
            var clock = Stopwatch.GetTimestamp();
            MatrixProduct.Multiply(
                false, true, batch, m, parameters.Inputs, x.Pointer, parameters.Inputs, parameters.WEnc, parameters.Width, f.Pointer, m);
            times.Add(Stopwatch.GetElapsedTime(clock).TotalSeconds);
        }

        return Median(times.Skip(Warmup));
    }

    private static double Median(IEnumerable<double> times)
    {
        var sorted = times.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
