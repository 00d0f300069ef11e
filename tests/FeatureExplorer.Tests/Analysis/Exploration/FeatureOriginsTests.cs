using FeatureExplorer.Analysis.Exploration;

namespace FeatureExplorer.Tests.Analysis.Exploration;

/// <summary>Origins against sums over the dense activations.</summary>
public sealed class FeatureOriginsTests : IClassFixture<SmallAnalysis>
{
    private readonly SmallAnalysis _analysis;
    private readonly CorpusCounts _counts;

    public FeatureOriginsTests(SmallAnalysis analysis)
    {
        _analysis = analysis;
        _counts = CorpusCounts.Of(analysis.Corpus.HeldOut, analysis.Tokens, analysis.Corpus.Tokenizer.VocabularySize);
    }

    [Theory]
    [InlineData(SmallAnalysis.Single)]
    [InlineData(SmallAnalysis.Equal)]
    [InlineData(SmallAnalysis.Cyrillic)]
    [InlineData(SmallAnalysis.Repeated)]
    [InlineData(9)]
    public void Of_Feature_ExplainsWhatGroupMeansExplain(int feature)
    {
        var origins = Origins(feature)!;
        Assert.Equal(Explained(feature, Token), origins.ExplainedByToken, 9);
        Assert.Equal(Explained(feature, Previous), origins.ExplainedByPrevious, 9);
        Assert.Equal(Explained(feature, p => _analysis.Corpus.HeldOut.DomainOf(_analysis.Corpus.HeldOut.DocumentAt(p))), origins.ExplainedByDomain, 9);
        Assert.Equal(Explained(feature, p => CorpusCounts.PositionBin(p - Start(p))), origins.ExplainedByPosition, 9);
        Assert.Equal(Explained(feature, p => Token(p) == origins.Single.Token ? 1 : 0), origins.Single.Explained, 9);
    }

    [Theory]
    [InlineData(SmallAnalysis.Cyrillic)]
    [InlineData(9)]
    public void Of_Feature_CountsEveryActivationByGroup(int feature)
    {
        var origins = Origins(feature)!;
        var fires = Enumerable.Range(0, _analysis.Tokens).Where(p => _analysis.Stored(p, feature) > 0).ToList();
        Assert.Equal(fires.Count, origins.Activations);
        Assert.Equal(fires.Count, origins.Positions.Sum(static g => g.Count));
        Assert.Equal(fires.Count, origins.Domains.Sum(static g => g.Count));
        Assert.Equal(_analysis.Tokens, origins.Positions.Sum(static g => g.Of));
        Assert.Equal(fires.Select(p => Token(p)).Distinct().Count(), origins.DifferentTokens);
        foreach (var share in origins.Tokens)
        {
            Assert.Equal(fires.Count(p => Token(p) == share.Token), share.Count);
            Assert.Equal(Enumerable.Range(0, _analysis.Tokens).Count(p => Token(p) == share.Token), share.Occurrences);
        }

        foreach (var share in origins.Previous)
        {
            Assert.Equal(fires.Count(p => Previous(p) == share.Token), share.Count);
            Assert.Equal(fires.Where(p => Previous(p) == share.Token).Sum(p => (double)_analysis.Stored(p, feature)), share.Mass, 6);
        }

        var top = _analysis.Reports[feature].Top.GroupBy(e => Token((int)e.Position)).Max(static g => g.Count());
        Assert.Equal(top, origins.Single.Test.OfTop);
    }

    [Fact]
    public void Of_FeaturesOfOneTokenOrNone_SaysSo()
    {
        Assert.True(Origins(SmallAnalysis.Repeated)!.Single.Test.IsSingle);
        Assert.False(Origins(9)!.Single.Test.IsSingle);
        Assert.Null(Origins(SmallAnalysis.Dead));
        // Feature 0 fires everywhere alike: there is no variance to explain.
        Assert.Equal(0, Origins(0)!.ExplainedByToken);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    [InlineData(4095, 12)]
    [InlineData(4096, 13)]
    [InlineData(1_000_000, 13)]
    public void PositionBin_OfAPosition_Doubles(long position, int bin)
    {
        Assert.Equal(bin, CorpusCounts.PositionBin(position));
        Assert.True(CorpusCounts.PositionBinStart(bin) <= position);
    }

    [Fact]
    public void Of_NobodyWaitsForIt_Stops()
    {
        var feature = Enumerable.Range(0, SmallAnalysis.Features).First(f => _analysis.Index.Count(f) > 0);
        Assert.ThrowsAny<OperationCanceledException>(
            () => FeatureOriginsCounter.Of(_analysis.Index, _analysis.Corpus.HeldOut, _counts, feature, _analysis.Reports[feature].Top, new CancellationToken(canceled: true)));
    }

    private FeatureOrigins? Origins(int feature) => FeatureOriginsCounter.Of(_analysis.Index, _analysis.Corpus.HeldOut, _counts, feature, _analysis.Reports[feature].Top);

    private long Start(int position) => _analysis.Corpus.HeldOut.DocumentStart(_analysis.Corpus.HeldOut.DocumentAt(position));

    private long Token(int position) => _analysis.Corpus.HeldOut.Read(position, 1)[0];

    private long Previous(int position) => position == Start(position) ? -1 : Token(position - 1);

    /// <summary>1 − the variance that is left when each token has its group's mean.</summary>
    private double Explained(int feature, Func<int, long> group)
    {
        var f = Enumerable.Range(0, _analysis.Tokens).Select(p => (double)_analysis.Stored(p, feature)).ToArray();
        var groups = Enumerable.Range(0, _analysis.Tokens).Select(group).ToArray();
        var means = f.Zip(groups).GroupBy(static p => p.Second).ToDictionary(static g => g.Key, static g => g.Average(static p => p.First));
        var mean = f.Average();
        var total = f.Sum(v => (v - mean) * (v - mean));
        return 1 - (f.Zip(groups).Sum(p => (p.First - means[p.Second]) * (p.First - means[p.Second])) / total);
    }
}
