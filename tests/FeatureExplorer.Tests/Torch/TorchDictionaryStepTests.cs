using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Tests.Engine.Dictionaries;
using FeatureExplorer.Torch;
using FeatureExplorer.Torch.Dictionaries;
using Xunit.Abstractions;

namespace FeatureExplorer.Tests.Torch;

/// <summary>A step on libtorch against the engine's, from the same parameters on the same batches.</summary>
public sealed unsafe class TorchDictionaryStepTests(ITestOutputHelper output)
{
    private const int Inputs = 40;
    private const int Features = 96;
    private const int Batch = 200;

    public static TheoryData<string> Variants() => [.. DictionaryVariants.All];

    [SkippableTheory]
    [MemberData(nameof(Variants))]
    public void ComputeGradients_FirstStep_AgreesWithTheEngine(string variant)
    {
        using var backend = TorchCpu.Backend();
        using var pair = new Pair(backend, variant);
        var dead = Pair.Dead(every: 7);

        var (ours, theirs) = pair.Gradients(1, dead);

        Check("mse", ours.MeanSquaredError, theirs.MeanSquaredError);
        Check("reconstruction", ours.Reconstruction, theirs.Reconstruction);
        Check("sparsity", ours.Sparsity, theirs.Sparsity);
        Check("auxiliary", ours.Auxiliary, theirs.Auxiliary);
        Assert.Equal(ours.Active, theirs.Active);
        Assert.Equal(pair.Ours.Fired.ToArray(), pair.Theirs.Fired.ToArray());
        foreach (var (name, difference) in pair.Differences(static step => step.Gradients, static step => step.Gradients))
        {
            output.WriteLine($"{name}: {difference:G3}");
            Assert.True(difference <= 1e-5, $"The gradients of {name} differ by {difference:G3} of their largest.");
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Variants))]
    public void FiftySteps_AgreeWithTheEngine(string variant)
    {
        using var backend = TorchCpu.Backend();
        using var pair = new Pair(backend, variant);
        var options = pair.Options;

        var largest = 0.0;
        for (var step = 1; step <= 50; step++)
        {
            var (ours, theirs) = pair.Gradients(step, step % 3 == 0 ? Pair.Dead(every: 5) : []);
            largest = Math.Max(largest, Math.Abs(ours.Total - theirs.Total) / ours.Total);
            var settings = new AdamSettings(options.LearningRateAt(step), options.Beta1);
            pair.Ours.Update(settings, step, options.ClipNorm);
            pair.Theirs.Update(settings, step, options.ClipNorm);
        }

        output.WriteLine($"largest relative difference of the losses: {largest:G3}");
        Assert.True(largest <= 1e-5, $"The losses differ by {largest:G3}.");
        Assert.Equal(pair.Variants.Ours.State, pair.Variants.Theirs.State, (a, b) => Math.Abs(a - b) <= 1e-5 * Math.Abs(a));
    }

    [SkippableTheory]
    [MemberData(nameof(Variants))]
    public void ComputeGradients_InParts_IsTheSame(string variant)
    {
        using var backend = TorchCpu.Backend();
        using var pair = new Pair(backend, variant);
        pair.Theirs.PartBytes = 17L * 4 * 4 * Features; // some 17 rows

        pair.Gradients(1, Pair.Dead(every: 7));

        Assert.All(pair.Differences(static step => step.Gradients, static step => step.Gradients), static one => Assert.True(one.Difference <= 1e-5, one.ToString()));
    }

    [SkippableTheory]
    [MemberData(nameof(Variants))]
    public void Steps_WhileTheCollectorRuns_AreNotDisturbed(string variant)
    {
        using var backend = TorchCpu.Backend();
        using var pair = new Pair(backend, variant);
        TorchCpu.WhileCollecting(() =>
        {
            for (var step = 1; step <= 50; step++)
            {
                var (ours, theirs) = pair.Gradients(step, Pair.Dead(every: 9));
                Assert.Equal(1, theirs.Total / ours.Total, 1e-4);
                var settings = new AdamSettings(pair.Options.LearningRateAt(step), pair.Options.Beta1);
                pair.Ours.Update(settings, step, pair.Options.ClipNorm);
                pair.Theirs.Update(settings, step, pair.Options.ClipNorm);
            }
        });
    }

    [SkippableFact]
    public void Losses_OfCandidates_AgreeWithTheEngine()
    {
        using var backend = TorchCpu.Backend();
        using var pair = new Pair(backend, DictionaryVariants.Paper2023);
        using var sample = new VectorSample(pair.Source, 300);

        var (ours, theirs) = (pair.Ours.Losses(sample, 0.01f), pair.Theirs.Losses(sample, 0.01f));

        Assert.Equal(ours, theirs, static (a, b) => Math.Abs(a - b) <= 1e-5 * a);
    }

    [SkippableTheory]
    [InlineData(DictionaryVariants.Paper2023)]
    [InlineData(DictionaryVariants.BatchTopK)]
    public void Train_SmallRun_EndsWhereTheEngineDoes(string variant)
    {
        using var backend = TorchCpu.Backend();
        var options = DictionaryOptions.Preset(Features, variant) with
        {
            Samples = 128 * 150,
            Batch = 128,
            K = 4,
            Lambda = 0.3f,
            LambdaWarmup = 0.1,
            DeadWindow = 60,
            ResampleVectors = 512,
            ResampleAt = variant == DictionaryVariants.Paper2023 ? [0.4] : [],
            Seed = 3,
        };
        var (ours, theirs) = (Evaluate(options, CpuBackend.Instance), Evaluate(options, backend));

        output.WriteLine($"L0 {ours.L0:F3} and {theirs.L0:F3}; mse {ours.Error:F5} and {theirs.Error:F5}; resampled {ours.Resampled} and {theirs.Resampled}");
        Assert.Equal(1, theirs.L0 / ours.L0, 0.01);
        Assert.Equal(1, theirs.Error / ours.Error, 0.02);
    }

    private static (double L0, double Error, int Resampled) Evaluate(DictionaryOptions options, IComputeBackend backend)
    {
        using var trainer = new DictionaryTrainer(new PlantedSource(Inputs, 60, active: 4, seed: 2), options, backend);
        DictionaryProgress? last = null;
        using var dictionary = trainer.Train(new Collect(progress => last = progress));
        return (last!.L0, last.MeanSquaredError, trainer.Resampled);
    }

    private static void Check(string name, double ours, double theirs) =>
        Assert.True(Math.Abs(ours - theirs) <= 1e-5 * Math.Max(Math.Abs(ours), 1e-9), $"{name}: {ours} and {theirs}");

    private sealed class Collect(Action<DictionaryProgress> report) : IProgress<DictionaryProgress>
    {
        public void Report(DictionaryProgress value) => report(value);
    }

    /// <summary>Both steps with the same parameters.</summary>
    private sealed class Pair : IDisposable
    {
        private readonly Rows _hostRows;
        private readonly Rows _deviceRows;

        public Pair(TorchBackend backend, string variant)
        {
            Options = DictionaryOptions.Preset(Features, variant) with { Samples = Batch * 50L, Batch = Batch, K = 5, AuxK = 6, Bandwidth = 0.2f, Seed = 4 };
            Variants = (DictionaryVariant.Of(Options), DictionaryVariant.Of(Options));
            Ours = new DictionaryStep(Inputs, Features, Batch, Variants.Ours);
            Theirs = (TorchDictionaryStep)backend.DictionaryStep(Inputs, Batch, Variants.Theirs);
            _hostRows = CpuBackend.Instance.Rows(Batch, Inputs);
            _deviceRows = backend.Rows(Batch, Inputs);
            using var sample = new VectorSample(Source, 64);
            Variants.Ours.Initialize(Ours.Parameters, sample, 0.5f, new CounterRandom(8));
            // Away from the start, where some kinds have b_enc 0 and all gates half open.
            var random = new CounterRandom(9);
            for (var i = 0; i < Features; i++)
            {
                Ours.Parameters.BEnc[i] += 0.1f * random.Normal((ulong)i);
            }

            var host = Theirs.Download();
            Copy(Ours.Parameters, host.Parameters);
            Theirs.Upload();
        }

        public DictionaryOptions Options { get; }

        public (DictionaryVariant Ours, DictionaryVariant Theirs) Variants { get; }

        public DictionaryStep Ours { get; }

        public TorchDictionaryStep Theirs { get; }

        public PlantedSource Source { get; } = new(Inputs, 60, active: 4, seed: 2);

        public static int[] Dead(int every) => [.. Enumerable.Range(0, Features).Where(i => i % every == 0)];

        public (StepLosses Ours, StepLosses Theirs) Gradients(int step, int[] dead)
        {
            _hostRows.Fill(Source, Batch);
            _deviceRows.CopyFrom(HostRows.Of(_hostRows), 0, Batch);
            var lambda = Options.LambdaAt(step);
            return (Ours.ComputeGradients(_hostRows, Batch, 0.5f, lambda, dead), Theirs.ComputeGradients(_deviceRows, Batch, 0.5f, lambda, dead));
        }

        /// <summary>The largest difference of each tensor, as a share of its largest number.</summary>
        public IEnumerable<(string Name, double Difference)> Differences(Func<DictionaryStep, DictionaryTensors> ours, Func<TorchDictionaryStep, TorchTensors> theirs)
        {
            using var host = new DictionaryTensors(Inputs, Features, Variants.Ours.Extras.Count);
            theirs(Theirs).Store(host);
            string[] names = ["W_enc", "b_enc", "W_dec", "b_dec", "extras"];
            return [.. ours(Ours).Parts().Zip(host.Parts(), names).Select(static part => (part.Third, Difference(Floats(part.First), Floats(part.Second))))];
        }

        public void Dispose()
        {
            Ours.Dispose();
            Theirs.Dispose();
            _hostRows.Dispose();
            _deviceRows.Dispose();
        }

        private static double Difference(float[] x, float[] y) => x.Length == 0 ? 0 : x.Zip(y, static (a, b) => Math.Abs((double)a - b)).Max() / Math.Max(1e-20, x.Max(Math.Abs));

        private static float[] Floats((nint Start, long Length) part) => new ReadOnlySpan<float>((float*)part.Start, (int)part.Length).ToArray();

        private static void Copy(DictionaryTensors from, DictionaryTensors to)
        {
            foreach (var ((source, length), (target, _)) in from.Parts().Zip(to.Parts()))
            {
                new ReadOnlySpan<float>((float*)source, (int)length).CopyTo(new Span<float>((float*)target, (int)length));
            }
        }
    }
}
