using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Generation;
using FeatureExplorer.Tests.Engine.Transformer.Training;

namespace FeatureExplorer.Tests.Engine.Transformer.Generation;

public sealed unsafe class IncrementalRunnerTests
{
    private static readonly TransformerConfig Config = TransformerGradientTests.Tiny with { Layers = 3 };

    [Theory]
    [InlineData("mlp.post.2")]
    [InlineData("mlp.post.0")]
    [InlineData("mlp.out.1")]
    [InlineData("resid.pre.1")]
    [InlineData("resid.post.2")]
    public void Logits_TokenByTokenWithAnEdit_EqualTheFullPass(string name)
    {
        var site = Site.Parse(name, Config.Layers);
        using var model = TransformerGradientTests.RandomModel(Config);
        using var runner = new IncrementalRunner(model, site, sequences: 2, capacity: Config.Context);
        using var logits = new FloatBuffer(2L * Config.VocabularySize);
        var (prompt, left, right) = (Numbers.Tokens(5, Config.VocabularySize, "prompt"), Numbers.Tokens(6, Config.VocabularySize, "left"), Numbers.Tokens(6, Config.VocabularySize, "right"));

        runner.Start(prompt, Edit);
        for (var i = 0; i <= left.Length; i++)
        {
            runner.Logits(logits.Pointer);
            Assert.Equal(prompt.Length + i, runner.Length);
            Check([.. prompt, .. left[..i]], logits.Span(0, Config.VocabularySize));
            Check([.. prompt, .. right[..i]], logits.Span(Config.VocabularySize, Config.VocabularySize));
            if (i < left.Length)
            {
                runner.Append([left[i], right[i]], Edit);
            }
        }

        void Edit(float* _, float* x, int first, int sequences, int count)
        {
            for (var i = 0; i < sequences * count * site.Width(Config); i++)
            {
                x[i] = i % site.Width(Config) % 3 == 0 ? 0 : x[i] * 1.5f;
            }
        }

        void Check(int[] tokens, ReadOnlySpan<float> actual)
        {
            var full = ReferenceTransformer.RunSite(
                Config, ReferenceTransformer.ParametersOf(model.Parameters), tokens, new int[tokens.Length], 1, tokens.Length, site,
                values => [.. values.Select((v, i) => i % site.Width(Config) % 3 == 0 ? 0 : v * 1.5)]).Logits;
            Assert.True(Numbers.RelativeError(actual, full[^Config.VocabularySize..]) < 1e-5);
        }
    }

    public static TheoryData<string> Names => [.. Architectures.All];

    [Theory]
    [MemberData(nameof(Names))]
    public void Logits_OfEveryArchitecture_EqualTheFullPass(string name)
    {
        var config = Architectures.Of(name);
        using var model = TransformerGradientTests.RandomModel(config);
        using var runner = new IncrementalRunner(model, Site.Default(config), sequences: 2, capacity: config.Context);
        using var logits = new FloatBuffer(2L * config.VocabularySize);
        var (prompt, right) = (Numbers.Tokens(4, config.VocabularySize, "prompt"), Numbers.Tokens(8, config.VocabularySize, "right"));
        runner.Start(prompt, null);
        foreach (var token in right)
        {
            runner.Append([0, token], null);
        }

        runner.Logits(logits.Pointer);
        Assert.Equal(12, runner.Length);
        int[] all = [.. prompt, .. right];
        var full = ReferenceTransformer.RunSite(config, ReferenceTransformer.ParametersOf(model.Parameters), all, all, 1, 12, Site.Default(config), static values => values).Logits;
        Assert.InRange(Numbers.RelativeError(logits.Span(config.VocabularySize, config.VocabularySize), full[^config.VocabularySize..]), 0, 2e-5);
    }

    [Fact]
    public void Start_Again_ForgetsWhatWasRead()
    {
        using var model = TransformerGradientTests.RandomModel(Config);
        using var runner = new IncrementalRunner(model, Site.Default(Config), 1, Config.Context);
        using var logits = new FloatBuffer(Config.VocabularySize);
        runner.Start([3, 4, 5], null);
        runner.Logits(logits.Pointer);
        var before = logits.Span().ToArray();
        runner.Append([9], null);

        runner.Start([3, 4, 5], null);
        runner.Logits(logits.Pointer);

        Assert.Equal(before, logits.Span().ToArray());
    }

    [Fact]
    public void Append_BeyondTheCapacity_IsRefused()
    {
        using var model = TransformerGradientTests.RandomModel(Config);
        using var runner = new IncrementalRunner(model, Site.Default(Config), 1, 3);
        runner.Start([3, 4, 5], null);

        Assert.Throws<ArgumentOutOfRangeException>(() => runner.Append([9], null));
    }
}
