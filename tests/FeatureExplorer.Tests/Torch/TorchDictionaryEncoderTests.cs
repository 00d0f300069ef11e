using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Tests.Engine.Dictionaries;

namespace FeatureExplorer.Tests.Torch;

public sealed class TorchDictionaryEncoderTests
{
    public static TheoryData<string> Variants() => [.. DictionaryVariants.All];

    [SkippableTheory]
    [MemberData(nameof(Variants))]
    public unsafe void Encode_EveryActivation_ListsWhatTheEngineLists(string variant)
    {
        using var backend = TorchCpu.Backend();
        backend.PartBytes = 4L * 4 * 64 * 33; // parts of 33 rows
        var options = DictionaryOptions.Preset(64, variant) with { Samples = 64 * 30, Batch = 64, K = 4, ResampleVectors = 128, Seed = 3 };
        var source = new PlantedSource(24, 40, active: 3, seed: 2);
        using var trainer = new DictionaryTrainer(source, options);
        using var dictionary = trainer.Train();
        using var rows = backend.Rows(100, 24);
        using var host = new HostRows(100, 24);
        host.Fill(source, 100);
        rows.CopyFrom(host.Pointer, 0, 100);
        var (ours, theirs) = (new SparseActivations(), new SparseActivations());

        dictionary.Encode(host.Pointer, 100, ours);
        using var encoder = backend.DictionaryEncoder(dictionary, 100);
        encoder.Encode(rows, 100, theirs);

        Assert.True(ours.Count > 0);
        Assert.Equal(ours.RowStart.Take(101), theirs.RowStart.Take(101));
        Assert.Equal(ours.Features.Take(ours.Count), theirs.Features.Take(theirs.Count));
        Assert.Equal(ours.Values.Take(ours.Count), theirs.Values.Take(theirs.Count), static (a, b) => Math.Abs(a - b) <= 1e-5f * (1 + a));
    }
}
