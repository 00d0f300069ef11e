using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Backends.Edits;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Tests.Engine.Transformer;
using FeatureExplorer.Tests.Engine.Transformer.Training;

namespace FeatureExplorer.Tests.Engine.Backends;

/// <summary>Every kind of edit against the same in plain loops, on the CPU engine.</summary>
public sealed class SiteEditTests
{
    private const int Length = 12;

    private static readonly TransformerConfig Config = new() { Layers = 2, DModel = 16, DMlp = 24, Heads = 2, Context = Length, VocabularySize = 40 };

    [Theory]
    [InlineData(SiteKind.MlpPost, 1)]
    [InlineData(SiteKind.MlpOut, 0)]
    [InlineData(SiteKind.ResidPre, 1)]
    [InlineData(SiteKind.ResidPost, 0)]
    [InlineData(SiteKind.ResidPost, 0, RowNormalisation.LayerNorm)]
    [InlineData(SiteKind.MlpOut, 1, RowNormalisation.Norm)]
    public void Continue_EveryKind_EqualsPlainLoops(SiteKind kind, int layer, RowNormalisation normalisation = RowNormalisation.None)
    {
        var site = new Site(kind, layer);
        using var model = TransformerGradientTests.RandomModel(Config);
        using var runner = CpuBackend.Instance.ModelRunner(model, 1);
        using var dictionary = SampleEdits.Dictionary(site.Width(Config), normalisation);
        using var encoder = CpuBackend.Instance.DictionaryEncoder(dictionary, Length);
        var (tokens, targets) = (Numbers.Tokens(Length, Config.VocabularySize, "tokens"), Numbers.Tokens(Length, Config.VocabularySize, "targets"));
        var (unedited, edited, expected) = (new float[Length], new float[Length], new float[Length]);
        runner.Begin(tokens, 1, Length, site);
        runner.Continue(targets, null, unedited);
        foreach (var (edit, plain) in SampleEdits.Of(dictionary, encoder))
        {
            runner.Continue(targets, edit, edited);
            runner.Continue(targets, plain, expected);

            Assert.Equal(expected, edited, static (a, b) => Math.Abs(a - b) <= 1e-5f * Math.Max(1, Math.Abs(a)));
            Assert.True(unedited.Zip(edited, static (a, b) => Math.Abs(a - b)).Max() > 1e-3, $"{edit} changes nothing.");
        }
    }

    [Fact]
    public void Continue_VectorOfAnotherWidth_IsRefused()
    {
        using var model = TransformerGradientTests.RandomModel(Config);
        using var runner = CpuBackend.Instance.ModelRunner(model, 1);
        var tokens = Numbers.Tokens(Length, Config.VocabularySize, "tokens");
        runner.Begin(tokens, 1, Length, Site.Default(Config));

        Assert.Throws<ArgumentOutOfRangeException>(() => runner.Continue(tokens, new ConstantEdit(new float[5]), new float[Length]));
        Assert.Throws<ArgumentOutOfRangeException>(() => runner.Continue(tokens, new DirectionEdit(new float[5], 1), new float[Length]));
    }
}
