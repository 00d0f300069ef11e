using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Contexts.Expressions;
using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Tests.Analysis.Contexts.Expressions;

/// <summary>Scores, colours and ranks against sums over the dense activations, and against what named contexts get.</summary>
public sealed class ContextAgreementTests(SmallAnalysis analysis) : IClassFixture<SmallAnalysis>
{
    [Theory]
    [InlineData("domain:b")]
    [InlineData("cyrillic")]
    public void Score_OfANamedContext_IsWhatItsReportSays(string name)
    {
        var set = Evaluate(name);
        foreach (var report in analysis.Reports.Where(static r => r.State != FeatureState.Dead))
        {
            var score = ContextAgreement.Score(analysis.Index, set, name, report.Index);
            var expected = report.Contexts.FirstOrDefault(c => c.Context == name);
            if (expected is not null)
            {
                Assert.Equal(expected.Pearson, score.Pearson, 12);
                Assert.Equal(expected.Specificity, score.Specificity, 12);
                Assert.Equal(expected.MassSpecificity, score.MassSpecificity, 12);
                Assert.Equal(expected.Recall, score.Recall, 12);
                Assert.Equal(expected.Levels, score.Levels);
            }
        }
    }

    [Fact]
    public void Score_OfAWrittenContext_IsThatOfTheDenseColumns()
    {
        var set = Evaluate("regex:[a-z]+ and not previous:the");
        for (var feature = 0; feature < SmallAnalysis.Features; feature++)
        {
            var f = Enumerable.Range(0, analysis.Tokens).Select(p => (double)analysis.Stored(p, feature)).ToArray();
            var y = Enumerable.Range(0, analysis.Tokens).Select(p => set.Contains(p) ? 1.0 : 0).ToArray();
            var score = ContextAgreement.Score(analysis.Index, set, "mine", feature);
            Assert.Equal(Pearson(f, y), score.Pearson, 9);
            var fires = f.Count(static v => v > 0);
            var inside = f.Zip(y).Count(static p => p is { First: > 0, Second: > 0 });
            Assert.Equal(fires == 0 ? 0 : (double)inside / fires, score.Specificity, 12);
            Assert.Equal((double)inside / set.Count, score.Recall, 12);
            Assert.Equal(inside, score.Levels.Sum(static l => l.Inside));
            Assert.Equal(fires, score.Levels.Sum(static l => l.Count));
        }
    }

    [Fact]
    public void Rank_NobodyWaitsForIt_Stops()
    {
        var set = Evaluate("tokens: cat");
        Assert.ThrowsAny<OperationCanceledException>(() => ContextRanking.Of(analysis.Index, set, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Rank_EveryFeature_HasItsScore()
    {
        var set = Evaluate("tokens: cat| sat");
        var ranks = ContextRanking.Of(analysis.Index, set);
        foreach (var rank in ranks)
        {
            var score = ContextAgreement.Score(analysis.Index, set, "mine", rank.Feature);
            Assert.Equal(score.Pearson, rank.Pearson, 9);
            Assert.Equal(score.Specificity, rank.Specificity, 12);
            Assert.Equal(score.MassSpecificity, rank.MassSpecificity, 9);
            Assert.Equal(score.Recall, rank.Recall, 12);
        }

        var fire = Enumerable.Range(0, SmallAnalysis.Features).Where(f => Enumerable.Range(0, analysis.Tokens).Any(p => analysis.Stored(p, f) > 0 && set.Contains(p)));
        Assert.Equal(fire, ranks.Select(static r => r.Feature));
        Assert.Equal(ranks.OrderByDescending(static r => r.Pearson).Select(static r => r.Feature), ContextRanking.Order(ranks, ContextRankOrder.Pearson).Select(static r => r.Feature));
        Assert.Equal(ranks.Max(static r => r.Recall), ContextRanking.Order(ranks, ContextRankOrder.Recall)[0].Recall);
        var specific = ContextRanking.Order(ranks, ContextRankOrder.Specificity);
        Assert.Equal(ranks.Where(static r => r.Activations >= FeatureReport.UltralowActivations).Max(static r => r.Specificity), specific[0].Specificity);
    }

    [Fact]
    public void Histogram_Colours_AreInsideAndOutsideAndAddUp()
    {
        var set = Evaluate("domain:a");
        var report = analysis.Reports[10];
        var histogram = ContextAgreement.Histogram(analysis.Index, set, "mine", 10, report.Histogram.Edges);
        Assert.Equal(report.Histogram.Counts, histogram.Counts.Select(static c => c.Sum()));
        var inside = LlrBins.Of((float)-Math.Log((double)set.Count / analysis.Tokens));
        var expected = Enumerable.Range(0, analysis.Tokens).Count(p => analysis.Stored(p, 10) > 0 && set.Contains(p));
        Assert.Equal(expected, histogram.Counts.Sum(c => c[inside]));
        Assert.Equal(report.Activations - expected, histogram.Counts.Sum(static c => c[0]));
        Assert.Equal(Enumerable.Range(0, analysis.Tokens).Where(p => set.Contains(p)).Sum(p => (double)analysis.Stored(p, 10)), histogram.Mass.Sum(m => m[inside]), 6);
    }

    [Fact]
    public void Preview_OfAContext_CountsItByDomainAndMarksItsTokens()
    {
        var set = Evaluate("tokens: cat");
        var preview = ContextPreviewer.Of(set, analysis.Corpus.HeldOut, 12);
        Assert.Equal(set.Count, preview.Count);
        Assert.Equal(set.Count, preview.Domains.Sum(static d => d.Inside));
        Assert.Equal(12, preview.Matches.Count);
        foreach (var match in preview.Matches)
        {
            var start = match.Position - match.Centre;
            Assert.Equal(Enumerable.Range(0, match.Tokens.Count).Select(i => set.Contains(start + i) ? 1f : 0), match.Activations);
            Assert.Equal(1, match.Activation);
        }
    }

    [Fact]
    public void Cache_FullOrFailing_KeepsTheLatestThatWorked()
    {
        var set = Evaluate("domain:a");
        var cache = new ContextCache(2 * set.Bytes);
        var evaluated = 0;
        TokenSet Get(string key) => cache.Get(key, _ =>
        {
            evaluated++;
            return set;
        });

        Get("a");
        Get("b");
        Get("a");
        Assert.Equal(2, evaluated);
        Get("c");
        Assert.Equal(2 * set.Bytes, cache.Bytes);
        Get("a");
        Assert.Equal(3, evaluated);
        Get("b");
        Assert.Equal(4, evaluated);
        Assert.Throws<InvalidOperationException>(() => cache.Get("d", static _ => throw new InvalidOperationException()));
        Assert.Same(set, cache.Get("d", _ => set));
    }

    private TokenSet Evaluate(string text)
    {
        var expression = ContextExpression.Parse(text).Expand(name => analysis.Contexts.IndexOf(name) >= 0, static _ => null);
        return new ContextEvaluator(analysis.Corpus.Tokenizer, analysis.Corpus.HeldOut, analysis.Contexts).Evaluate(expression);
    }

    private static double Pearson(double[] f, double[] y)
    {
        var (meanF, meanY) = (f.Average(), y.Average());
        var covariance = f.Zip(y).Sum(p => (p.First - meanF) * (p.Second - meanY));
        var variances = f.Sum(v => (v - meanF) * (v - meanF)) * y.Sum(v => (v - meanY) * (v - meanY));
        return variances < 1e-12 ? 0 : covariance / Math.Sqrt(variances);
    }
}
