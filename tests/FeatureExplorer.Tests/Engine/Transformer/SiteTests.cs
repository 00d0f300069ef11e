using FeatureExplorer.Engine.Backends.Edits;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Tests.Engine.Transformer.Training;

namespace FeatureExplorer.Tests.Engine.Transformer;

public sealed unsafe class SiteTests
{
    private static readonly TransformerConfig Config = TransformerGradientTests.Tiny with { Layers = 3 };

    public static TheoryData<string> AllSites => [.. Site.KindNames.SelectMany(static kind => Enumerable.Range(0, 3).Select(layer => $"{kind}.{layer}"))];

    [Theory]
    [InlineData("mlp.post", "mlp.post.2", "blocks.2.mlp.hook_post", 28)]
    [InlineData("mlp.out.1", "mlp.out.1", "blocks.1.hook_mlp_out", 20)]
    [InlineData("resid.pre.0", "resid.pre.0", "blocks.0.hook_resid_pre", 20)]
    [InlineData("blocks.1.hook_resid_post", "resid.post.1", "blocks.1.hook_resid_post", 20)]
    [InlineData("mlp.in", "mlp.in.2", "blocks.2.mlp.hook_in", 20)]
    [InlineData("blocks.1.ln2.hook_normalized", "mlp.norm.1", "blocks.1.ln2.hook_normalized", 20)]
    [InlineData("resid.mid.0", "resid.mid.0", "blocks.0.hook_resid_mid", 20)]
    public void Parse_NamesAndHooks_GiveTheSite(string text, string name, string hook, int width)
    {
        var site = Site.Parse(text, 3);

        Assert.Equal(name, site.ToString());
        Assert.Equal(hook, site.HookName);
        Assert.Equal(width, site.Width(Config));
        Assert.Equal(site, Site.Parse(site.ToString(), 3));
        Assert.Equal(site, Site.FromHookName(hook));
    }

    [Theory]
    [InlineData("mlp.pre")]
    [InlineData("mlp.post.3")]
    [InlineData("mlp.post.-1")]
    [InlineData("mlp.post.")]
    [InlineData("blocks.0.attn.hook_z")]
    [InlineData("blocks.3.hook_resid_pre")]
    public void Parse_Unknown_NamesTheTextAndTheRemedy(string text)
    {
        var message = Assert.Throws<ArgumentException>(() => Site.Parse(text, 3)).Message;

        Assert.Contains(text, message, StringComparison.Ordinal);
        Assert.Contains("mlp.post, mlp.out, resid.pre, resid.post", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_LayerBeyondTheModel_IsRefused() =>
        Assert.Contains("3 layer", Assert.Throws<ArgumentException>(() => new Site(SiteKind.MlpOut, 3).Check(Config)).Message, StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(AllSites))]
    public void ActivationsAndEditedLosses_EverySite_AgreeWithTheReference(string name)
    {
        const int Windows = 2;
        const int Length = 9;
        var site = Site.Parse(name, 3);
        using var model = TransformerGradientTests.RandomModel(Config);
        using var runner = new TransformerRunner(model, 3);
        var tokens = Numbers.Tokens(Windows * Length, Config.VocabularySize, "tokens");
        var targets = Numbers.Tokens(Windows * Length, Config.VocabularySize, "targets");
        using var activations = new FloatBuffer(Windows * Length * site.Width(Config));
        var (losses, edited, again, clean, divergences) = (new float[18], new float[18], new float[18], new float[18], new float[18]);
        void Edit(float* x, int rows)
        {
            for (var i = 0; i < rows * site.Width(Config); i++)
            {
                x[i] = i % 3 == 0 ? 0 : x[i] * 1.5f;
            }
        }

        runner.Activations(tokens, Windows, Length, site, activations.Pointer);
        runner.Losses(tokens, targets, Windows, Length, site, Edit, edited);
        runner.Begin(tokens, Windows, Length, site);
        runner.Continue(targets, new HostEdit(Edit), again);
        runner.Compare(targets, new HostEdit(Edit), clean, losses, divergences);

        var p = ReferenceTransformer.ParametersOf(model.Parameters);
        double[] original = [];
        var plain = ReferenceTransformer.RunSite(Config, p, tokens, targets, Windows, Length, site, values => original = values);
        var changed = ReferenceTransformer.RunSite(
            Config, p, tokens, targets, Windows, Length, site, static values => [.. values.Select(static (v, i) => i % 3 == 0 ? 0 : v * 1.5)]);
        Assert.True(Numbers.RelativeError(activations.Span(), original) < 1e-5);
        Assert.True(Numbers.RelativeError(edited, changed.Losses) < 2e-5);
        Assert.Equal(edited, again);
        Assert.True(Numbers.RelativeError(clean, plain.Losses) < 2e-5);
        Assert.True(Numbers.RelativeError(losses, changed.Losses) < 2e-5);
        Assert.True(Numbers.RelativeError(divergences, ReferenceTransformer.Divergences(plain.Logits, changed.Logits, tokens.Length)) < 2e-5);
        Assert.All(divergences, static divergence => Assert.True(divergence > 1e-4));
    }

    [Fact]
    public void Compare_WithAnEditThatChangesNothing_FindsNoDivergence()
    {
        using var model = TransformerGradientTests.RandomModel(Config);
        using var runner = new TransformerRunner(model, 1);
        var tokens = Numbers.Tokens(12, Config.VocabularySize, "tokens");
        var (losses, edited, divergences) = (new float[12], new float[12], new float[12]);

        runner.Begin(tokens, 1, 12, new Site(SiteKind.ResidPost, 1));
        runner.Compare(tokens, new HostEdit(static (_, _) => { }), losses, edited, divergences);

        Assert.Equal(losses, edited);
        Assert.All(divergences, static divergence => Assert.Equal(0, divergence, 1e-6));
    }

    [Fact]
    public void Continue_WithoutBegin_SaysSo()
    {
        using var model = TransformerGradientTests.RandomModel(Config);
        using var runner = new TransformerRunner(model, 1);

        Assert.Contains("Begin", Assert.Throws<InvalidOperationException>(() => runner.Continue(new int[12], null, new float[12])).Message, StringComparison.Ordinal);
    }
}
