using FeatureExplorer.Engine.Dictionaries.Evaluation;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Tests.Engine.Transformer;

namespace FeatureExplorer.Tests.Engine.Dictionaries.Evaluation;

/// <summary>The evaluation of a transcoder against the reference model in double precision.</summary>
public sealed class TranscoderEvaluatorTests
{
    private const int Windows = 5;

    [Theory]
    [InlineData("mlp.in", true)]
    [InlineData("mlp.norm", false)]
    [InlineData("resid.mid", true)]
    public void Evaluate_InThePlaceOfTheMlp_EqualsPlainLoops(string name, bool skips)
    {
        using var small = new SmallModel(tokens: (Windows * SmallModel.Window) + 1);
        var (config, input) = (small.Model.Config, Site.Parse(name, 1));
        var (d, rows) = (config.DModel, Windows * SmallModel.Window);
        using var plain = new PlainTranscoder(d, d, skips, input);

        var metrics = DictionaryEvaluator.Evaluate(small.Model, plain.Dictionary, small.Store, long.MaxValue);

        var p = ReferenceTransformer.ParametersOf(small.Model.Parameters);
        double[][] x = [], y = [];
        (double Loss, double[] Logits) Run(Func<double[][], double[][]> edit, Site site)
        {
            var found = ReferenceTransformer.RunSite(
                config, p, small.Tokens[..rows], small.Tokens[1..(rows + 1)], Windows, SmallModel.Window, site, values => [.. edit([.. values.Chunk(d)]).SelectMany(static row => row)]);
            return (found.Losses.Average(), found.Logits);
        }

        Run(values => x = values, input);
        var clean = Run(values => y = values, plain.Dictionary.OutputSite!);
        var f = x.Select(plain.Encode).ToArray();
        var yHat = f.Zip(x, plain.Decode).ToArray();
        double[] mean = [.. Enumerable.Range(0, d).Select(j => y.Average(row => row[j]))];
        var reconstructed = Run(_ => yHat, plain.Dictionary.OutputSite!);
        var errors = y.Zip(yHat, static (a, b) => a.Zip(b, static (v, w) => (v - w) * (v - w)).Sum()).Sum();
        var variance = y.Sum(row => row.Zip(mean, static (v, w) => (v - w) * (v - w)).Sum());

        Assert.Equal(rows, metrics.Tokens);
        Assert.Equal(f.Average(static row => row.Count(static v => v > 0)), metrics.L0, 1e-9);
        Assert.Equal(1 - (errors / variance), metrics.ExplainedVariance, 1e-4 * Math.Abs(1 - (errors / variance)));
        Assert.Equal(errors / (rows * d), metrics.MeanSquaredError, 1e-4);
        Assert.Equal(clean.Loss, metrics.Loss, 1e-4);
        Assert.Equal(reconstructed.Loss, metrics.LossReconstructed, 1e-4);
        Assert.Equal(Run(values => [.. values.Select(_ => new double[d])], plain.Dictionary.OutputSite!).Loss, metrics.LossZeroAblated, 1e-4);
        Assert.Equal(Run(values => [.. values.Select(_ => mean)], plain.Dictionary.OutputSite!).Loss, metrics.LossMeanAblated, 1e-4);
        Assert.Equal(ReferenceTransformer.Divergences(clean.Logits, reconstructed.Logits, rows).Average(), metrics.Divergence!.Value, 1e-4);
        Assert.Equal(yHat.Zip(y, static (a, b) => Math.Sqrt(a.Sum(static v => v * v) / b.Sum(static v => v * v))).Average(), metrics.NormRatio!.Value, 1e-3);
    }

    [Fact]
    public void Measure_WithoutTheSiteThatItReads_SaysSo()
    {
        using var small = new SmallModel(tokens: SmallModel.Window + 1);
        using var plain = new PlainTranscoder(small.Model.Config.DModel, small.Model.Config.DModel, skips: false);
        using var evaluator = DictionaryEvaluator.Quick(small.Model, small.Store, new Site(SiteKind.MlpOut, 0));

        Assert.Contains("name the site that it reads", Assert.Throws<ArgumentException>(() => evaluator.Measure(plain.Dictionary)).Message, StringComparison.Ordinal);
    }
}
