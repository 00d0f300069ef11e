using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Transformer.Training;
using Xunit.Abstractions;

namespace FeatureExplorer.Tests.Engine.Dictionaries.Training;

public sealed class DictionaryCheckpointTests(ITestOutputHelper output) : IDisposable
{
    private const string Name = "training.safetensors";

    private readonly string _folder = Directory.CreateTempSubdirectory("dictionary-checkpoint-").FullName;

    private string CheckpointPath => Path.Combine(_folder, Name);

    public static TheoryData<string> Variants => [.. DictionaryVariants.All];

    [Theory]
    [MemberData(nameof(Variants))]
    public void Train_StoppedAgainAndAgain_SameBytesAsUndisturbed(string variant)
    {
        var options = Options(variant);
        using var whole = new DictionaryTrainer(Source(), options);
        using var expected = whole.Train();

        // A new trainer and a new source for every piece: nothing survives but the file.
        foreach (var stop in (long[])[1, 7, 40, 41, 77, 90])
        {
            using var sweep = new DictionarySweep(Source(), [options]);
            var checkpoint = new DictionaryCheckpoint(CheckpointPath, "model", TimeSpan.Zero);
            checkpoint.TryRestore(sweep);
            while (sweep.Steps < stop)
            {
                sweep.TakeStep();
            }

            checkpoint.Save(sweep);
            Assert.Equal(stop, checkpoint.Steps);
        }

        using var last = new DictionarySweep(Source(), [options]);
        using var resumed = last.Train(new DictionaryCheckpoint(CheckpointPath, "model", TimeSpan.Zero), null, default)[0];

        Assert.Equal(expected.Hash, resumed.Hash);
        Assert.Equal(whole.Resampled, last.Trainers[0].Resampled);
        if (variant == DictionaryVariants.Paper2023)
        {
            Assert.True(whole.Resampled > 0, "nothing was resampled, so the test says nothing about it");
        }
    }

    [Theory]
    [InlineData(DictionaryVariants.Gated)]
    [InlineData(DictionaryVariants.BatchTopK)]
    public void Train_OnFromADictionaryAndStopped_SameBytesAsUndisturbed(string variant)
    {
        using var first = new DictionaryTrainer(Source(), Options(variant) with { Samples = 2_000 });
        using var start = first.Train();
        var options = Options(variant) with { Start = start.Hash };
        using var whole = new DictionaryTrainer(Source(), options, null, start);
        using var expected = whole.Train();
        using (var sweep = new DictionarySweep(Source(), [options], null, [start]))
        {
            while (sweep.Steps < 33)
            {
                sweep.TakeStep();
            }

            new DictionaryCheckpoint(CheckpointPath, "model", TimeSpan.Zero).Save(sweep);
        }

        using var other = new DictionarySweep(Source(), [Options(variant)]);
        Assert.False(new DictionaryCheckpoint(CheckpointPath, "model", TimeSpan.Zero).TryRestore(other)); // of a training with its own start
        using var last = new DictionarySweep(Source(), [options], null, [start]);
        using var resumed = last.Train(new DictionaryCheckpoint(CheckpointPath, "model", TimeSpan.Zero), null, default)[0];

        Assert.Equal(expected.Hash, resumed.Hash);
        Assert.NotEqual(start.Hash, resumed.Hash);
    }

    [Fact]
    public void Train_StoppedOnAStreamOfAModel_SameBytesAsUndisturbed()
    {
        using var small = new SmallModel(tokens: (60 * SmallModel.Window) + 1);
        var options = Options(DictionaryVariants.Paper2023) with { Features = 30 };
        using var stream = Stream(small);
        using var whole = new DictionaryTrainer(stream, options);
        using var expected = whole.Train();
        for (var stop = 13; stop < options.Steps; stop += 17)
        {
            using var piece = Stream(small);
            using var sweep = new DictionarySweep(piece, [options]);
            var checkpoint = new DictionaryCheckpoint(CheckpointPath, "model", TimeSpan.MaxValue);
            Assert.Equal(stop > 13, checkpoint.TryRestore(sweep));
            while (sweep.Steps < stop)
            {
                sweep.TakeStep();
            }

            checkpoint.Save(sweep);
        }

        using var rest = Stream(small);
        using var last = new DictionarySweep(rest, [options]);
        using var resumed = last.Train(new DictionaryCheckpoint(CheckpointPath, "model", TimeSpan.MaxValue), null, default)[0];

        Assert.Equal(expected.Hash, resumed.Hash);
        Assert.Equal(stream.Passes, rest.Passes);
    }

    [Fact]
    public void Train_SeveralStoppedAgainAndAgain_EachSameBytesAsIfAlone()
    {
        using var small = new SmallModel(tokens: (60 * SmallModel.Window) + 1);
        var recipe = Options(DictionaryVariants.Paper2023) with { Features = 30 };
        DictionaryOptions[] options = [Options(DictionaryVariants.TopK) with { Samples = 4_000 }, recipe, recipe with { Seed = 4, Batch = 64 }];
        var expected = options.Select(one =>
        {
            using var stream = Stream(small);
            using var trainer = new DictionaryTrainer(stream, one);
            using var dictionary = trainer.Train();
            return dictionary.Hash;
        }).ToList();
        var backlog = 0L;
        // The first stop is when one has begun and the others have not.
        for (var stop = 1; stop < options.Sum(one => one.Steps); stop += 23)
        {
            using var piece = Stream(small);
            using var sweep = new DictionarySweep(piece, options);
            var checkpoint = new DictionaryCheckpoint(CheckpointPath, "model", TimeSpan.MaxValue);
            Assert.Equal(stop > 1, checkpoint.TryRestore(sweep));
            while (sweep.Steps < stop)
            {
                sweep.TakeStep();
            }

            checkpoint.Save(sweep);
            backlog = Math.Max(backlog, sweep.LargestBacklog);
            if (sweep.Trainers[0].IsFinished)
            {
                break;
            }
        }

        // Now the first one is somebody's finished dictionary, and only the others go on.
        using var rest = Stream(small);
        using var last = new DictionarySweep(rest, options[1..]);
        var resumed = last.Train(new DictionaryCheckpoint(CheckpointPath, "model", TimeSpan.MaxValue), null, default);

        Assert.True(backlog > 0, "no vectors were kept for the slower ones, so the test says little");
        Assert.Equal(expected[1..], resumed.Select(dictionary => dictionary.Hash));
        using var finished = new DictionarySweep(Stream(small), [options[0]]);
        Assert.True(new DictionaryCheckpoint(CheckpointPath, "model", TimeSpan.MaxValue).TryRestore(finished));
        Assert.True(finished.Trainers[0].IsFinished);
        Assert.Equal(expected[0], finished.Trainers[0].Snapshot().Hash);
    }

    [Fact]
    public void Train_StoppedWhileManyVectorsWait_EachSameBytesAsIfAlone()
    {
        using var small = new SmallModel(tokens: (60 * SmallModel.Window) + 1);
        var recipe = Options(DictionaryVariants.Paper2023) with { Features = 30, Samples = 100_000, ResampleVectors = 65_536 };
        DictionaryOptions[] options = [recipe, recipe with { Seed = 4 }];
        using (var stream = Stream(small))
        using (var sweep = new DictionarySweep(stream, options))
        {
            // One has read what it begins with, and the other has read nothing.
            sweep.TakeStep();
            Assert.True(sweep.LargestBacklog > 6000, $"only {sweep.LargestBacklog} vectors wait");
            new DictionaryCheckpoint(CheckpointPath, "model", TimeSpan.MaxValue).Save(sweep);
        }

        using var rest = Stream(small);
        using var resumed = new DictionarySweep(rest, options);
        var dictionaries = resumed.Train(new DictionaryCheckpoint(CheckpointPath, "model", TimeSpan.MaxValue), null, default);

        Assert.Equal(options.Sum(one => one.Steps), resumed.Steps);
        for (var i = 0; i < options.Length; i++)
        {
            using var source = Stream(small);
            using var trainer = new DictionaryTrainer(source, options[i]);
            using var alone = trainer.Train();
            Assert.Equal(alone.Hash, dictionaries[i].Hash);
        }
    }

    [Fact]
    public void Train_Cancelled_WritesTheCheckpoint()
    {
        using var cancellation = new CancellationTokenSource();
        using var sweep = new DictionarySweep(Source(), [Options(DictionaryVariants.TopK)]);
        var checkpoint = new DictionaryCheckpoint(CheckpointPath, "model", TimeSpan.MaxValue);

        Assert.Throws<OperationCanceledException>(() => sweep.Train(checkpoint, new Sink(_ => cancellation.Cancel()), cancellation.Token));

        Assert.Equal(50, checkpoint.Steps);
        Assert.True(File.Exists(CheckpointPath));
        checkpoint.Remove();
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void TryRestore_OtherModelOrOptions_BeginsAnew()
    {
        var options = Options(DictionaryVariants.TopK);
        using (var sweep = new DictionarySweep(Source(), [options]))
        {
            sweep.TakeStep();
            new DictionaryCheckpoint(CheckpointPath, "model", TimeSpan.Zero).Save(sweep);
        }

        using var same = new DictionarySweep(Source(), [options]);
        using var other = new DictionarySweep(Source(), [options with { K = 4 }]);

        Assert.False(new DictionaryCheckpoint(CheckpointPath, "another", TimeSpan.Zero).TryRestore(same));
        Assert.False(new DictionaryCheckpoint(CheckpointPath, "model", TimeSpan.Zero).TryRestore(other));
        Assert.True(new DictionaryCheckpoint(CheckpointPath, "model", TimeSpan.Zero).TryRestore(same));
        Assert.Equal(1, same.Steps);
    }

    [Fact]
    public void TryRestore_LeftoversOfAKilledWrite_AreRemoved()
    {
        var leftover = Path.Combine(_folder, Name + ".0123.tmp");
        File.WriteAllText(leftover, "half");
        using var sweep = new DictionarySweep(Source(), [Options(DictionaryVariants.TopK)]);

        Assert.False(new DictionaryCheckpoint(CheckpointPath, "model", TimeSpan.Zero).TryRestore(sweep));

        Assert.False(File.Exists(leftover));
    }

    [Fact]
    public void Train_Diverges_SaysStepAndCauseAndKeepsTheCheckpoint()
    {
        var options = new DictionaryOptions { Features = 4096, Samples = 50_000, Batch = 64, LearningRate = 0.99f, ResampleAt = [] };
        var checkpoint = new DictionaryCheckpoint(CheckpointPath, "model", TimeSpan.Zero);
        using var sweep = new DictionarySweep(new PlantedSource(16, 16, 2, seed: 1), [options]);

        var failure = Assert.Throws<TrainingDivergedException>(() => sweep.Train(checkpoint, null, default));

        output.WriteLine(failure.Message);
        Assert.Contains($"step {failure.Step} ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("learning rate", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"step {checkpoint.Steps} is intact", failure.Message, StringComparison.Ordinal);
        using var again = new DictionarySweep(new PlantedSource(16, 16, 2, seed: 1), [options]);
        Assert.True(new DictionaryCheckpoint(CheckpointPath, "model", TimeSpan.Zero).TryRestore(again));
        Assert.True(again.Steps < failure.Step);
    }

    [SkippableFact]
    public void Save_DiskFull_EndsTheTrainingAndKeepsTheCheckpointBefore()
    {
        using var disk = SmallDisk.TryMount(_folder, kilobytes: 96);
        Skip.If(disk is null, "A small disk needs the right to mount one.");
        // So long that the next checkpoint is due, however long the first one takes.
        var options = Options(DictionaryVariants.TopK) with { Samples = 100_000_000 };
        using var sweep = new DictionarySweep(Source(), [options]);
        var checkpoint = new DictionaryCheckpoint(Path.Combine(disk!.Folder, Name), "model", TimeSpan.Zero);
        sweep.TakeStep();
        checkpoint.Save(sweep);
        var before = File.ReadAllBytes(Path.Combine(disk!.Folder, Name));
        Assert.True(before.Length > 50_000, "two checkpoints must not fit");

        var failure = Assert.Throws<CheckpointException>(() => sweep.Train(checkpoint, null, default));

        output.WriteLine(failure.Message);
        Assert.Contains("step 1 is intact", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(disk!.Folder, Name)));
        Assert.Single(Directory.GetFiles(disk!.Folder));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static PlantedSource Source() => new(16, 24, 2, seed: 2);

    private static DictionaryOptions Options(string variant) => DictionaryOptions.Preset(150, variant) with
    {
        Features = 150,
        Samples = 10_000,
        Batch = 100,
        LearningRate = variant == DictionaryVariants.Paper2023 ? 0.02f : 2e-3f, // so that some features die
        DeadWindow = variant == DictionaryVariants.Paper2023 ? 100 : 700,
        K = 3,
        AuxK = 2,
        Lambda = variant switch { DictionaryVariants.April2024 => 2, DictionaryVariants.JumpRelu => 0.02f, DictionaryVariants.Paper2023 => 1, _ => 0.05f },
        Bandwidth = 0.03f,
    };

    private static ActivationStream Stream(SmallModel small) => ActivationStream.Of(
        small.Model, small.Store, new ActivationStreamOptions { PositionsPerWindow = 5, BufferVectors = 123, WindowsPerForward = 7, Seed = 3 });

    private sealed class Sink(Action<DictionaryProgress> report) : IProgress<(int Dictionary, DictionaryProgress Progress)>
    {
        public void Report((int Dictionary, DictionaryProgress Progress) value) => report(value.Progress);
    }
}
