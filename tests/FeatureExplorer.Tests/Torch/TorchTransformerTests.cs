using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Backends.Edits;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Training;
using FeatureExplorer.Tests.Engine.Dictionaries;
using FeatureExplorer.Tests.Engine.Transformer;
using FeatureExplorer.Tests.Engine.Transformer.Training;
using FeatureExplorer.Torch.Transformer;
using Xunit.Abstractions;

namespace FeatureExplorer.Tests.Torch;

/// <summary>The transformer on libtorch against the engine's: one step, fifty steps, forward passes with edits, and the stream of activations.</summary>
public sealed unsafe class TorchTransformerTests(ITestOutputHelper output) : IDisposable
{
    private const int Windows = 4;

    private static readonly TransformerConfig Config = new() { Layers = 2, DModel = 24, DMlp = 40, Heads = 3, Context = 20, VocabularySize = 61 };
    private static readonly TransformerTrainingOptions Options = new() { Tokens = Windows * 20 * 50, BatchWindows = Windows, LearningRate = 2e-3f, Seed = 3 };
    private static readonly int[] Tokens = [.. Enumerable.Range(0, 4001).Select(static i => ((i * i) + (i / 7)) % 61)];

    private readonly string _folder = Directory.CreateTempSubdirectory("torch-transformer").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableTheory]
    [InlineData(long.MaxValue)]
    [InlineData(61 * 4 * 7)] // seven rows of logits at a time
    public void ComputeGradient_FirstStep_AgreesWithTheEngine(long partBytes)
    {
        using var backend = TorchCpu.Backend();
        using var model = TransformerModel.Create(Config, seed: 1);
        using var gradient = new TransformerGradient(model, Windows);
        using var step = (TorchTransformerStep)backend.TransformerStep(model, Options);
        step.PartBytes = partBytes;
        var rows = Windows * Config.Context;

        var loss = gradient.Compute(Tokens.AsSpan(0, rows), Tokens.AsSpan(1, rows), Windows, Config.Context);
        var (theirLoss, theirNorm) = step.ComputeGradient(Tokens.AsSpan(0, rows), Tokens.AsSpan(1, rows), Windows, Config.Context);

        using var optimizer = new Optimizer(Config, Options);
        Assert.Equal(loss, theirLoss, 1e-6);
        Assert.Equal(1, theirNorm / optimizer.Norm(gradient.Gradient), 1e-5);
        foreach (var (item, theirs) in gradient.Gradient.Items.Zip(step.Gradients))
        {
            var (a, b) = (gradient.Gradient.Span(item.Name).ToArray(), FeatureExplorer.Torch.Library.TorchMemory.Floats(theirs));
            var difference = a.Zip(b, static (x, y) => Math.Abs((double)x - y)).Max() / a.Max(Math.Abs);
            Assert.True(difference <= 1e-5, $"{item.Name}: {difference:G3}");
        }
    }

    public static TheoryData<string> All => [.. Architectures.All];

    [SkippableTheory]
    [MemberData(nameof(All))]
    public void Losses_OfEveryArchitectureWithAnEdit_AgreeWithTheEngine(string name)
    {
        var config = Architectures.Of(name);
        using var backend = TorchCpu.Backend();
        using var model = TransformerGradientTests.RandomModel(config);
        using var theirs = backend.ModelRunner(model, 2);
        using var ours = CpuBackend.Instance.ModelRunner(model, 2);
        var (tokens, targets) = (Tokens.AsSpan(0, 22).ToArray(), Tokens.AsSpan(1, 22).ToArray());
        for (var i = 0; i < 22; i++)
        {
            (tokens[i], targets[i]) = (tokens[i] % 53, targets[i] % 53);
        }

        foreach (var site in Enum.GetValues<SiteKind>().Select(kind => new Site(kind, config.Layers - 1)).Where(static site => site.IsReplaceable).Append(new Site(SiteKind.ResidPre, 0)))
        {
            var edit = new DirectionEdit([.. Enumerable.Range(0, site.Width(config)).Select(static i => (i % 5) - 2f)], 0.7f);
            var (a, b) = (new float[22], new float[22]);
            theirs.Begin(tokens, 2, 11, site);
            theirs.Continue(targets, edit, a);
            ours.Begin(tokens, 2, 11, site);
            ours.Continue(targets, edit, b);
            Assert.All(a.Zip(b), static pair => Assert.Equal(pair.Second, pair.First, 2e-4f));
        }
    }

    public static TheoryData<string> Trainable => [.. Architectures.Trainable];

    [SkippableTheory]
    [MemberData(nameof(Trainable))]
    public void ComputeGradient_OfAnArchitecture_AgreesWithTheEngine(string name)
    {
        var config = Architectures.Of(name);
        using var backend = TorchCpu.Backend();
        using var model = TransformerGradientTests.RandomModel(config);
        using var gradient = new TransformerGradient(model, 2);
        using var step = (TorchTransformerStep)backend.TransformerStep(model, Options);
        int[] tokens = [.. Tokens.Take(25).Select(static token => token % 53)];

        var loss = gradient.Compute(tokens.AsSpan(0, 24), tokens.AsSpan(1, 24), 2, 12);
        var (theirLoss, _) = step.ComputeGradient(tokens.AsSpan(0, 24), tokens.AsSpan(1, 24), 2, 12);

        Assert.Equal(loss, theirLoss, 1e-5);
        foreach (var (item, theirs) in gradient.Gradient.Items.Zip(step.Gradients))
        {
            var (a, b) = (gradient.Gradient.Span(item.Name).ToArray(), FeatureExplorer.Torch.Library.TorchMemory.Floats(theirs));
            var difference = a.Zip(b, static (x, y) => Math.Abs((double)x - y)).Max() / a.Max(Math.Abs);
            Assert.True(difference <= 5e-5, $"{item.Name}: {difference:G3}");
        }
    }

    [SkippableFact]
    public void FiftySteps_DriftNoFurtherThanTheEngineFromItself()
    {
        using var backend = TorchCpu.Backend();
        var (engine, moved, torch) = (Losses(CpuBackend.Instance, 0), Losses(CpuBackend.Instance, 1e-7f), Losses(backend, 0));
        var (control, drift) = (Largest(engine, moved), Largest(engine, torch));

        output.WriteLine($"largest relative difference of a loss: {drift:G3}, of the engine from itself with weights moved by 1e-7: {control:G3}");
        Assert.True(drift <= Math.Max(3 * control, 1e-5), $"{drift:G3} against {control:G3}");

        static double Largest(List<double> a, List<double> b) => a.Zip(b, static (x, y) => Math.Abs(x - y) / x).Max();
    }

    [SkippableFact]
    public void Steps_WhileTheCollectorRuns_AreNotDisturbed()
    {
        using var backend = TorchCpu.Backend();
        TorchCpu.WhileCollecting(() => Assert.All(Losses(backend, 0), static loss => Assert.InRange(loss, 0, 5)));
    }

    [SkippableFact]
    public void Resume_FromACheckpoint_GoesOnAsBefore()
    {
        using var backend = TorchCpu.Backend();
        using var model = TransformerModel.Create(Config, seed: 1);
        using var trainer = new TransformerTrainer(model, Options, Source(), backend);
        Take(trainer, 20);
        TransformerCheckpoint.Save(trainer, _folder);
        var expected = Take(trainer, 10);

        using var resumed = TransformerCheckpoint.Resume(_folder, Source(), backend);
        using var again = resumed.Model;

        Assert.Equal(20, resumed.Step);
        Assert.Equal(expected, Take(resumed, 10));
    }

    [SkippableTheory]
    [InlineData(SiteKind.MlpPost, 1)]
    [InlineData(SiteKind.MlpOut, 0)]
    [InlineData(SiteKind.ResidPre, 1)]
    [InlineData(SiteKind.ResidPost, 0)]
    public void Runner_AtEverySite_AgreesWithTheEngine(SiteKind kind, int layer)
    {
        using var backend = TorchCpu.Backend();
        using var model = TransformerModel.Create(Config, seed: 1);
        var site = new Site(kind, layer);
        var rows = Windows * Config.Context;
        var results = new List<float[]>();
        foreach (var on in new IComputeBackend[] { CpuBackend.Instance, backend })
        {
            using var runner = on.ModelRunner(model, Windows);
            using var activations = new FloatBuffer((long)rows * site.Width(Config));
            var (losses, edited, divergences, half) = (new float[rows], new float[rows], new float[rows], new float[rows]);
            runner.Activations(Tokens.AsSpan(0, rows), Windows, Config.Context, site, activations.Pointer);
            runner.Begin(Tokens.AsSpan(0, rows), Windows, Config.Context, site);
            runner.Compare(Tokens.AsSpan(1, rows), new HostEdit(Halve), losses, edited, divergences);
            runner.Continue(Tokens.AsSpan(1, rows), new HostEdit(Halve), half);
            results.Add([.. activations.Span().ToArray(), .. losses, .. edited, .. divergences, .. half]);
        }

        Assert.Equal(results[0], results[1], static (a, b) => Math.Abs(a - b) <= 2e-5f);

        void Halve(float* x, int count) => System.Numerics.Tensors.TensorPrimitives.Multiply(
            new ReadOnlySpan<float>(x, count * site.Width(Config)), 0.5f, new Span<float>(x, count * site.Width(Config)));
    }

    [SkippableFact]
    public void Stream_OnADevice_GivesTheSameVectorsInTheSameOrder()
    {
        using var backend = TorchCpu.Backend();
        using var small = new SmallModel(2000);
        var options = new ActivationStreamOptions { PositionsPerWindow = 6, BufferVectors = 100, WindowsPerForward = 5, Seed = 2 };
        using var ours = ActivationStream.Of(small.Model, small.Store, options);
        using var theirs = ActivationStream.Of(small.Model, small.Store, options, backend: backend);
        var n = ours.Inputs;
        using var host = new FloatBuffer(700L * n);
        using var rows = backend.Rows(700, n);
        using var copy = new FloatBuffer(700L * n);

        ours.Read(host.Pointer, 700);
        rows.Fill(theirs, 700);
        rows.CopyTo(copy.Pointer, 0, 700);

        // Rounding to half precision may fall on either side.
        Assert.Equal(host.Span().ToArray(), copy.Span().ToArray(), static (a, b) => Math.Abs(a - b) <= 1e-3f * Math.Max(Math.Abs(a), 0.01f));
    }

    [SkippableFact]
    public void Sweep_OfTwoDictionaries_ReadsOneStreamOnTheDevice()
    {
        using var backend = TorchCpu.Backend();
        using var small = new SmallModel(3000);
        DictionaryOptions[] options =
        [
            new() { Features = 24, Samples = 3000, Batch = 64, Seed = 1, ResampleVectors = 256, DeadWindow = 200 },
            new() { Features = 40, Samples = 4000, Batch = 96, Seed = 2, ResampleVectors = 256, DeadWindow = 200 },
        ];
        var stream = new ActivationStreamOptions { PositionsPerWindow = 6, BufferVectors = 600, WindowsPerForward = 16, Seed = 2 };

        var (ours, theirs) = (Train(CpuBackend.Instance), Train(backend));

        foreach (var (a, b) in ours.Zip(theirs))
        {
            Assert.Equal(a, b, static (x, y) => Math.Abs(x - y) <= 1e-3f * Math.Max(Math.Abs(x), 0.1f));
        }

        List<float[]> Train(IComputeBackend on)
        {
            using var source = ActivationStream.Of(small.Model, small.Store, stream, backend: on);
            using var sweep = new DictionarySweep(source, options, on);
            var made = sweep.Train();
            var weights = made.Select(static dictionary => dictionary.WDec.Span().ToArray()).ToList();
            foreach (var dictionary in made)
            {
                dictionary.Dispose();
            }

            return weights;
        }
    }

    private static List<double> Losses(IComputeBackend backend, float moved)
    {
        using var model = TransformerModel.Create(Config, seed: 1);
        var random = new CounterRandom(5);
        var weights = new Span<float>(model.Parameters.Pointer, (int)model.Parameters.Length);
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] *= 1 + (moved * random.Normal((ulong)i));
        }

        using var trainer = new TransformerTrainer(model, Options, Source(), backend);
        return Take(trainer, 50);
    }

    private static List<double> Take(TransformerTrainer trainer, int steps) => [.. Enumerable.Range(0, steps).Select(_ => trainer.TakeStep().Loss)];

    private static TokenSource Source() => new(Tokens.Length, static (start, length) => Tokens.AsSpan((int)start, length));
}
