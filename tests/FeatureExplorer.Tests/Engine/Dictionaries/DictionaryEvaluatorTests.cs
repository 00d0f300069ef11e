using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Tests.Engine.Dictionaries;

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
        Assert.Equal(errors / (320 * Inputs), metrics.MeanSquaredError, 1e-5);
        Assert.Equal(loss, metrics.Loss, 1e-5);
        Assert.Equal(Total(row => reference.Decode(reference.Encode(row))), metrics.LossReconstructed, 1e-5);
        Assert.Equal(Total(static row => new double[row.Length]), metrics.LossZeroAblated, 1e-5);
        Assert.Equal(Total(_ => mean), metrics.LossMeanAblated, 1e-5);
        Assert.Equal(1, reports[^1], 1e-9);
        Assert.Equal(reports.Order(), reports);
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
    public void Constructor_WrongWidthOrTooFewTokens_SaysSo()
    {
        using var small = new SmallModel(tokens: SmallModel.Window);
        using var narrow = new SparseAutoencoder(Inputs - 1, 1);
        using var right = new SparseAutoencoder(Inputs, 1);

        Assert.Contains("19", Assert.Throws<ArgumentException>(() => new DictionaryEvaluator(small.Model, narrow, small.Store, 100)).Message, StringComparison.Ordinal);
        Assert.Contains("held-out", Assert.Throws<ArgumentException>(() => new DictionaryEvaluator(small.Model, right, small.Store, 100)).Message, StringComparison.Ordinal);
    }

    private sealed class Sink(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
