using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Backends.Edits;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Tests.Engine.Dictionaries;
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
    [InlineData(SiteKind.ResidPost, 0, RowNormalisation.None, true)]
    public void Continue_EveryKind_EqualsPlainLoops(SiteKind kind, int layer, RowNormalisation normalisation = RowNormalisation.None, bool pursues = false)
    {
        var site = new Site(kind, layer);
        using var model = TransformerGradientTests.RandomModel(Config);
        using var runner = CpuBackend.Instance.ModelRunner(model, 1);
        using var dictionary = SampleEdits.Dictionary(site.Width(Config), normalisation, pursues);
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

    [Theory]
    [InlineData("gpt2", "mlp.in.0", true)]
    [InlineData("gpt2", "resid.mid.1", false)]
    [InlineData("llama", "mlp.norm.0", true)]
    [InlineData("gpt-neox", "resid.mid.0", true)]
    [InlineData("gpt2, start token", "mlp.in.1", false)]
    public void Continue_WithATranscoder_EqualsTheReferenceInDoublePrecision(string architecture, string name, bool skips)
    {
        var config = Architectures.Of(architecture);
        var (length, input) = (config.Context, Site.Parse(name, config.Layers));
        using var model = TransformerGradientTests.RandomModel(config);
        using var plain = new PlainTranscoder(config.DModel, config.DModel, skips, input);
        using var runner = CpuBackend.Instance.ModelRunner(model, 1);
        using var encoder = CpuBackend.Instance.DictionaryEncoder(plain.Dictionary, length);
        var (tokens, targets) = (Numbers.Tokens(length, config.VocabularySize, "tokens"), Numbers.Tokens(length, config.VocabularySize, "targets"));
        var parameters = ReferenceTransformer.ParametersOf(model.Parameters);
        var (output, losses) = (plain.Dictionary.OutputSite!, new float[length]);
        double[][] x = [];
        Losses(input, values => x = values);
        var often = Enumerable.Range(0, PlainTranscoder.Features).MaxBy(feature => x.Sum(row => plain.Encode(row)[feature]));
        var unedited = Losses(output, static y => y);
        runner.Begin(tokens, 1, length, output, input);
        foreach (var (edit, expected) in new (SiteEdit, double[])[]
        {
            (new ReconstructionEdit(encoder), Losses(output, y => [.. y.Select((_, row) => plain.Decode(plain.Encode(x[row]), x[row]))])),
            (new RemovalEdit(encoder, often), Losses(output, y => [.. y.Select((values, row) => values.Select((value, j) => value - (plain.Encode(x[row])[often] * plain.Dictionary.DecoderRow(often)[j])).ToArray())])),
        })
        {
            runner.Continue(targets, edit, losses);

            Assert.Equal(expected, losses.Select(static loss => (double)loss), static (a, b) => Math.Abs(a - b) <= 1e-4 * Math.Max(1, Math.Abs(a)));
            Assert.True(unedited.Zip(expected, static (a, b) => Math.Abs(a - b)).Max() > 1e-3, $"{edit} changes nothing.");
        }

        double[] Losses(Site site, Func<double[][], double[][]> edit) => ReferenceTransformer.RunSite(
            config, parameters, tokens, targets, 1, length, site, values => [.. edit([.. values.Chunk(config.DModel)]).SelectMany(static row => row)]).Losses;
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
