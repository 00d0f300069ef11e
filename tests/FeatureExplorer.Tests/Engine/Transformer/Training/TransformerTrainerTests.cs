using System.Text.Json;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Training;
using Xunit.Abstractions;

namespace FeatureExplorer.Tests.Engine.Transformer.Training;

[Collection(AloneTests.Name)]
public sealed unsafe class TransformerTrainerTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TransformerConfig Small = new() { DModel = 24, DMlp = 40, Heads = 3, Context = 20, VocabularySize = 61 };
    private readonly string _folder = Directory.CreateTempSubdirectory("trainer").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void TwoSteps_AgreeWithPyTorch()
    {
        using var fixture = Safetensors.Open(Path.Combine(AppContext.BaseDirectory, "Engine", "Transformer", "Fixtures", "transformer_step.safetensors"));
        var config = TransformerGradientTests.Tiny;
        using var model = new TransformerModel(config);
        model.Parameters.Read(fixture, "before.");
        var (losses, norms) = (Numbers("losses"), Numbers("norms"));
        int[] tokens = [.. fixture.ReadArray("tokens").Select(v => (int)v)];
        int[] targets = [.. fixture.ReadArray("targets").Select(v => (int)v)];
        using var gradient = new TransformerGradient(model, 3);
        var options = new TransformerTrainingOptions { Tokens = 1, LearningRate = 3e-3f, Epsilon = 1e-5f, ClipNorm = 0.5f };
        using var optimizer = new Optimizer(config, options);

        for (var step = 1; step <= 2; step++)
        {
            var loss = gradient.Compute(tokens, targets, 3, 12);
            var norm = optimizer.Norm(gradient.Gradient);
            Assert.Equal(losses[step - 1], loss, 1e-5);
            Assert.Equal(norms[step - 1], norm, 1e-5);
            if (step == 1)
            {
                Compare(fixture, "gradient.", gradient.Gradient, 1e-5);
            }
            optimizer.Step(model.Parameters, gradient.Gradient, norm, options.LearningRate, step);
        }
        Compare(fixture, "after.", model.Parameters, 2e-5);

        double[] Numbers(string key) => JsonSerializer.Deserialize<double[]>(fixture.Metadata[key])!;
    }

    [Fact]
    public void Run_RepeatedText_IsLearnt()
    {
        using var model = TransformerModel.Create(Small, seed: 1);
        using var trainer = new TransformerTrainer(model, Options(steps: 150), Source(Cycle(1001)));
        var first = double.NaN;
        var last = double.NaN;
        trainer.Run(new Report(p => (first, last) = (double.IsNaN(first) ? p.Loss : first, p.Loss)));

        output.WriteLine($"loss {first:F3} to {last:F3}");
        Assert.Equal(Math.Log(61), first, 0.3);
        Assert.True(last < 0.3, $"loss {last:F3}");
        Assert.True(HeldOutLoss.Of(model, Source(Cycle(300))).Loss < 0.3);
        Assert.Equal(150, trainer.Step);
    }

    [Fact]
    public void Run_AnyNumberOfThreads_GivesTheSameBits()
    {
        var hashes = new List<string>();
        var before = WorkerPool.Threads;
        try
        {
            foreach (var threads in new[] { 1, 2, 3 })
            {
                WorkerPool.Configure(threads);
                using var model = TransformerModel.Create(Small, seed: 1);
                using var trainer = new TransformerTrainer(model, Options(steps: 8), Source(Text(2000)));
                trainer.Run();
                hashes.Add(model.Hash);
            }
        }
        finally
        {
            WorkerPool.Configure(before);
        }
        Assert.Single(hashes.Distinct());
    }

    [Fact]
    public void Resume_AfterACheckpoint_EndsAtTheSameBits()
    {
        using var model = TransformerModel.Create(Small, seed: 1);
        using var trainer = new TransformerTrainer(model, Options(steps: 12), Source(Text(700)));
        trainer.Run(afterStep: t =>
        {
            if (t.Step == 5)
            {
                TransformerCheckpoint.Save(t, _folder);
            }
        });

        Assert.True(TransformerCheckpoint.Exists(_folder));
        using var resumed = TransformerCheckpoint.Resume(_folder, Source(Text(700)));
        using var resumedModel = resumed.Model;
        Assert.Equal(5, resumed.Step);
        resumed.Run();
        Assert.Equal(model.Hash, resumedModel.Hash);

        TransformerCheckpoint.Finish(resumed, _folder);
        Assert.False(TransformerCheckpoint.Exists(_folder));
        using var loaded = TransformerModel.Load(_folder);
        Assert.Equal(model.Hash, loaded.Hash);
    }

    [Fact]
    public void Resume_StateOfAnotherRun_IsRefused()
    {
        using var model = TransformerModel.Create(Small, seed: 1);
        using var trainer = new TransformerTrainer(model, Options(steps: 12), Source(Text(700)));
        TransformerCheckpoint.Save(trainer, _folder);
        var json = Path.Combine(_folder, TransformerCheckpoint.OptionsFile);
        File.WriteAllText(json, File.ReadAllText(json).Replace("0.005", "0.001", StringComparison.Ordinal));

        Assert.Contains("another run", Assert.Throws<InvalidDataException>(() => TransformerCheckpoint.Resume(_folder, Source(Text(700)))).Message);
        File.WriteAllText(json, "{}");
        Assert.Contains(json, Assert.Throws<InvalidDataException>(() => TransformerCheckpoint.Resume(_folder, Source(Text(700)))).Message);
    }

    [Fact]
    public void Run_Cancelled_StopsBetweenSteps()
    {
        using var model = TransformerModel.Create(Small, seed: 1);
        using var trainer = new TransformerTrainer(model, Options(steps: 100), Source(Text(700)));
        using var cancellation = new CancellationTokenSource();

        Assert.Throws<OperationCanceledException>(() =>
            trainer.Run(new Report(p => { if (p.Step == 3) { cancellation.Cancel(); } }), cancellation: cancellation.Token));
        Assert.Equal(3, trainer.Step);
    }

    [Fact]
    public void Run_AbsurdLearningRate_StopsWithTheStepAndTheCause()
    {
        using var model = TransformerModel.Create(Small, seed: 1);
        using var trainer = new TransformerTrainer(model, Options(steps: 50) with { LearningRate = 50 }, Source(Text(700)));

        var error = Assert.Throws<TrainingDivergedException>(() => trainer.Run());

        Assert.InRange(error.Step, 2, 50);
        Assert.Contains($"step {error.Step} of 50", error.Message);
        Assert.Contains("learning rate 50 is probably too high", error.Message);
    }

    [Fact]
    public void Constructor_TextShorterThanAWindow_IsRefused()
    {
        using var model = TransformerModel.Create(Small, seed: 1);

        Assert.Contains("20 tokens", Assert.Throws<ArgumentException>(() => new TransformerTrainer(model, Options(1), Source(Text(20)))).Message);
        Assert.Contains("ClipNorm", Assert.Throws<ArgumentException>(() =>
            new TransformerTrainer(model, Options(1) with { ClipNorm = 0 }, Source(Text(200)))).Message);
    }

    [Fact]
    public void LearningRateAt_WarmUpThenCosine()
    {
        var options = new TransformerTrainingOptions { Tokens = 1, LearningRate = 1, WarmUpSteps = 10, FinalShare = 0.05f };

        Assert.Equal(0.1f, options.LearningRateAt(1, 110), 1e-6);
        Assert.Equal(1f, options.LearningRateAt(10, 110), 1e-6);
        Assert.Equal(0.525f, options.LearningRateAt(60, 110), 1e-6);
        Assert.Equal(0.05f, options.LearningRateAt(110, 110), 1e-6);
        Assert.Equal(1f / 3, options.LearningRateAt(1, 9), 1e-6); // short runs warm up for a third
        Assert.Equal(0.05f, options.LearningRateAt(1, 1), 1e-6);
    }

    [Fact]
    public void WindowOrder_EachEpoch_IsAnotherPermutation()
    {
        var order = new WindowOrder(seed: 9, windows: 50);
        var epochs = Enumerable.Range(0, 3).Select(e => Enumerable.Range(0, 50).Select(i => order[(e * 50) + i]).ToArray()).ToArray();

        Assert.All(epochs, epoch => Assert.Equal(Enumerable.Range(0, 50), epoch.Order()));
        Assert.NotEqual(epochs[0], epochs[1]);
        Assert.NotEqual(epochs[1], epochs[2]);
        Assert.Equal(epochs[1][7], new WindowOrder(9, 50)[57]);
    }

    private void Compare(SafetensorsFile fixture, string prefix, TransformerParameters actual, double tolerance)
    {
        foreach (var item in actual.Items)
        {
            var error = Transformer.Numbers.RelativeError(actual.Span(item.Name), [.. fixture.ReadArray(prefix + item.Name).Select(v => (double)v)]);
            output.WriteLine($"{prefix}{item.Name}: {error:E2}");
            Assert.True(error < tolerance, $"{prefix}{item.Name}: relative difference {error:E2}");
        }
    }

    private static TransformerTrainingOptions Options(int steps) => new() { Tokens = steps * 4 * 20, BatchWindows = 4, WarmUpSteps = 5, Seed = 2 };

    private static int[] Text(int count) => Transformer.Numbers.Tokens(count, Small.VocabularySize, "text");

    private static int[] Cycle(int count) => [.. Enumerable.Range(0, count).Select(i => i % 17 * 3)];

    private static TokenSource Source(int[] tokens) => new(tokens.Length, (start, length) => tokens.AsSpan((int)start, length));

    private sealed class Report(Action<TransformerTrainingProgress> action) : IProgress<TransformerTrainingProgress>
    {
        void IProgress<TransformerTrainingProgress>.Report(TransformerTrainingProgress value) => action(value);
    }
}
