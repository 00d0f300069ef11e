using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Generation;
using FeatureExplorer.Tests.Engine.Transformer.Training;

namespace FeatureExplorer.Tests.Engine.Transformer;

/// <summary>The sites that transcoders read, in every architecture.</summary>
public sealed unsafe class TranscoderSiteTests
{
    private const int Windows = 2;
    private const int Length = 11;
    private const int Rows = Windows * Length;

    public static TheoryData<string> Names => [.. Architectures.All];

    [Theory]
    [MemberData(nameof(Names))]
    public void Activations_OfEveryArchitecture_AgreeWithTheReferenceAndWithTheOtherWaysToReadThem(string name)
    {
        var config = Architectures.Of(name);
        using var model = TransformerGradientTests.RandomModel(config);
        using var runner = new TransformerRunner(model, Windows);
        var p = ReferenceTransformer.ParametersOf(model.Parameters);
        var tokens = Numbers.Tokens(Rows, config.VocabularySize, "tokens");
        foreach (var site in Site.TranscoderKindNames.SelectMany(kind => Enumerable.Range(0, config.Layers).Select(layer => Site.Parse($"{kind}.{layer}", config.Layers))))
        {
            var (count, output) = (Rows * config.DModel, site with { Kind = SiteKind.MlpOut });
            double[] expected = [];
            ReferenceTransformer.RunSite(config, p, tokens, tokens, Windows, Length, site, values => expected = values);
            using FloatBuffer read = new(count), begun = new(count), beside = new(count), stream = new(count), other = new(count);
            using HostRows x = new(beside.Pointer, Rows, config.DModel), end = new(stream.Pointer, Rows, config.DModel), sameEnd = new(other.Pointer, Rows, config.DModel);

            runner.Activations(tokens, Windows, Length, site, read.Pointer);
            runner.Stream(tokens, Windows, Length, site, x, end);
            runner.Stream(tokens, Windows, Length, output, new HostRows(Rows, config.DModel), sameEnd);
            runner.Begin(tokens, Windows, Length, output, site);
            runner.ReadInput(begun.Pointer);

            Assert.InRange(Numbers.RelativeError(read.Span(), expected), 0, 2e-5);
            Assert.Equal(read.Span().ToArray(), begun.Span().ToArray());
            Assert.Equal(read.Span().ToArray(), beside.Span().ToArray());
            Assert.InRange(Numbers.RelativeError(stream.Span(), [.. other.Span().ToArray().Select(static v => (double)v)]), 0, 1e-5);
        }
    }

    [Fact]
    public void Activations_OfTheNorm_AreThoseOfTheInputWithoutGainAndBias()
    {
        var config = Architectures.Of("gpt2");
        using var model = TransformerGradientTests.RandomModel(config);
        using var runner = new TransformerRunner(model, 1);
        var tokens = Numbers.Tokens(5, config.VocabularySize, "tokens");
        using FloatBuffer norm = new(5 * config.DModel), input = new(5 * config.DModel);

        runner.Activations(tokens, 1, 5, new Site(SiteKind.MlpNorm, 1), norm.Pointer);
        runner.Activations(tokens, 1, 5, new Site(SiteKind.MlpIn, 1), input.Pointer);

        var (gain, bias) = (model.Parameters.Span("h.1.ln_2.weight").ToArray(), model.Parameters.Span("h.1.ln_2.bias").ToArray());
        Assert.NotEqual(1, gain[0], 1e-3f);
        for (var i = 0; i < 5 * config.DModel; i++)
        {
            Assert.Equal((norm.Span()[i] * gain[i % config.DModel]) + bias[i % config.DModel], input.Span()[i], 1e-4f);
        }
    }

    [Theory]
    [InlineData("mlp.in.1", "mlp.out.0")]
    [InlineData("mlp.in.0", "mlp.post.0")]
    [InlineData("resid.pre.0", "mlp.out.0")]
    public void Begin_SitesThatNoTranscoderHas_AreRefusedByName(string input, string output)
    {
        using var model = TransformerGradientTests.RandomModel(TransformerGradientTests.Tiny with { Layers = 2 });
        using var runner = new TransformerRunner(model, 1);

        var message = Assert.Throws<ArgumentException>(() => runner.Begin(new int[4], 1, 4, Site.Parse(output, 2), Site.Parse(input, 2))).Message;

        Assert.Contains($"this one reads {input} and writes {output}", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Losses_WithAnEditOfASiteThatIsOnlyRead_AreRefused()
    {
        using var model = TransformerGradientTests.RandomModel(TransformerGradientTests.Tiny);
        using var runner = new TransformerRunner(model, 1);

        Assert.Contains("cannot be replaced", Assert.Throws<ArgumentException>(() => runner.Losses(new int[4], new int[4], 1, 4, new Site(SiteKind.MlpIn, 0), null, new float[4])).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => runner.ReadInput(null));
    }

    [Fact]
    public void Append_WithAnInputSite_GivesTheEditWhatTheFullPassReads()
    {
        var config = TransformerGradientTests.Tiny with { Layers = 2 };
        var (input, output) = (new Site(SiteKind.MlpIn, 1), new Site(SiteKind.MlpOut, 1));
        using var model = TransformerGradientTests.RandomModel(config);
        using var runner = new IncrementalRunner(model, output, 1, 8, input);
        var tokens = Numbers.Tokens(7, config.VocabularySize, "tokens");
        var seen = new List<float>();
        void Edit(float* read, float* x, int first, int sequences, int count)
        {
            seen.AddRange(new ReadOnlySpan<float>(read, count * config.DModel).ToArray());
            Assert.False(read == x);
        }

        runner.Start(tokens.AsSpan(0, 4), Edit);
        for (var i = 4; i < tokens.Length; i++)
        {
            runner.Append([tokens[i]], Edit);
        }

        double[] expected = [];
        ReferenceTransformer.RunSite(config, ReferenceTransformer.ParametersOf(model.Parameters), tokens, tokens, 1, tokens.Length, input, values => expected = values);
        Assert.InRange(Numbers.RelativeError(seen.ToArray(), expected), 0, 1e-5);
    }
}
