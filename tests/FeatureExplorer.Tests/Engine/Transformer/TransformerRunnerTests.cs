using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Tests.Engine.Transformer.Training;

namespace FeatureExplorer.Tests.Engine.Transformer;

public sealed unsafe class TransformerRunnerTests
{
    private static readonly TransformerConfig Config = TransformerGradientTests.Tiny;

    [Theory]
    [InlineData(3, 12)]
    [InlineData(1, 5)]
    public void ActivationsAndLosses_AgreeWithTheReference(int windows, int length)
    {
        using var model = TransformerGradientTests.RandomModel(Config);
        using var runner = new TransformerRunner(model, 3);
        var tokens = Numbers.Tokens(windows * length, Config.VocabularySize, "tokens");
        var targets = Numbers.Tokens(windows * length, Config.VocabularySize, "targets");
        using var activations = new FloatBuffer(windows * length * Config.DMlp);
        var losses = new float[windows * length];

        runner.Activations(tokens, windows, length, activations.Pointer);
        runner.Losses(tokens, targets, windows, length, null, losses);

        var expected = ReferenceTransformer.Run(Config, ReferenceTransformer.ParametersOf(model.Parameters), tokens, targets, windows, length);
        Assert.True(Numbers.RelativeError(activations.Span(), expected.Hidden) < 1e-5);
        Assert.True(Numbers.RelativeError(losses, expected.Losses) < 1e-5);
    }

    public static TheoryData<string> Names => [.. Architectures.All];

    [Theory]
    [MemberData(nameof(Names))]
    public void Losses_OfEveryArchitectureWithEveryEdit_AgreeWithTheReference(string name)
    {
        var config = Architectures.Of(name);
        using var model = TransformerGradientTests.RandomModel(config);
        using var runner = new TransformerRunner(model, 2);
        var p = ReferenceTransformer.ParametersOf(model.Parameters);
        var (tokens, targets) = (Numbers.Tokens(2 * 11, config.VocabularySize, "tokens"), Numbers.Tokens(2 * 11, config.VocabularySize, "targets"));
        foreach (var site in Enum.GetValues<SiteKind>().Select(kind => new Site(kind, config.Layers - 1)).Where(static site => site.IsReplaceable).Append(new Site(SiteKind.ResidPre, 0)))
        {
            var losses = new float[tokens.Length];
            var width = site.Width(config);
            double[] seen = [];
            var expected = ReferenceTransformer.RunSite(config, p, tokens, targets, 2, 11, site, values =>
            {
                seen = values;
                return [.. values.Select((v, i) => i % width % 3 == 0 ? 0 : v * 1.5)];
            });
            using var activations = new FloatBuffer(seen.Length);
            runner.Activations(tokens, 2, 11, site, activations.Pointer);
            runner.Losses(tokens, targets, 2, 11, site, (x, rows) =>
            {
                for (var i = 0; i < rows * width; i++)
                {
                    x[i] = i % width % 3 == 0 ? 0 : x[i] * 1.5f;
                }
            }, losses);

            Assert.InRange(Numbers.RelativeError(activations.Span(), seen), 0, 2e-5);
            Assert.InRange(Numbers.RelativeError(losses, expected.Losses), 0, 2e-5);
        }
    }

    [Fact]
    public void Losses_WithEdit_UseTheEditedActivations()
    {
        using var model = TransformerGradientTests.RandomModel(Config);
        using var runner = new TransformerRunner(model, 2);
        var tokens = Numbers.Tokens(24, Config.VocabularySize, "tokens");
        var targets = Numbers.Tokens(24, Config.VocabularySize, "targets");
        var losses = new float[24];
        var seen = 0;

        runner.Losses(tokens, targets, 2, 12, (mlpPost, rows) =>
        {
            seen += rows;
            for (var i = 0; i < rows * Config.DMlp; i++)
            {
                mlpPost[i] = i % 3 == 0 ? 0 : mlpPost[i] * 2;
            }
        }, losses);

        var expected = ReferenceTransformer.Run(
            Config, ReferenceTransformer.ParametersOf(model.Parameters), tokens, targets, 2, 12, hidden => [.. hidden.Select((v, i) => i % 3 == 0 ? 0 : v * 2)]);
        Assert.Equal(24, seen);
        Assert.True(Numbers.RelativeError(losses, expected.Losses) < 1e-5);
    }

    [Fact]
    public void Refresh_AfterAChangeOfTheWeights_UsesTheNewOnes()
    {
        using var model = TransformerGradientTests.RandomModel(Config);
        using var runner = new TransformerRunner(model, 1);
        var tokens = Numbers.Tokens(12, Config.VocabularySize, "tokens");
        var losses = new float[12];
        runner.Losses(tokens, tokens, 1, 12, null, losses);

        for (var i = 0L; i < model.Parameters.Length; i++)
        {
            model.Parameters.Pointer[i] *= 0.5f;
        }
        runner.Refresh();
        runner.Losses(tokens, tokens, 1, 12, null, losses);

        var expected = ReferenceTransformer.Run(Config, ReferenceTransformer.ParametersOf(model.Parameters), tokens, tokens, 1, 12);
        Assert.True(Numbers.RelativeError(losses, expected.Losses) < 1e-5);
    }

    [Fact]
    public void Activations_MoreWindowsThanReserved_AreRefused()
    {
        using var model = TransformerGradientTests.RandomModel(Config);
        using var runner = new TransformerRunner(model, 1);

        Assert.Throws<ArgumentOutOfRangeException>(() => runner.Activations(new int[24], 2, 12, null));
        Assert.Throws<ArgumentOutOfRangeException>(() => runner.Activations(new int[13], 1, 13, null));
        Assert.Throws<ArgumentOutOfRangeException>(() => runner.Activations(new int[11], 1, 12, null));
    }
}
