using System.Text.Json;
using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Tests.Analysis.Statistics;

/// <summary>Every statistic against plain loops over the dense matrix of activations.</summary>
[Collection(AloneTests.Name)]
public sealed class FeatureAnalyzerTests : IClassFixture<SmallAnalysis>
{
    private readonly SmallAnalysis _small;

    public FeatureAnalyzerTests(SmallAnalysis small) => _small = small;

    [Fact]
    public void Analyze_AnyFeature_CountsMaximumAndMean()
    {
        Assert.Equal(Enumerable.Range(0, SmallAnalysis.Features), _small.Reports.Select(static report => report.Index));
        foreach (var report in _small.Reports)
        {
            var values = Values(report.Index);
            Assert.Equal(values.Length, report.Activations);
            Assert.Equal((double)values.Length / _small.Tokens, report.Density);
            Assert.Equal(values.DefaultIfEmpty().Max(), report.Max);
            Assert.Equal(values.Select(static value => (double)value).DefaultIfEmpty().Average(), report.Mean, 1e-12);
        }
    }

    [Fact]
    public void Analyze_AnyFeature_HistogramsHoldEveryActivation()
    {
        foreach (var report in _small.Reports.Where(static report => report.Activations > 0))
        {
            var values = Values(report.Index);
            foreach (var histogram in (Histogram[])[report.Histogram, report.LogHistogram])
            {
                Assert.Equal(FeatureReport.HistogramBins, histogram.Counts.Count);
                Assert.Equal(report.Max, histogram.Edges[^1]);
                Assert.Equal(report.Activations, histogram.Counts.Sum());
                for (var bin = 0; bin < histogram.Counts.Count; bin++)
                {
                    Assert.Equal(values.Count(value => value > histogram.Edges[bin] && value <= histogram.Edges[bin + 1]), histogram.Counts[bin]);
                }
            }

            Assert.Equal(0, report.Histogram.Edges[0]);
            Assert.True(report.LogHistogram.Edges[0] > 0);
        }
    }

    [Fact]
    public void Analyze_AnyFeature_IntervalsAddUpAndTheirExamplesLieInside()
    {
        foreach (var report in _small.Reports.Where(static report => report.Activations > 0))
        {
            var values = Values(report.Index);
            Assert.Equal(FeatureReport.Intervals, report.IntervalExamples.Count);
            Assert.Equal(report.Max, report.IntervalExamples[0].High);
            Assert.Equal(0, report.IntervalExamples[^1].Low);
            Assert.Equal(report.Activations, report.IntervalExamples.Sum(static interval => interval.Count));
            for (var i = 0; i < report.IntervalExamples.Count; i++)
            {
                var interval = report.IntervalExamples[i];
                Assert.Equal(report.Max * (FeatureReport.Intervals - i) / FeatureReport.Intervals, interval.High, report.Max * 1e-6);
                Assert.True(i == 0 || report.IntervalExamples[i - 1].Low == interval.High);
                Assert.Equal(values.Count(value => value > interval.Low && value <= interval.High), interval.Count);
                Assert.All(interval.Examples, example => Assert.True(example.Activation > interval.Low && example.Activation <= interval.High));
                Assert.True(interval.Examples.Count <= ExamplePicker.IntervalCount && (interval.Count == 0 || interval.Examples.Count > 0));
                CheckExamples(report.Index, interval.Examples);
            }
        }
    }

    [Fact]
    public void Analyze_AnyFeature_TopAndBottomByBruteForce()
    {
        foreach (var report in _small.Reports)
        {
            var falling = Firing(report.Index).OrderByDescending(position => _small.Stored(position, report.Index)).ThenBy(static position => position).ToArray();
            var (top, folded) = Pick(falling, ExamplePicker.TopCount);
            Assert.Equal(top, report.Top.Select(static example => (int)example.Position));
            Assert.Equal(folded, report.TopFolded);
            var rising = Firing(report.Index).OrderBy(position => _small.Stored(position, report.Index)).ThenBy(static position => position).ToArray();
            Assert.Equal(Pick(rising, ExamplePicker.BottomCount).Picked, report.Bottom.Select(static example => (int)example.Position));
            CheckExamples(report.Index, report.Top);
            CheckExamples(report.Index, report.Bottom);
        }
    }

    [Fact]
    public void Analyze_OneDocumentOfOneToken_ItsWindowsAreFolded()
    {
        // 300 equal tokens in one document: one example for each way in which its ends come into the window, the rest is folded.
        var report = _small.Reports[SmallAnalysis.Repeated];
        Assert.True(report.TopFolded > 50);
        Assert.InRange(report.Top.Count, 1, ExamplePicker.TopCount);
    }

    [Fact]
    public void Analyze_AnyFeatureAndContext_ScoresByBruteForce()
    {
        foreach (var report in _small.Reports)
        {
            var f = Enumerable.Range(0, _small.Tokens).Select(position => (double)_small.Stored(position, report.Index)).ToArray();
            var pearsons = new List<double>();
            for (var context = 0; context < _small.Contexts.Contexts.Count; context++)
            {
                var y = Enumerable.Range(0, _small.Tokens).Select(position => (double)(_small.Contexts.Members(position) >> context & 1)).ToArray();
                if (f.Zip(y).Any(static pair => pair.First > 0 && pair.Second > 0))
                {
                    pearsons.Add(Pearson(f, y));
                    var score = Assert.Single(report.Contexts, score => score.Context == _small.Contexts.Contexts[context].Name);
                    CheckScore(report, score, f, y);
                }
            }

            Assert.Equal(pearsons.Count, report.Contexts.Count);
            Assert.Equal(report.Contexts.OrderByDescending(static score => score.Pearson), report.Contexts);
        }

        Assert.Equal("cyrillic", _small.Reports[SmallAnalysis.Cyrillic].BestContext!.Context);
    }

    [Fact]
    public void BestOfContexts_AfterAllReports_TheLargestPearsonOfEach()
    {
        for (var context = 0; context < _small.Contexts.Contexts.Count; context++)
        {
            var best = _small.Analyzer.BestOfContexts[context];
            var (report, score) = _small.Reports
                .SelectMany(static report => report.Contexts.Select(score => (Report: report, Score: score)))
                .Where(pair => pair.Score.Context == best.Name)
                .MaxBy(static pair => pair.Score.Pearson);
            Assert.Equal(new ContextBest(score.Context, report.Index, score.Pearson, score.Specificity, score.Recall), best);
        }
    }

    [Fact]
    public void Analyze_DeadSingleAndEqual_AreNamedAndGuarded()
    {
        var dead = _small.Reports[SmallAnalysis.Dead];
        Assert.Equal(FeatureState.Dead, dead.State);
        Assert.Empty(dead.Histogram.Edges);
        Assert.Empty(dead.IntervalExamples);
        Assert.Empty(dead.Contexts);
        Assert.Equal(10, dead.Logits.Top.Count);

        var single = _small.Reports[SmallAnalysis.Single];
        Assert.Equal(FeatureState.Ultralow, single.State);
        Assert.Equal(777, Assert.Single(single.Top).Position);
        Assert.Equal(1, single.IntervalExamples[0].Count);

        var equal = _small.Reports[SmallAnalysis.Equal];
        Assert.Equal(FeatureState.Live, equal.State);
        Assert.Equal(equal.Activations, equal.IntervalExamples[0].Count);
        Assert.Equal(equal.Activations, equal.LogHistogram.Counts[^1]);
    }

    [Theory]
    [InlineData(200_000, 1e-4)]
    [InlineData(2_000_000, 1e-5)]
    [InlineData(100_000_000, 1e-5)]
    public void UltralowLimit_ByTokens(long tokens, double limit) => Assert.Equal(limit, FeatureReport.UltralowLimit(tokens), 1e-12);

    [Fact]
    public unsafe void Analyze_AnyFeature_LogitWeightsOfTokensThatOccur()
    {
        var vocabulary = _small.Model.Config.VocabularySize;
        var occurring = Enumerable.Range(0, vocabulary).Where(token => _small.Corpus.UnigramCounts[token] > 0).ToArray();
        foreach (var report in _small.Reports)
        {
            var weights = new float[vocabulary];
            LogitWeights.Of(_small.Model, _small.Dictionary.DecoderRow(report.Index), weights);
            var sorted = occurring.OrderBy(token => weights[token]).ToArray();
            var median = sorted.Length % 2 == 1 ? weights[sorted[sorted.Length / 2]] : (weights[sorted[(sorted.Length / 2) - 1]] + weights[sorted[sorted.Length / 2]]) / 2;
            Assert.Equal(sorted.Reverse().Take(10), report.Logits.Top.Select(static entry => entry.Token));
            Assert.Equal(sorted.Take(10), report.Logits.Bottom.Select(static entry => entry.Token));
            Assert.All(report.Logits.Top, entry => Assert.Equal(weights[entry.Token] - median, entry.Weight, 1e-5));
            Assert.Equal(occurring.Length, report.Logits.Histogram.Counts.Sum());
            Assert.Equal(weights[sorted[^1]] - median, report.Logits.Histogram.Edges[^1], 1e-5);
        }
    }

    [Fact]
    public void Analyze_AnyFeature_NeuronsAndCosine()
    {
        foreach (var report in _small.Reports)
        {
            var decoder = _small.Dictionary.DecoderRow(report.Index).ToArray();
            var encoder = _small.Dictionary.EncoderRow(report.Index).ToArray();
            var l1 = decoder.Sum(Math.Abs);
            Assert.Equal(Enumerable.Range(0, decoder.Length).OrderByDescending(i => Math.Abs(decoder[i])).Take(10), report.Neurons.Select(static neuron => neuron.Neuron));
            Assert.All(report.Neurons, neuron => Assert.Equal(decoder[neuron.Neuron], neuron.Weight));
            Assert.All(report.Neurons, neuron => Assert.Equal(Math.Abs(neuron.Weight) / l1, neuron.ShareOfL1, 1e-6));
            var cosine = decoder.Zip(encoder, static (a, b) => a * b).Sum() / Math.Sqrt(decoder.Sum(static v => v * v) * encoder.Sum(static v => v * v));
            Assert.Equal(cosine, report.EncoderDecoderCosine, 1e-5);
            Assert.Equal(_small.Dictionary.BEnc.Span()[report.Index], report.EncoderBias);
        }
    }

    [Fact]
    public void Analyze_AnyNumberOfThreads_SameReports()
    {
        var threads = WorkerPool.Threads;
        try
        {
            var expected = JsonSerializer.Serialize(_small.Reports);
            foreach (var count in (int[])[1, 2, 3])
            {
                WorkerPool.Configure(count);
                Assert.Equal(expected, JsonSerializer.Serialize<IReadOnlyList<FeatureReport>>([.. _small.NewAnalyzer().Analyze()]));
            }
        }
        finally
        {
            WorkerPool.Configure(threads);
        }
    }

    private float[] Values(int feature) => [.. Firing(feature).Select(position => _small.Stored(position, feature))];

    private IEnumerable<int> Firing(int feature) => Enumerable.Range(0, _small.Tokens).Where(position => _small.Stored(position, feature) > 0);

    /// <summary>Windows are those of the definition: 8 before, 6 after, within the document; no overlap, not the same seven tokens in the middle.</summary>
    private (List<int> Picked, int Folded) Pick(int[] ordered, int count)
    {
        var picked = new List<int>();
        var shown = new HashSet<int>();
        var around = new HashSet<string>();
        var folded = 0;
        foreach (var position in ordered)
        {
            if (picked.Count == count)
            {
                break;
            }

            var key = string.Join(' ', Enumerable.Range(position - 3, 7).Select(at => Window(position).Contains(at) ? $"{_small.Corpus.HeldOut.Read(at, 1)[0]}" : "-"));
            if (Window(position).Any(shown.Contains) || around.Contains(key))
            {
                folded++;
                continue;
            }

            picked.Add(position);
            shown.UnionWith(Window(position));
            around.Add(key);
        }

        return (picked, folded);
    }

    private IEnumerable<int> Window(int position)
    {
        var document = _small.Corpus.HeldOut.DocumentAt(position);
        return Enumerable.Range(position - 8, 15).Where(at => at >= _small.Corpus.HeldOut.DocumentStart(document) && at < _small.Corpus.HeldOut.DocumentEnd(document));
    }

    private void CheckExamples(int feature, IReadOnlyList<Example> examples)
    {
        foreach (var example in examples)
        {
            var window = Window((int)example.Position).ToArray();
            Assert.Equal(window.Select(at => (int)_small.Corpus.HeldOut.Read(at, 1)[0]), example.Tokens);
            Assert.Equal(window.Select(at => _small.Stored(at, feature)), example.Activations);
            Assert.Equal(example.Position, window[example.Centre]);
            Assert.Equal(_small.Corpus.HeldOut.DocumentAt(example.Position), example.Document);
            Assert.Equal(example.Document % 4 == 3 ? null : "abc"[example.Document % 4].ToString(), example.Domain);
        }

        var all = examples.SelectMany(example => Window((int)example.Position)).ToArray();
        Assert.Equal(all.Length, all.Distinct().Count());
    }

    private static void CheckScore(FeatureReport report, ContextScore score, double[] f, double[] y)
    {
        var inside = Enumerable.Range(0, f.Length).Where(i => f[i] > 0 && y[i] > 0).ToArray();
        Assert.Equal(Pearson(f, y), score.Pearson, 1e-9);
        Assert.Equal((double)inside.Length / report.Activations, score.Specificity, 1e-12);
        Assert.Equal(inside.Sum(i => f[i]) / f.Sum(), score.MassSpecificity, 1e-9);
        Assert.Equal(inside.Length / y.Sum(), score.Recall, 1e-12);
        for (var level = 0; level < report.IntervalExamples.Count; level++)
        {
            var interval = report.IntervalExamples[level];
            Assert.Equal(new ContextLevel(interval.Count, inside.Count(i => f[i] > interval.Low && f[i] <= interval.High)), score.Levels[level]);
        }
    }

    /// <summary>Mean product of deviations over the product of standard deviations.</summary>
    private static double Pearson(double[] f, double[] y)
    {
        var (meanF, meanY) = (f.Average(), y.Average());
        var covariance = f.Zip(y, (a, b) => (a - meanF) * (b - meanY)).Sum();
        var product = Math.Sqrt(f.Sum(a => (a - meanF) * (a - meanF)) * y.Sum(b => (b - meanY) * (b - meanY)));
        return product < 1e-9 ? 0 : covariance / product;
    }
}
