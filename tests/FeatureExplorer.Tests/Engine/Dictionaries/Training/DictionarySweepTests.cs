using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Training;

namespace FeatureExplorer.Tests.Engine.Dictionaries.Training;

public sealed unsafe class DictionarySweepTests
{
    [Theory]
    [InlineData(6_000, 1, 4096)]
    [InlineData(100_000, 6250, 10_000)] // so many wait for the others that they are kept in half precision
    public void Train_SeveralOnOneStream_EachAsIfAloneAndTheModelRunsOnce(long samples, long leastBacklog, long mostBacklog)
    {
        using var small = new SmallModel(tokens: (200 * SmallModel.Window) + 1);
        var recipe = new DictionaryOptions { Features = 40, Samples = samples, Batch = 64, Lambda = 0.05f, DeadWindow = 64 };
        DictionaryOptions[] options =
        [
            recipe,
            recipe with { Features = 90, Lambda = 1, LearningRate = 0.02f, Seed = 4 }, // resamples, so it reads further
            DictionaryOptions.Preset(30, DictionaryVariants.TopK) with { Samples = 3_000, Batch = 100, K = 4, Seed = 1 },
            recipe with { Seed = 9, Batch = 50 },
        ];
        using var stream = new Counted(Stream(small));
        using var sweep = new DictionarySweep(stream, options);
        var reports = new HashSet<int>();

        var together = sweep.Train(new Sink(report => reports.Add(report.Dictionary)));

        Assert.True(sweep.Trainers[1].Resampled > 0, "nothing was resampled, so the test says little");
        var longest = 0L;
        for (var i = 0; i < options.Length; i++)
        {
            using var source = new Counted(Stream(small));
            using var trainer = new DictionaryTrainer(source, options[i]);
            using var alone = trainer.Train();
            Assert.Equal(alone.Hash, together[i].Hash);
            longest = Math.Max(longest, source.Rows);
            together[i].Dispose();
        }

        Assert.Equal([0, 1, 2, 3], reports.Order());
        Assert.InRange(stream.Rows, longest, longest + 1024);
        Assert.InRange(sweep.LargestBacklog, leastBacklog, mostBacklog);
    }

    private static ActivationStream Stream(SmallModel small) => ActivationStream.Of(
        small.Model, small.Store, new ActivationStreamOptions { PositionsPerWindow = 5, BufferVectors = 300, Seed = 3 });

    private sealed class Counted(ActivationStream stream) : IActivationSource, IDisposable
    {
        public long Rows { get; private set; }

        public int Inputs => stream.Inputs;

        public void Read(float* x, int rows)
        {
            stream.Read(x, rows);
            Rows += rows;
        }

        public void Dispose() => stream.Dispose();
    }

    private sealed class Sink(Action<(int Dictionary, DictionaryProgress Progress)> report) : IProgress<(int Dictionary, DictionaryProgress Progress)>
    {
        public void Report((int Dictionary, DictionaryProgress Progress) value) => report(value);
    }
}
