using FeatureExplorer.Analysis.Exploration;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Tests.Analysis.Steering;
using FeatureExplorer.Tests.Engine.Dictionaries;
using FeatureExplorer.Tests.Engine.Transformer;
using FeatureExplorer.Tests.Engine.Transformer.Training;

namespace FeatureExplorer.Tests.Analysis.Exploration;

public sealed class TextRunnerTests
{
    private static readonly TransformerConfig Config = TransformerGradientTests.Tiny with { VocabularySize = 257, Context = 12 };

    [Theory]
    [InlineData("mlp.post.1")]
    [InlineData("resid.pre.1")]
    [InlineData("resid.pre.1", RowNormalisation.LayerNorm)]
    [InlineData("mlp.post.1", RowNormalisation.Norm)]
    [InlineData("resid.pre.1", RowNormalisation.None, true)]
    [InlineData("mlp.out.0", RowNormalisation.LayerNorm, true)]
    public void Read_AText_EqualsPlainLoops(string name, RowNormalisation normalisation = RowNormalisation.None, bool pursues = false)
    {
        const int Feature = 2;
        var pursuit = pursues ? new PursuitShape(0.1f, 6, true) : null;
        var site = Site.Parse(name, Config.Layers);
        var model = TransformerGradientTests.RandomModel(Config);
        var parameters = ReferenceTransformer.ParametersOf(model.Parameters);
        using var plain = new PlainDictionary(site, site.Width(Config), normalisation, pursuit);
        using var runner = new TextRunner(SmallCorpus.Bytes(), model, new PlainDictionary(site, site.Width(Config), normalisation, pursuit).Dictionary, "\n");

        var reading = runner.Read("one\r\ntwo", 100, Feature);

        int[] tokens = [0, .. "one\ntwo"u8.ToArray().Select(static value => 1 + value)];
        Assert.Equal(tokens.Select(static token => (int)token), reading.Tokens);
        double[][] rows = [];
        var loss = Losses(x => { rows = [.. x.Chunk(plain.Dictionary.Inputs)]; return x; });
        Near(loss, reading.Loss);
        Near(Losses(x => [.. x.Chunk(plain.Dictionary.Inputs).SelectMany(row => plain.Decode(plain.Encode(row), row))]), reading.ReconstructionLoss);
        Near(Losses(x => [.. x.Chunk(plain.Dictionary.Inputs).SelectMany(row => row.Select((value, i) => value - (DictionaryReference.Normalise(row, normalisation).Gain * plain.Encode(row)[Feature] * plain.Dictionary.DecoderRow(Feature)[i])))]), reading.LossWithout!);
        for (var token = 0; token < tokens.Length; token++)
        {
            CheckToken(plain, rows[token], reading, token);
        }

        double[] Losses(Func<double[], double[]> edit) => ReferenceTransformer.RunSite(Config, parameters, tokens, [.. tokens[1..], 0], 1, tokens.Length, site, edit).Losses;
    }

    [Theory]
    [InlineData("mlp.in.0", true)]
    [InlineData("resid.mid.1", false)]
    public void Read_WithATranscoder_EqualsPlainLoops(string name, bool skips)
    {
        const int Feature = 2;
        var (d, input) = (Config.DModel, Site.Parse(name, Config.Layers));
        var model = TransformerGradientTests.RandomModel(Config);
        var parameters = ReferenceTransformer.ParametersOf(model.Parameters);
        using var plain = new PlainTranscoder(d, d, skips, input);
        using var runner = new TextRunner(SmallCorpus.Bytes(), model, new PlainTranscoder(d, d, skips, input).Dictionary, "\n");

        var reading = runner.Read("one\ntwo", 100, Feature);

        int[] tokens = [0, .. "one\ntwo"u8.ToArray().Select(static value => (int)(1 + value))];
        double[][] x = [], y = [];
        Losses(values => x = values, input);
        Near(Losses(values => y = values, plain.Dictionary.OutputSite!), reading.Loss);
        Near(Losses(_ => [.. x.Select(row => plain.Decode(plain.Encode(row), row))], plain.Dictionary.OutputSite!), reading.ReconstructionLoss);
        Near(
            Losses(values => [.. values.Zip(x, (row, read) => row.Select((value, i) => value - (plain.Encode(read)[Feature] * plain.Dictionary.DecoderRow(Feature)[i])).ToArray())], plain.Dictionary.OutputSite!),
            reading.LossWithout!);
        for (var token = 0; token < tokens.Length; token++)
        {
            var f = plain.Encode(x[token]);
            var bias = plain.Dictionary.BDec.Span().ToArray();
            var error = y[token].Zip(plain.Decode(f, x[token]), static (a, b) => (a - b) * (a - b)).Sum() / y[token].Zip(bias, static (a, b) => (a - b) * (a - b)).Sum();
            Assert.Equal(error, reading.Unexplained[token], 1e-3 * error);
            Assert.Equal(f.Index().Where(static e => e.Item > 0).Select(static e => e.Index).Order(), reading.Features[token].Select(static active => active.Feature).Order());
            Assert.Equal(f.Any(static v => v > 0) ? 1 : 0, reading.Features[token].Sum(static active => active.Share), 1e-3);
        }

        double[] Losses(Func<double[][], double[][]> edit, Site site) => ReferenceTransformer.RunSite(
            Config, parameters, tokens, [.. tokens[1..], 0], 1, tokens.Length, site, values => [.. edit([.. values.Chunk(d)]).SelectMany(static row => row)]).Losses;
    }

    [Fact]
    public void Read_LongerThanTheWindow_CountsWhatIsLeft()
    {
        using var runner = new TextRunner(SmallCorpus.Bytes(), TransformerGradientTests.RandomModel(Config), new PlainDictionary(Site.Default(Config), Config.DMlp).Dictionary, "\n");

        var reading = runner.Read(new string('x', 20), 100);

        Assert.Equal((12, 9), (reading.Tokens.Count, reading.Left));
        Assert.Null(reading.LossWithout);
        Assert.Null(reading.Loss[0]);
    }

    private static void CheckToken(PlainDictionary plain, double[] x, TextReading reading, int token)
    {
        var f = plain.Encode(x);
        var bias = plain.Decode(new double[PlainDictionary.Features], x);
        var explained = plain.Decode(f, x).Zip(bias, static (a, b) => a - b).ToArray();
        var centred = x.Zip(bias, static (a, b) => a - b).ToArray();
        var error = centred.Zip(explained, static (a, b) => (a - b) * (a - b)).Sum() / centred.Sum(static v => v * v);
        Assert.Equal(error, reading.Unexplained[token], 1e-4);
        Assert.Equal(f.Index().Where(static entry => entry.Item > 0).OrderByDescending(static entry => entry.Item).Select(static entry => entry.Index), reading.Features[token].Select(static active => active.Feature));
        foreach (var active in reading.Features[token])
        {
            var share = DictionaryReference.Normalise(x, plain.Dictionary.Normalisation).Gain * f[active.Feature] * explained.Select((value, i) => value * plain.Dictionary.DecoderRow(active.Feature)[i]).Sum() / explained.Sum(static v => v * v);
            Assert.Equal(f[active.Feature], active.Activation, 1e-4);
            Assert.Equal(share, active.Share, 1e-3);
        }

        Assert.Equal(1, reading.Features[token].Sum(static active => active.Share), 1e-3);
    }

    private static void Near(double[] expected, IReadOnlyList<float?> actual)
    {
        Assert.Equal(expected.Length, actual.Count);
        for (var token = 1; token < expected.Length; token++)
        {
            Assert.Equal(expected[token - 1], actual[token]!.Value, 1e-3);
        }
    }
}
