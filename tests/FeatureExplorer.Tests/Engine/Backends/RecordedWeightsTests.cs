using System.Runtime.Intrinsics;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Training;
using FeatureExplorer.Tests.Engine.Dictionaries;

namespace FeatureExplorer.Tests.Engine.Backends;

/// <summary>
/// The bits of the CPU engine: hashes of the final weights of small runs, recorded before its arithmetic moved behind the seam of back ends. Sums over lanes depend on
/// their number, so that there is one set for vectors of 256 bits and one for 512.
/// </summary>
public sealed class RecordedWeightsTests
{
    private static readonly Dictionary<string, string> Recorded256 = new()
    {
        ["batchtopk"] = "f36f21a205d82ab1",
        ["jumprelu"] = "2c68d6f246c6bbab",
        ["matryoshka"] = "0ae9b2a878a467a8",
        ["paper-2023"] = "e240276236ce00f6",
        ["topk"] = "6b63118181ee57bc",
        ["april-2024"] = "e9ca954e61b51e32",
        ["gated"] = "41d82196e42812b3",
        ["transformer"] = "c11331b25b1d7cf8",
    };

    private static readonly Dictionary<string, string> Recorded512 = new()
    {
        ["batchtopk"] = "a076f1831a4b2cf7",
        ["jumprelu"] = "d67a984fa26bd9b7",
        ["matryoshka"] = "4a74ab8d60ff2688",
        ["paper-2023"] = "3eafb019424feab6",
        ["topk"] = "1359b2dbda794fba",
        ["april-2024"] = "8684703f433e5c76",
        ["gated"] = "d591eb965a26ccba",
        ["transformer"] = "dcfc50f1da5131d8",
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public void Train_Variant_EndsWithTheRecordedWeights(string variant)
    {
        var options = DictionaryOptions.Preset(96, variant) with
        {
            Samples = 64 * 150,
            Batch = 64,
            K = 4,
            AuxK = 6,
            DeadWindow = 400,
            ResampleVectors = 512,
            ResampleAt = variant == DictionaryVariants.Paper2023 ? [0.3, 0.6] : [],
            Seed = 5,
        };
        using var trainer = new DictionaryTrainer(new PlantedSource(inputs: 24, planted: 40, active: 3, seed: 9), options);
        using var dictionary = trainer.Train();

        Check(variant, dictionary.Hash);
    }

    [Fact]
    public void Train_Transformer_EndsWithTheRecordedWeights()
    {
        var config = new TransformerConfig { Layers = 2, DModel = 24, DMlp = 40, Heads = 3, Context = 20, VocabularySize = 61 };
        using var model = TransformerModel.Create(config, seed: 1);
        int[] tokens = [.. Enumerable.Range(0, 4001).Select(static i => i * i % 61)];
        var options = new TransformerTrainingOptions { Tokens = 20 * 4 * 40, BatchWindows = 4, Seed = 3 };
        using var trainer = new TransformerTrainer(model, options, new TokenSource(tokens.Length, (start, length) => tokens.AsSpan((int)start, length)));
        trainer.Run();

        Check("transformer", model.Hash);
    }

    public static TheoryData<string> Variants() => [.. DictionaryVariants.All];

    // Without vectors of 256 bits there is nothing recorded to compare with.
    private static void Check(string what, string hash)
    {
        if (Vector256.IsHardwareAccelerated)
        {
            Assert.Equal((Vector512.IsHardwareAccelerated ? Recorded512 : Recorded256)[what], hash[..16]);
        }
    }
}
