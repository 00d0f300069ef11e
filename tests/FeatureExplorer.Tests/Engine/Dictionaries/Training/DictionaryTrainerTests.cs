using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer.Training;
using Xunit.Abstractions;

namespace FeatureExplorer.Tests.Engine.Dictionaries.Training;

[Collection(AloneTests.Name)]
public sealed unsafe class DictionaryTrainerTests(ITestOutputHelper output)
{
    [Fact]
    public void Train_PlantedDictionary_FindsMostDirections()
    {
        var source = new PlantedSource(inputs: 32, planted: 48, active: 3, seed: 1);
        using var trainer = new DictionaryTrainer(
            source, new DictionaryOptions { Features = 64, Samples = 300_000, Batch = 256, LearningRate = 2e-3f, Lambda = 0.03f, DeadWindow = 10_000 });
        var reports = new List<DictionaryProgress>();

        using var dictionary = trainer.Train(new Sink(reports.Add));

        var cosines = source.Directions.Select(d => Enumerable.Range(0, 64).Max(i => Cosine(d, dictionary.DecoderRow(i)))).ToList();
        var last = reports[^1];
        output.WriteLine($"{cosines.Count(static c => c > 0.9)} of 48 above 0.9, lowest {cosines.Min():F3}; L0 {last.L0:F1}, dead {last.Dead}, mse {last.MeanSquaredError:F4}");
        Assert.True(cosines.Count(static c => c > 0.9) >= 44);
        Assert.InRange(last.L0, 1, 8);
        Assert.Equal(last.Steps, last.Step);
    }

    [Fact]
    public void Train_SameSeed_SameBitsForAnyNumberOfThreads()
    {
        var threads = WorkerPool.Threads;
        try
        {
            WorkerPool.Configure(1);
            var one = TrainSmall(seed: 5);
            WorkerPool.Configure(3);
            Assert.Equal(one, TrainSmall(seed: 5));
            Assert.NotEqual(one, TrainSmall(seed: 6));
        }
        finally
        {
            WorkerPool.Configure(threads);
        }
    }

    [Fact]
    public void Train_Cancelled_Stops()
    {
        using var cancellation = new CancellationTokenSource();
        using var trainer = new DictionaryTrainer(
            new PlantedSource(8, 8, 1, seed: 1), new DictionaryOptions { Features = 8, Samples = 1_000_000, Batch = 64 });

        Assert.Throws<OperationCanceledException>(() =>
            trainer.Train(new Sink(_ => cancellation.Cancel()), cancellation.Token));
    }

    [Fact]
    public void Train_LearningRateFarTooHigh_SaysSo()
    {
        using var trainer = new DictionaryTrainer(
            new PlantedSource(16, 16, 2, seed: 1),
            new DictionaryOptions { Features = 4096, Samples = 50_000, Batch = 64, LearningRate = 0.99f, ResampleAt = [] });

        var failure = Assert.Throws<TrainingDivergedException>(() => trainer.Train());

        output.WriteLine(failure.Message);
        Assert.Contains("learning rate", failure.Message, StringComparison.Ordinal);
        Assert.Contains("step", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_ActivationsNotFinite_SaysSo()
    {
        using var trainer = new DictionaryTrainer(new BrokenSource(), new DictionaryOptions { Features = 8, Samples = 10_000, Batch = 64 });

        var failure = Assert.Throws<TrainingDivergedException>(() => trainer.Train());

        Assert.Contains("activations", failure.Message, StringComparison.Ordinal);
        Assert.Contains("not finite", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_Normalised_DictionaryWorksOnRawActivations()
    {
        // The same data, ten times as large: λ means the same, so both trainings take the same way.
        var options = new DictionaryOptions { Features = 24, Samples = 20_000, Batch = 128, Lambda = 0.02f, Seed = 3 };
        using var small = Train(new PlantedSource(16, 12, 2, seed: 4), options);
        using var large = Train(new ScaledSource(new PlantedSource(16, 12, 2, seed: 4), 8), options);

        Assert.Equal(small.WDec.Span().ToArray(), large.WDec.Span().ToArray());
        Assert.Equal(small.WEnc.Span().ToArray(), large.WEnc.Span().ToArray());
        Assert.Equal(small.BEnc.Span().ToArray().Select(static b => b * 8), large.BEnc.Span().ToArray());
        Assert.Equal(small.BDec.Span().ToArray().Select(static b => b * 8), large.BDec.Span().ToArray());
    }

    [Fact]
    public void Validate_SeveralProblems_NamesAll()
    {
        var failure = Assert.Throws<ArgumentException>(() =>
            new DictionaryOptions { Features = 0, Samples = 0, Lambda = -1, ResampleAt = [0.4, 0.2] }.Validate());

        foreach (var name in (string[])["Features", "Samples", "Lambda", "ResampleAt"])
        {
            Assert.Contains(name, failure.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(64)]
    [InlineData(512)]
    [InlineData(2048)]
    [InlineData(4096)]
    [InlineData(131072)]
    public void Preset_EverySize_IsValid(int features) => DictionaryOptions.Preset(features).Validate();

    private static float[] TrainSmall(ulong seed)
    {
        using var dictionary = Train(
            new PlantedSource(16, 24, 2, seed: 2),
            new DictionaryOptions { Features = 40, Samples = 20_000, Batch = 100, Lambda = 0.05f, DeadWindow = 1000, Seed = seed });
        return [.. dictionary.WEnc.Span(), .. dictionary.BEnc.Span(), .. dictionary.WDec.Span(), .. dictionary.BDec.Span()];
    }

    private static SparseAutoencoder Train(IActivationSource source, DictionaryOptions options)
    {
        using var trainer = new DictionaryTrainer(source, options);
        return trainer.Train();
    }

    private static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b) =>
        System.Numerics.Tensors.TensorPrimitives.CosineSimilarity(a, b);

    /// <summary>Reports on the training's own thread, unlike <see cref="Progress{T}"/>.</summary>
    private sealed class Sink(Action<DictionaryProgress> report) : IProgress<DictionaryProgress>
    {
        public void Report(DictionaryProgress value) => report(value);
    }

    private sealed class ScaledSource(IActivationSource source, float factor) : IActivationSource
    {
        public int Inputs => source.Inputs;

        public void Read(float* x, int rows)
        {
            source.Read(x, rows);
            foreach (ref var value in new Span<float>(x, rows * Inputs))
            {
                value *= factor;
            }
        }
    }

    private sealed class BrokenSource : IActivationSource
    {
        private int _reads;

        public int Inputs => 4;

        public void Read(float* x, int rows) => new Span<float>(x, rows * Inputs).Fill(++_reads > 20 ? float.NaN : _reads);
    }
}
