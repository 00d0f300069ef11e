using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Evaluation;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Tests.Engine.Transformer;

namespace FeatureExplorer.Tests.Engine.Dictionaries.Evaluation;

public sealed unsafe class DictionaryEvaluatorTests
{
    private const int Inputs = 20;
    private const int Features = 35;

    [Fact]
    public void Evaluate_SmallModel_EqualsBruteForce()
    {
        using var small = new SmallModel(tokens: (40 * SmallModel.Window) + 3);
        using var step = DictionarySamples.Step(Inputs, Features, 1, seed: 1);
        using var dictionary = DictionaryWeights.ToDictionary(step.Parameters, 1);
        var reference = DictionarySamples.Reference(step.Parameters);
        var reports = new List<double>();

        var metrics = DictionaryEvaluator.Evaluate(small.Model, dictionary, small.Store, long.MaxValue, new Sink(reports.Add));

        // Every window by itself, the dictionary by its plain loops.
        var x = new List<double[]>();
        using var runner = new TransformerRunner(small.Model, 1);
        double Total(Func<double[], double[]> edit)
        {
            var total = 0.0;
            for (var window = 0; window < 40; window++)
            {
                var losses = new float[SmallModel.Window];
                var start = window * SmallModel.Window;
                runner.Losses(
                    small.Tokens.AsSpan(start, SmallModel.Window), small.Tokens.AsSpan(start + 1, SmallModel.Window), 1, SmallModel.Window,
                    (mlpPost, rows) =>
                    {
                        for (var i = 0; i < rows * Inputs; i += Inputs)
                        {
                            var edited = edit([.. new Span<float>(mlpPost + i, Inputs).ToArray().Select(static v => (double)v)]);
                            for (var j = 0; j < Inputs; j++)
                            {
                                mlpPost[i + j] = (float)edited[j];
                            }
                        }
                    },
                    losses);
                total += losses.Sum(static loss => (double)loss);
            }

            return total / (40 * SmallModel.Window);
        }

        var loss = Total(row =>
        {
            x.Add([.. row]);
            return row;
        });
        var mean = Enumerable.Range(0, Inputs).Select(j => x.Average(row => row[j])).ToArray();
        var xHats = x.Select(row => reference.Decode(reference.Encode(row))).ToList();
        var errors = x.Zip(xHats, static (a, b) => a.Zip(b, static (p, q) => (p - q) * (p - q)).Sum()).Sum();
        var variance = x.Sum(row => row.Zip(mean, static (p, q) => (p - q) * (p - q)).Sum());

        Assert.Equal(320, metrics.Tokens);
        Assert.Equal(x.Average(row => reference.Encode(row).Count(static f => f > 0)), metrics.L0, 1e-9);
        Assert.Equal(1 - (errors / variance), metrics.ExplainedVariance, 1e-4 * Math.Abs(1 - (errors / variance)));
        var byToken = x.Zip(xHats, (a, b) => 1 - (a.Zip(b, static (p, q) => (p - q) * (p - q)).Sum() / a.Zip(mean, static (p, q) => (p - q) * (p - q)).Sum())).Average();
        Assert.Equal(byToken, metrics.ExplainedVarianceByToken!.Value, 1e-3 * Math.Abs(byToken));
        var residuals = x.Zip(xHats, static (a, b) => a.Zip(b, static (p, q) => p - q).ToArray()).ToList();
        var offset = Enumerable.Range(0, Inputs).Select(i => residuals.Average(r => r[i])).ToArray();
        var ofResidual = 1 - (residuals.Sum(r => r.Zip(offset, static (p, q) => (p - q) * (p - q)).Sum()) / variance);
        Assert.Equal(ofResidual, metrics.ExplainedVarianceOfResidual!.Value, 1e-3 * Math.Abs(ofResidual));
        Assert.NotEqual(metrics.ExplainedVariance, ofResidual, 1e-3);
        Assert.Equal(errors / (320 * Inputs), metrics.MeanSquaredError, 1e-5);
        Assert.Equal(loss, metrics.Loss, 1e-5);
        Assert.Equal(Total(row => reference.Decode(reference.Encode(row))), metrics.LossReconstructed, 1e-5);
        Assert.Equal(Total(static row => new double[row.Length]), metrics.LossZeroAblated, 1e-5);
        Assert.Equal(Total(_ => mean), metrics.LossMeanAblated, 1e-5);
        var ratios = x.Zip(xHats, static (a, b) => Math.Sqrt(b.Sum(static v => v * v) / a.Sum(static v => v * v))).ToList();
        Assert.Equal(ratios.Average(), metrics.NormRatio!.Value, 1e-5);
        var bias = xHats.Sum(static b => b.Sum(static v => v * v)) / x.Zip(xHats, static (a, b) => a.Zip(b, static (p, q) => p * q).Sum()).Sum();
        Assert.Equal(bias, metrics.ReconstructionBias!.Value, 1e-4 * Math.Abs(bias));
        var fired = Enumerable.Range(0, Features).Select(i => x.Count(row => reference.Encode(row)[i] > 0)).ToArray();
        Assert.Equal(fired.Count(static count => count == 0), metrics.Dead);
        Assert.Equal(fired.Count(static count => count is > 0 and < 20), metrics.Ultralow);
        Assert.Equal(1, reports[^1], 1e-9);
        Assert.Equal(reports.Order(), reports);
    }

    [Theory]
    [InlineData("mlp.post")]
    [InlineData("mlp.out")]
    [InlineData("resid.pre")]
    [InlineData("resid.post")]
    public void Measure_EverySite_GivesTheDivergenceOfTheReferenceModel(string name)
    {
        using var small = new SmallModel(tokens: (5 * SmallModel.Window) + 1);
        var config = small.Model.Config;
        var site = Site.Parse(name, 1);
        using var step = DictionarySamples.Step(site.Width(config), Features, 1, seed: 1);
        using var dictionary = DictionaryWeights.ToDictionary(step.Parameters, 1);
        dictionary.Site = site;
        var reference = DictionarySamples.Reference(step.Parameters);
        using var evaluator = DictionaryEvaluator.Quick(small.Model, small.Store, site);

        var metrics = evaluator.Measure(dictionary);
        var again = evaluator.Measure(dictionary);
        var whole = DictionaryEvaluator.Evaluate(small.Model, dictionary, small.Store, long.MaxValue);

        var p = ReferenceTransformer.ParametersOf(small.Model.Parameters);
        var (tokens, targets) = (small.Tokens[..40], small.Tokens[1..41]);
        var width = site.Width(config);
        var plain = ReferenceTransformer.RunSite(config, p, tokens, targets, 5, SmallModel.Window, site, static values => values);
        var zero = ReferenceTransformer.RunSite(config, p, tokens, targets, 5, SmallModel.Window, site, static values => new double[values.Length]);
        var edited = ReferenceTransformer.RunSite(
            config, p, tokens, targets, 5, SmallModel.Window, site, values => [.. values.Chunk(width).SelectMany(row => reference.Decode(reference.Encode(row)))]);
        var divergence = ReferenceTransformer.Divergences(plain.Logits, edited.Logits, 40).Average();
        Assert.True(divergence > 1e-6);
        Assert.Equal(divergence, metrics.Divergence!.Value, 1e-6 + (1e-4 * divergence));
        Assert.Equal(plain.Losses.Average(), metrics.Loss, 1e-5);
        Assert.Equal(zero.Losses.Average(), metrics.LossZeroAblated, 1e-5);
        Assert.Equal(edited.Losses.Average(), metrics.LossReconstructed, 1e-5);
        Assert.Equal(metrics, again);
        Assert.Equal(metrics, whole);
    }

    [Fact]
    public void Measure_ModelWithAStartToken_LeavesItsPlacesOutOfEveryFigure()
    {
        const int Start = 7, Windows = 20, Rows = Windows * SmallModel.Window;
        using var small = new SmallModel(tokens: Rows + 1, Start);
        var (config, site) = (small.Model.Config, new Site(SiteKind.ResidPost, 0));
        using var step = DictionarySamples.Step(site.Width(config), Features, 1, seed: 1);
        using var dictionary = DictionaryWeights.ToDictionary(step.Parameters, 1);
        dictionary.Site = site;
        var reference = DictionarySamples.Reference(step.Parameters);

        var metrics = DictionaryEvaluator.Evaluate(small.Model, dictionary, small.Store, long.MaxValue);

        var p = ReferenceTransformer.ParametersOf(small.Model.Parameters);
        var (tokens, targets, width) = (small.Tokens[..Rows], small.Tokens[1..], site.Width(config));
        int[] kept = [.. Enumerable.Range(0, Rows).Where(row => tokens[row] != Start)];
        Assert.InRange(kept.Length, 100, Rows - 1);
        double[][] x = [];
        (double[] Losses, double[] Logits) Run(Func<double[], double[]> edit) => ReferenceTransformer.RunSite(config, p, tokens, targets, Windows, SmallModel.Window, site, values =>
        {
            x = [.. values.Chunk(width)];
            return [.. x.SelectMany((row, number) => tokens[number] == Start ? row : edit(row))];
        });
        double Mean(double[] losses) => kept.Average(row => losses[row]);
        var plain = Run(static row => row);
        double[] mean = [.. Enumerable.Range(0, width).Select(i => kept.Average(row => x[row][i]))];
        double[] Decoded(double[] row) => reference.Decode(reference.Encode(row));
        double Squared(Func<int, double[]> from) => kept.Sum(row => x[row].Zip(from(row), static (a, b) => (a - b) * (a - b)).Sum());
        var explained = 1 - (Squared(row => Decoded(x[row])) / Squared(_ => mean));
        Assert.Equal(kept.Length, metrics.Tokens);
        Assert.Equal(kept.Average(row => reference.Encode(x[row]).Count(static f => f > 0)), metrics.L0, 1e-9);
        Assert.Equal(explained, metrics.ExplainedVariance, 1e-4 * Math.Abs(explained));
        Assert.Equal(Mean(plain.Losses), metrics.Loss, 1e-5);
        Assert.Equal(Mean(Run(static row => new double[row.Length]).Losses), metrics.LossZeroAblated, 1e-5);
        Assert.Equal(Mean(Run(_ => mean).Losses), metrics.LossMeanAblated, 1e-5);
        var edited = Run(Decoded);
        Assert.Equal(Mean(edited.Losses), metrics.LossReconstructed, 1e-5);
        Assert.Equal(Mean(ReferenceTransformer.Divergences(plain.Logits, edited.Logits, Rows)), metrics.Divergence!.Value, 1e-5);
    }

    [Fact]
    public void Spectrum_OfAMeasuredDictionary_HoldsDensityBiasAndCosine()
    {
        using var small = new SmallModel(tokens: (40 * SmallModel.Window) + 1);
        using var dictionary = new SparseAutoencoder(Inputs, 3);
        dictionary.BEnc.Span()[0] = 1;
        dictionary.BEnc.Span()[1] = -1;
        dictionary.EncoderRow(2)[4] = 3;
        dictionary.DecoderRow(2)[4] = 0.6f;
        dictionary.DecoderRow(2)[5] = 0.8f;
        using var evaluator = new DictionaryEvaluator(small.Model, small.Store, long.MaxValue);

        evaluator.Measure(dictionary);
        var spectrum = FeatureDensity.Spectrum(dictionary, evaluator.Fired, evaluator.Tokens);

        Assert.Equal(new FeatureDensity(0, 320, 1, 1, 0), spectrum[0]);
        Assert.Equal(0, spectrum[0].LogDensity);
        Assert.True(spectrum[1].IsDead);
        Assert.Null(spectrum[1].LogDensity);
        Assert.Equal(0.6f, spectrum[2].EncoderDecoderCosine, 1e-6f);
        Assert.Equal(Math.Log10(spectrum[2].Fired / 320.0), spectrum[2].LogDensity!.Value, 1e-12);
    }

    [Fact]
    public void Evaluate_FewTokensAsked_UsesWindowsFromAllOverTheSplit()
    {
        using var small = new SmallModel(tokens: (40 * SmallModel.Window) + 1);
        using var dictionary = new SparseAutoencoder(Inputs, 1);

        var few = DictionaryEvaluator.Evaluate(small.Model, dictionary, small.Store, maxTokens: 4 * SmallModel.Window);
        using var runner = new TransformerRunner(small.Model, 1);
        var expected = 0.0;
        foreach (var window in (int[])[0, 10, 20, 30])
        {
            var losses = new float[SmallModel.Window];
            var start = window * SmallModel.Window;
            runner.Losses(
                small.Tokens.AsSpan(start, SmallModel.Window), small.Tokens.AsSpan(start + 1, SmallModel.Window), 1, SmallModel.Window, null, losses);
            expected += losses.Sum(static loss => (double)loss) / 32;
        }

        Assert.Equal(32, few.Tokens);
        Assert.Equal(expected, few.Loss, 1e-5);
    }

    [Fact]
    public void Measure_WrongWidthOrTooFewTokens_SaysSo()
    {
        using var small = new SmallModel(tokens: 2 * SmallModel.Window);
        using var shorter = new SmallModel(tokens: SmallModel.Window);
        using var narrow = new SparseAutoencoder(Inputs - 1, 1);
        using var evaluator = new DictionaryEvaluator(small.Model, small.Store, 100);

        Assert.Contains("19", Assert.Throws<ArgumentException>(() => evaluator.Measure(narrow)).Message, StringComparison.Ordinal);
        Assert.Contains("held-out", Assert.Throws<ArgumentException>(() => new DictionaryEvaluator(shorter.Model, shorter.Store, 100)).Message, StringComparison.Ordinal);
    }

    private sealed class Sink(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
