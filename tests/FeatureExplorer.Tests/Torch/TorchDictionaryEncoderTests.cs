using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Tests.Engine.Dictionaries;
using FeatureExplorer.Torch;

namespace FeatureExplorer.Tests.Torch;

public sealed class TorchDictionaryEncoderTests
{
    public static TheoryData<string, RowNormalisation> Variants()
    {
        var data = new TheoryData<string, RowNormalisation>();
        foreach (var variant in DictionaryVariants.All)
        {
            data.Add(variant, RowNormalisation.None);
        }

        data.Add(DictionaryVariants.TopK, RowNormalisation.LayerNorm);
        data.Add(DictionaryVariants.JumpRelu, RowNormalisation.LayerNorm);
        data.Add(DictionaryVariants.Gated, RowNormalisation.Norm);
        return data;
    }

    [SkippableTheory]
    [MemberData(nameof(Variants))]
    public unsafe void Encode_EveryActivation_ListsWhatTheEngineLists(string variant, RowNormalisation normalisation)
    {
        using var backend = TorchCpu.Backend();
        backend.PartBytes = 4L * 4 * 64 * 33; // parts of 33 rows
        var options = DictionaryOptions.Preset(64, variant) with { Samples = 64 * 30, Batch = 64, K = 4, ResampleVectors = 128, Seed = 3 };
        var source = new PlantedSource(24, 40, active: 3, seed: 2);
        using var trainer = new DictionaryTrainer(source, options);
        using var trained = trainer.Train();
        using var dictionary = new SparseAutoencoder(trained.Inputs, trained.Features, trained.Activation, trained.K) { Normalisation = normalisation };
        foreach (var (from, to) in new[]
        {
            (trained.WEnc, dictionary.WEnc), (trained.BEnc, dictionary.BEnc), (trained.WDec, dictionary.WDec), (trained.BDec, dictionary.BDec),
            (trained.Threshold, dictionary.Threshold), (trained.RMag, dictionary.RMag), (trained.BMag, dictionary.BMag),
        })
        {
            from?.Span().CopyTo(to!.Span());
        }

        Check(backend, dictionary, source);
    }

    [SkippableTheory]
    [InlineData(0.5f, 24, true)]
    [InlineData(0f, 24, true)]
    [InlineData(0f, 5, false)]
    [InlineData(0.3f, 24, true, RowNormalisation.LayerNorm)]
    public void Encode_MatchingPursuit_ListsWhatTheEngineLists(float threshold, int steps, bool stops, RowNormalisation normalisation = RowNormalisation.None)
    {
        using var backend = TorchCpu.Backend();
        backend.PartBytes = 4L * 4 * 64 * 33;
        using var dictionary = PlainPursuit.Dictionary(24, 64, new PursuitShape(threshold, steps, stops), normalisation: normalisation);

        Check(backend, dictionary, new PlantedSource(24, 40, active: 3, seed: 2));
    }

    private static unsafe void Check(TorchBackend backend, SparseAutoencoder dictionary, PlantedSource source)
    {
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
        Assert.Equal(Enumerable.Range(0, 100).Select(ours.GainOf), Enumerable.Range(0, 100).Select(theirs.GainOf), static (a, b) => Math.Abs(a - b) <= 1e-5f * (1 + a));
        Assert.Equal(Enumerable.Range(0, 100).Select(ours.MeanOf), Enumerable.Range(0, 100).Select(theirs.MeanOf), static (a, b) => Math.Abs(a - b) <= 1e-5f);
    }
}
