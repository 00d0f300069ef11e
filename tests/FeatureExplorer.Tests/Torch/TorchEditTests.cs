using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Backends.Edits;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Tests.Engine.Backends;
using FeatureExplorer.Tests.Engine.Transformer;
using FeatureExplorer.Tests.Engine.Transformer.Training;
using FeatureExplorer.Torch.Library;

namespace FeatureExplorer.Tests.Torch;

/// <summary>Edits on libtorch against plain loops, and what edits of the last residual stream do against the CPU engine.</summary>
public sealed unsafe class TorchEditTests
{
    private const int Windows = 2;
    private const int Length = 12;
    private const int Rows = Windows * Length;

    private static readonly TransformerConfig Config = new() { Layers = 2, DModel = 16, DMlp = 24, Heads = 2, Context = Length, VocabularySize = 40 };
    private static readonly int[] Tokens = Numbers.Tokens(Rows, Config.VocabularySize, "tokens");
    private static readonly int[] Targets = Numbers.Tokens(Rows, Config.VocabularySize, "targets");

    [SkippableTheory]
    [InlineData(SiteKind.MlpPost, 1)]
    [InlineData(SiteKind.MlpOut, 0)]
    [InlineData(SiteKind.ResidPre, 1)]
    [InlineData(SiteKind.ResidPost, 0)]
    [InlineData(SiteKind.ResidPost, 0, RowNormalisation.LayerNorm)]
    [InlineData(SiteKind.MlpOut, 1, RowNormalisation.Norm)]
    [InlineData(SiteKind.ResidPost, 0, RowNormalisation.None, true)]
    public void Compare_EveryKindInParts_EqualsPlainLoopsOnTheEngine(SiteKind kind, int layer, RowNormalisation normalisation = RowNormalisation.None, bool pursues = false)
    {
        using var backend = TorchCpu.Backend();
        backend.PartBytes = 4L * 4 * 40 * 5; // parts of some five rows
        var site = new Site(kind, layer);
        using var model = TransformerGradientTests.RandomModel(Config);
        using var dictionary = SampleEdits.Dictionary(site.Width(Config), normalisation, pursues);
        using var theirEncoder = backend.DictionaryEncoder(dictionary, Rows);
        using var ours = CpuBackend.Instance.ModelRunner(model, Windows);
        using var theirs = backend.ModelRunner(model, Windows);
        ours.Begin(Tokens, Windows, Length, site);
        theirs.Begin(Tokens, Windows, Length, site);
        foreach (var (edit, plain) in SampleEdits.Of(dictionary, theirEncoder))
        {
            Assert.Equal(Compared(ours, plain), Compared(theirs, edit), static (a, b) => Math.Abs(a - b) <= 1e-4f * Math.Max(0.2f, Math.Abs(a)));
        }
    }

    [SkippableFact]
    public void Compare_EncoderOfAnotherBackEnd_IsRefused()
    {
        using var backend = TorchCpu.Backend();
        using var model = TransformerGradientTests.RandomModel(Config);
        using var dictionary = SampleEdits.Dictionary(Config.DMlp);
        using var encoder = CpuBackend.Instance.DictionaryEncoder(dictionary, Rows);
        using var runner = backend.ModelRunner(model, Windows);
        runner.Begin(Tokens, Windows, Length, Site.Default(Config));

        Assert.Contains("another back end", Assert.Throws<ArgumentException>(() => runner.Continue(Targets, new ReconstructionEdit(encoder), new float[Rows])).Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(TorchPrecision.Float32)]
    [InlineData(TorchPrecision.Bf16)] // the effects are exact all the same
    public void Effects_InParts_EqualTheEngines(TorchPrecision precision)
    {
        using var backend = TorchCpu.Backend(precision);
        backend.PartBytes = 4L * 40 * 4 * 9;
        using var model = TransformerGradientTests.RandomModel(Config);
        using var stream = new FloatBuffer(Rows * Config.DModel);
        using (var runner = CpuBackend.Instance.ModelRunner(model, Windows))
        using (var x = CpuBackend.Instance.Rows(Rows, Config.DMlp))
        using (var target = CpuBackend.Instance.Rows(stream.Pointer, Rows, Config.DModel))
        {
            runner.Stream(Tokens, Windows, Length, Site.Default(Config), x, target);
        }

        using var directions = Numbers.Random(6 * Config.DModel, "directions");
        StreamEdit[] edits = [.. Enumerable.Range(0, 60).Select(i => new StreamEdit(i / 3, i % 6, 0.2f * ((i % 7) - 3.5f), Targets[i / 3], i % 2 == 0))];

        var (ours, theirs) = (Effects(CpuBackend.Instance), Effects(backend));

        foreach (var (a, b) in ours.Zip(theirs))
        {
            Assert.Equal(a.Loss, b.Loss, 2e-6);
            Check(a.Lowered, b.Lowered);
            Check(a.Raised, b.Raised);
        }

        Assert.True(ours.Max(static effect => effect.Loss) > 0.01);

        StreamEffect[] Effects(IComputeBackend on)
        {
            using var runner = on.ModelRunner(model, Windows);
            using var rows = on.Rows(stream.Pointer, Rows, Config.DModel);
            using var vectors = on.Rows(directions.Pointer, 6, Config.DModel);
            var effects = new StreamEffect[edits.Length];
            runner.Effects(rows, edits, vectors, [.. Enumerable.Range(0, 40).Where(static token => token % 3 != 1)], effects);
            return effects;
        }

        static void Check(LogitChange[] ours, LogitChange[] theirs)
        {
            Assert.Equal(ours.Select(static change => change.Token), theirs.Select(static change => change.Token));
            Assert.Equal(ours.Select(static change => change.Change), theirs.Select(static change => change.Change), static (a, b) => Math.Abs(a - b) <= 5e-6f);
        }
    }

    [SkippableFact]
    public void DotProducts_InParts_EqualPlainLoops()
    {
        using var backend = TorchCpu.Backend();
        backend.PartBytes = 3 * 11 * sizeof(float); // three rows at a time
        using var left = Numbers.Random(20 * 9, "left");
        using var right = Numbers.Random(11 * 9, "right");
        foreach (var on in new IComputeBackend[] { CpuBackend.Instance, backend })
        {
            using var a = on.Rows(left.Pointer, 20, 9);
            using var b = on.Rows(right.Pointer, 11, 9);
            using var products = new FloatBuffer(13 * 11);
            on.DotProducts(a, 4, 13, b, products.Pointer);

            for (var i = 0; i < 13; i++)
            {
                for (var j = 0; j < 11; j++)
                {
                    Assert.Equal(Enumerable.Range(0, 9).Sum(k => (double)left.Span()[((4 + i) * 9) + k] * right.Span()[(j * 9) + k]), products.Span()[(i * 11) + j], 1e-5);
                }
            }
        }
    }

    private static float[] Compared(IModelRunner runner, SiteEdit edit)
    {
        var (losses, edited, divergences, again) = (new float[Rows], new float[Rows], new float[Rows], new float[Rows]);
        runner.Compare(Targets, edit, losses, edited, divergences);
        runner.Continue(Targets, edit, again);
        return [.. losses, .. edited, .. divergences, .. again];
    }
}
