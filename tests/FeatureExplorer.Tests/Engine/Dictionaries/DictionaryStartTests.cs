using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Tests.Engine.Dictionaries;

public sealed unsafe class DictionaryStartTests
{
    private const int Inputs = 16;
    private const int Features = 60;
    private const int Rows = 300;

    public static TheoryData<string> Variants => [.. DictionaryVariants.All];

    [Theory]
    [MemberData(nameof(Variants))]
    public void Continue_ThenExport_GivesTheSameFAndXHat(string variant)
    {
        using var source = Trained(variant);
        var options = Options(variant) with { Start = source.Hash };
        var rule = DictionaryVariant.Of(options);
        using var parameters = new DictionaryTensors(Inputs, Features, rule.Extras.Count);

        rule.Continue(parameters, source, 2.7f);
        using var exported = rule.Export(parameters, 2.7f);

        AssertSame(source, exported);
    }

    // One step whose rate is too small to move any weight; that of batchtopk moves θ, a mean over batches.
    [Theory]
    [InlineData(DictionaryVariants.Paper2023)]
    [InlineData(DictionaryVariants.April2024)]
    [InlineData(DictionaryVariants.TopK)]
    [InlineData(DictionaryVariants.JumpRelu)]
    [InlineData(DictionaryVariants.Gated)]
    public void Train_OneStepThatMovesNothing_GivesTheSameFAndXHat(string variant)
    {
        using var source = Trained(variant);
        using var trainer = new DictionaryTrainer(Source(), Options(variant) with { Start = source.Hash, LearningRate = 1e-20f, Samples = 100 }, null, source);

        using var result = trainer.Train();

        Assert.NotEqual(1, trainer.Scale, 0.1f); // otherwise the test says nothing about the scale
        AssertSame(source, result);
    }

    [Theory]
    [InlineData(DictionaryVariants.TopK)]
    [InlineData(DictionaryVariants.Paper2023)]
    public void Train_OnFromAShortTraining_LowersTheLoss(string variant)
    {
        using var source = Trained(variant);
        var options = Options(variant) with { Start = source.Hash, Samples = 20_000, LambdaWarmup = 0, ResampleAt = [] };
        using var trainer = new DictionaryTrainer(Source(), options, null, source);

        using var result = trainer.Train();

        Assert.InRange(Loss(result, options.Lambda, trainer.Scale), 0, Loss(source, options.Lambda, trainer.Scale));
    }

    [Fact]
    public void Train_ThresholdOfZero_IsKept()
    {
        using var source = Trained(DictionaryVariants.JumpRelu);
        source.Threshold!.Span().Clear();
        source.WeightsChanged();
        using var trainer = new DictionaryTrainer(Source(), Options(DictionaryVariants.JumpRelu) with { Start = source.Hash, LearningRate = 1e-20f, Samples = 100 }, null, source);

        using var result = trainer.Train();

        AssertSame(source, result);
    }

    [Theory]
    [InlineData("features", "16 inputs and 60 features, and 16 and 59 are to be trained")]
    [InlineData("variant", "the recipe is gated: choose topk")]
    [InlineData("k", "keeps 3 features of a token, and k is 4: choose 3")]
    [InlineData("hash", "name the weights abc to start from")]
    [InlineData("none", "those given are of none")]
    [InlineData("norm", "Row 7 of the decoder to start from has length 2")]
    public void Trainer_ThatDoesNotFitItsStart_IsRefusedWithBothValues(string what, string says)
    {
        using var source = Trained(DictionaryVariants.TopK);
        if (what == "norm")
        {
            System.Numerics.Tensors.TensorPrimitives.Multiply(source.DecoderRow(7), 2, source.DecoderRow(7));
            source.WeightsChanged();
        }

        var options = what switch
        {
            "features" => Options(DictionaryVariants.TopK) with { Features = 59 },
            "variant" => Options(DictionaryVariants.Gated),
            "k" => Options(DictionaryVariants.TopK) with { K = 4 },
            _ => Options(DictionaryVariants.TopK),
        };
        options = options with { Start = what == "hash" ? "abc" : source.Hash };

        var message = Assert.Throws<ArgumentException>(() => new DictionaryTrainer(Source(), options, null, what == "none" ? null : source)).Message;

        Assert.Contains(says, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Trainer_BatchTopKFromSeveralThresholds_IsRefused()
    {
        using var source = Trained(DictionaryVariants.JumpRelu);
        source.Threshold!.Span()[3] += 0.5f;
        source.WeightsChanged();

        var message = Assert.Throws<ArgumentException>(() => new DictionaryTrainer(Source(), Options(DictionaryVariants.BatchTopK) with { Start = source.Hash }, null, source)).Message;

        Assert.Contains("one threshold for all features", message, StringComparison.Ordinal);
    }

    private static PlantedSource Source() => new(Inputs, 24, 2, seed: 2);

    private static DictionaryOptions Options(string variant) => DictionaryOptions.Preset(Features, variant) with
    {
        Features = Features,
        Samples = 4_000,
        Batch = 100,
        LearningRate = 2e-3f,
        K = 3,
        AuxK = 2,
        Lambda = variant switch { DictionaryVariants.April2024 => 1, DictionaryVariants.JumpRelu => 0.02f, _ => 0.02f },
    };

    private static SparseAutoencoder Trained(string variant)
    {
        using var trainer = new DictionaryTrainer(Source(), Options(variant));
        return trainer.Train();
    }

    private static void AssertSame(SparseAutoencoder expected, SparseAutoencoder actual)
    {
        var (f, xHat, _) = Run(expected);
        var (f2, xHat2, _) = Run(actual);
        Assert.True(f.Count > Rows);
        Assert.Equal(f.RowStart.Take(Rows + 1), f2.RowStart.Take(Rows + 1));
        Assert.Equal(f.Features.Take(f.Count), f2.Features.Take(f2.Count));
        Assert.Equal(f.Values.Take(f.Count), f2.Values.Take(f2.Count), static (a, b) => Math.Abs(a - b) <= 2e-5f * (1 + a));
        Assert.Equal(xHat, xHat2, static (a, b) => Math.Abs(a - b) <= 2e-5f * (1 + Math.Abs(a)));
    }

    /// <summary>Mean squared error on the scale of training, with λ Σ f.</summary>
    private static double Loss(SparseAutoencoder dictionary, float lambda, float scale)
    {
        var (f, xHat, x) = Run(dictionary);
        var error = x.Zip(xHat, static (a, b) => (double)(a - b) * (a - b)).Sum() * scale * scale / (Rows * Inputs);
        return error + (lambda * scale * f.Values.Take(f.Count).Sum(static value => (double)value) / Rows);
    }

    private static (SparseActivations F, float[] XHat, float[] X) Run(SparseAutoencoder dictionary)
    {
        using var x = new FloatBuffer(Rows * Inputs);
        using var xHat = new FloatBuffer(Rows * Inputs);
        new PlantedSource(Inputs, 24, 2, seed: 2).Read(x.Pointer, Rows);
        var f = new SparseActivations();
        dictionary.Encode(x.Pointer, Rows, f);
        dictionary.Decode(f, xHat.Pointer);
        return (f, xHat.Span().ToArray(), x.Span().ToArray());
    }
}
