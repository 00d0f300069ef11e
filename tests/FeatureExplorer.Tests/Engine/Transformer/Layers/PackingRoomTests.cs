using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Generation;
using FeatureExplorer.Engine.Transformer.Layers;
using FeatureExplorer.Tests.Engine.Transformer.Training;

namespace FeatureExplorer.Tests.Engine.Transformer.Layers;

/// <summary>Layers that are packed one at a time compute the same bits as layers that are all packed.</summary>
public sealed unsafe class PackingRoomTests
{
    private const int OneAtATime = 0;

    public static TheoryData<string> Names => [.. Architectures.All];

    [Theory]
    [MemberData(nameof(Names))]
    public void Losses_PackedOneAtATime_SameBits(string name)
    {
        var config = Architectures.Of(name);
        using var model = TransformerGradientTests.RandomModel(config);
        using var whole = new TransformerRunner(model, 2);
        using var layerwise = new TransformerRunner(model, 2, OneAtATime);
        foreach (var site in Enum.GetValues<SiteKind>().SelectMany(kind => Enumerable.Range(0, config.Layers).Select(layer => new Site(kind, layer))).Where(static site => site.IsReplaceable))
        {
            // Twice, since a pass begins with whatever layer the one before left in the room.
            for (var round = 0; round < 2; round++)
            {
                Assert.Equal(Run(whole, config, site, round), Run(layerwise, config, site, round));
            }
        }
    }

    [Fact]
    public void Append_PackedOneAtATime_SameBits()
    {
        var config = Architectures.Of("gpt2");
        using var model = TransformerGradientTests.RandomModel(config);
        var site = Site.Default(config);
        using var whole = new IncrementalRunner(model, site, 2, 9);
        using var layerwise = new IncrementalRunner(model, site, 2, 9, null, OneAtATime);
        foreach (var runner in new[] { whole, layerwise })
        {
            runner.Start([3, 1, 4], null);
            runner.Append([1, 5], null);
            runner.Append([9, 2], null);
        }

        Assert.Equal(Logits(whole, config), Logits(layerwise, config));
    }

    [Fact]
    public void Reserve_AfterAMatrixIsPacked_IsRefused()
    {
        using var room = new PackingRoom();
        Assert.Equal(0, room.Reserve(5));
        Assert.Equal(5, room.Reserve(7));
        room.NextLayer();
        Assert.Equal(0, room.Reserve(20));
        new Span<float>(room.At(0), 20).Fill(1);
        Assert.Throws<InvalidOperationException>(() => room.Reserve(1));
    }

    private static float[] Run(TransformerRunner runner, TransformerConfig config, Site site, int seed)
    {
        var (tokens, targets) = (Numbers.Tokens(22, config.VocabularySize, $"tokens {seed}"), Numbers.Tokens(22, config.VocabularySize, $"targets {seed}"));
        var width = site.Width(config);
        using var activations = new FloatBuffer(tokens.Length * width);
        var losses = new float[tokens.Length];
        runner.Activations(tokens, 2, 11, site, activations.Pointer);
        runner.Losses(tokens, targets, 2, 11, site, (x, rows) => new Span<float>(x, rows * width / 2).Clear(), losses);
        return [.. activations.Span(), .. losses];
    }

    private static float[] Logits(IncrementalRunner runner, TransformerConfig config)
    {
        var logits = new float[runner.Sequences * config.VocabularySize];
        fixed (float* to = logits)
        {
            runner.Logits(to);
        }

        return logits;
    }
}
