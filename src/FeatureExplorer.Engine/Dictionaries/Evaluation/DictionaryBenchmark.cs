using System.Diagnostics;
using System.Numerics.Tensors;
using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries.Evaluation;

/// <summary>
/// Times full training steps (forward, backward, Adam, unit norm) of a dictionary on synthetic data: sums of random directions plus noise, and
/// encoder biases with which the mean number of active features is as asked (<see cref="DensityCalibration"/>).
/// </summary>
public static unsafe class DictionaryBenchmark
{
    private const int Warmup = 2;

    // So small that the number of active features stays what it was set to; a step costs the same at any rate.
    private const float LearningRate = 1e-6f;

    /// <summary>The medians of a benchmark.</summary>
    /// <param name="Variant">Kind of dictionary.</param>
    /// <param name="Features">m.</param>
    /// <param name="Batch">Vectors of a step.</param>
    /// <param name="L0">Mean number of active features over the timed steps.</param>
    /// <param name="SamplesPerSecond">Batch over the median time of a step.</param>
    /// <param name="FloorRatio">Median time of a step over that of the encoder's product alone at <paramref name="PeakGigaflops"/>: the least that a step with a dense product can take.</param>
    /// <param name="ProductRatio">The same over the time of that product as it was measured.</param>
    /// <param name="StepMilliseconds">Median time of a step.</param>
    /// <param name="PeakGigaflops">10⁹ floating-point operations per second of multiply-adds on registers alone, measured just after; on other devices than the processor, of a large matrix product.</param>
    public sealed record Result(
        string Variant, int Features, int Batch, double L0, double SamplesPerSecond, double FloorRatio, double ProductRatio, double StepMilliseconds, double PeakGigaflops)
    {
        /// <summary>Where it was measured.</summary>
        public string Device { get; init; } = BackendInfo.CpuId;

        /// <summary>Of the products.</summary>
        public string Precision { get; init; } = "float32";
    }

    /// <summary>The cases that are run when no sizes are given.</summary>
    public static IEnumerable<(int Features, int Batch, double L0)> Sweep =>
        from features in (int[])[4096, 32_768]
        from batch in (int[])[2048, 8192]
        from l0 in (double[])[20, 50, 100, 200, 400]
        select (features, batch, l0);

    /// <param name="features">m.</param>
    /// <param name="batch">Vectors of a step.</param>
    /// <param name="l0">Mean number of active features to aim at; k, rounded, for the TopK kinds, whose encoders then find four times as many above zero.</param>
    /// <param name="variant">One of <see cref="DictionaryVariants"/>.</param>
    /// <param name="inputs">n.</param>
    /// <param name="steps">Steps to time.</param>
    /// <param name="backend">Where; null: the CPU engine.</param>
    /// <param name="cancellation">Checked before each step.</param>
    public static Result Run(
        int features, int batch, double l0, string variant = DictionaryVariants.Paper2023, int inputs = 512, int steps = 8,
        IComputeBackend? backend = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        var selects = variant is DictionaryVariants.TopK or DictionaryVariants.BatchTopK or DictionaryVariants.Matryoshka;
        var options = DictionaryOptions.Preset(features, variant) with { K = Math.Max(1, (int)Math.Round(l0)), Batch = batch };
        var on = backend ?? CpuBackend.Instance;
        using var step = on.DictionaryStep(inputs, batch, DictionaryVariant.Of(options));
        using var x = Setup(step.Download().Parameters, 2 * batch, selects ? Math.Min(4 * l0, features / 2.0) : l0);
        step.Upload();
        step.WasDense = false;
        using var even = on.Rows(batch, inputs);
        using var odd = on.Rows(batch, inputs);
        even.CopyFrom(x.Pointer, 0, batch);
        odd.CopyFrom(x.Pointer + ((nint)batch * inputs), 0, batch);
        var times = new List<double>();
        var active = 0L;
        for (var t = 1; t <= Warmup + steps; t++)
        {
            cancellation.ThrowIfCancellationRequested();
            var clock = Stopwatch.GetTimestamp();
            var losses = step.ComputeGradients(t % 2 == 0 ? even : odd, batch, 1, 1f / inputs);
            step.Update(new AdamSettings(LearningRate), t);
            times.Add(Stopwatch.GetElapsedTime(clock).TotalSeconds);
            active += t > Warmup ? losses.Active : 0;
        }

        var median = Median(times.Skip(Warmup));
        var parameters = step.Download().Parameters;
        var peak = on.Info.IsEngine ? MatrixBenchmark.Peak() : on.MeasureProduct();
        var product = on.Info.IsEngine ? ProductTime(parameters, x, batch, steps) : 2.0 * batch * features * inputs / (peak * 1e9);
        var floor = 2.0 * batch * features * inputs / (peak * 1e9);
        return new Result(
            variant, features, batch, (double)active / batch / steps, batch / median, median / floor, median / product, median * 1e3, peak)
        { Device = on.Info.Id, Precision = on.Info.Precision };
    }

    /// <summary>Weights, and inputs: those that are timed, and behind them those on which the densities are set.</summary>
    private static FloatBuffer Setup(DictionaryTensors parameters, int timed, double l0)
    {
        var n = parameters.Inputs;
        var rows = timed + DensityCalibration.Rows;
        var random = new CounterRandom(0);
        var x = new FloatBuffer((long)rows * n);
        using (var first = new VectorSample(x.Pointer, 1, n))
        {
            DictionaryWeights.Initialize(parameters, first, 1, random);
        }

        for (var feature = 0; feature < parameters.Features; feature++)
        {
            parameters.DecoderRow(feature).CopyTo(parameters.EncoderRow(feature));
        }

        WorkerPool.For(rows, (row, _) => FillRow(parameters, x.Span((long)row * n, n), row, random));
        DensityCalibration.SetBiases(
            parameters.WEnc, parameters.Width, parameters.Features, x.Pointer + ((nint)timed * n), n, l0, random.Stream("densities"), parameters.BEnc);
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
