using FeatureExplorer.Analysis.Exploration;

namespace FeatureExplorer.Tests.Analysis.Exploration;

/// <summary>Selections against a plain search through the dense activations.</summary>
public sealed class ActivationExplorerTests : IClassFixture<SmallAnalysis>
{
    private const int Feature = 7;

    private readonly SmallAnalysis _analysis;
    private readonly CorpusCounts _counts;

    public ActivationExplorerTests(SmallAnalysis analysis)
    {
        _analysis = analysis;
        _counts = CorpusCounts.Of(analysis.Corpus.HeldOut, analysis.Tokens, analysis.Corpus.Tokenizer.VocabularySize);
    }

    [Theory]
    [InlineData(ActivationOrder.Activation)]
    [InlineData(ActivationOrder.Weakest)]
    [InlineData(ActivationOrder.Document)]
    [InlineData(ActivationOrder.Random)]
    public void Select_AllPages_ShowEveryActivationOfTheRangeThatIsNotFolded(ActivationOrder order)
    {
        var (from, to) = (0.4f, _analysis.Reports[Feature].Max * 0.6f);
        var expected = Enumerable.Range(0, _analysis.Tokens).Where(p => _analysis.Stored(p, Feature) > from && _analysis.Stored(p, Feature) <= to).ToList();
        var pages = Pages(new ActivationSelection { From = from, To = to, Order = order, Seed = 3 });
        Assert.True(pages.Count > 2);
        Assert.All(pages, page => Assert.Equal(expected.Count, page.Count));
        Assert.Equal(expected.Sum(p => (double)_analysis.Stored(p, Feature)), pages[0].Mass, 6);

        var shown = pages.SelectMany(static page => page.Examples).Select(static e => (int)e.Position).ToList();
        Assert.Equal(shown.Distinct(), shown);
        Assert.Subset(expected.ToHashSet(), shown.ToHashSet());
        Assert.Equal(expected.Count, shown.Count + pages[^1].Folded);
        Assert.Equal(Folded(InOrder(expected, order, shown)), shown);
        Assert.All(pages.SkipLast(1), static page => Assert.Equal(ActivationSelection.PageSize, page.Examples.Count));
    }

    [Fact]
    public void Select_Bounds_AreOpenBelowAndClosedAbove()
    {
        var value = _analysis.Stored(Enumerable.Range(0, _analysis.Tokens).First(p => _analysis.Stored(p, Feature) > 0), Feature);
        Assert.Equal(0, Select(new ActivationSelection { From = value, To = value }).Count);
        Assert.True(Select(new ActivationSelection { From = MathF.BitDecrement(value), To = value }).Count > 0);
        Assert.Equal(_analysis.Reports[Feature].Activations, Select(new ActivationSelection()).Count);
    }

    [Fact]
    public void Select_Random_IsTheSameForASeedAndAnotherForAnother()
    {
        List<long> Shown(ulong seed) => [.. Select(new ActivationSelection { Order = ActivationOrder.Random, Seed = seed }).Examples.Select(static e => e.Position)];
        Assert.Equal(Shown(5), Shown(5));
        Assert.NotEqual(Shown(5), Shown(6));
    }

    [Fact]
    public void Select_ByToken_CountsTheRangeAndShowsOnlyThatToken()
    {
        var all = Select(new ActivationSelection { From = 0.2f });
        var expected = Enumerable.Range(0, _analysis.Tokens).Where(p => _analysis.Stored(p, Feature) > 0.2f).GroupBy(p => (int)_analysis.Corpus.HeldOut.Read(p, 1)[0]).ToDictionary(g => g.Key, g => g.Count());
        Assert.Equal(expected.Count, all.DifferentTokens);
        Assert.All(all.Tokens, share => Assert.Equal(expected[share.Token], share.Count));
        Assert.Equal(expected.Values.OrderDescending().Take(12), all.Tokens.Select(static share => (int)share.Count));

        var token = all.Tokens[1].Token;
        var one = Select(new ActivationSelection { From = 0.2f, Token = token });
        Assert.Equal(expected[token], one.Count);
        Assert.Equal(all.InRange, one.InRange);
        Assert.All(one.Examples, example => Assert.Equal(token, example.Tokens[example.Centre]));
    }

    [Fact]
    public void Select_Top_IsWhatTheReportShows()
    {
        var report = _analysis.Reports[Feature];
        var found = Select(new ActivationSelection());
        Assert.Equal(report.Top.Select(static e => e.Position), found.Examples.Select(static e => e.Position));
        Assert.Equal(report.TopFolded, found.Folded);
        Assert.Equal(report.Top[3].Activations, found.Examples[3].Activations);
    }

    [Fact]
    public void Select_PageBeyondTheEndOrDeadFeature_ShowsWhatThereIs()
    {
        var last = Select(new ActivationSelection { From = _analysis.Reports[Feature].Max * 0.8f, Page = 50 });
        Assert.NotEmpty(last.Examples);
        Assert.False(last.More);
        var none = new ActivationExplorer(_analysis.Index, _analysis.Corpus.HeldOut, _counts, SmallAnalysis.Dead).Select(new ActivationSelection());
        Assert.Equal(0, none.Count);
        Assert.Empty(none.Examples);
    }

    [Fact]
    public void Select_NobodyWaitsForIt_Stops()
    {
        var explorer = new ActivationExplorer(_analysis.Index, _analysis.Corpus.HeldOut, _counts, Feature);
        Assert.ThrowsAny<OperationCanceledException>(() => explorer.Select(new ActivationSelection(), new CancellationToken(canceled: true)));
    }

    private SelectedActivations Select(ActivationSelection selection) =>
        new ActivationExplorer(_analysis.Index, _analysis.Corpus.HeldOut, _counts, Feature).Select(selection);

    private List<SelectedActivations> Pages(ActivationSelection selection)
    {
        var pages = new List<SelectedActivations>();
        do
        {
            pages.Add(Select(selection with { Page = pages.Count + 1 }));
            Assert.Equal(pages.Count, pages[^1].Page);
        }
        while (pages[^1].More);
        return pages;
    }

    /// <summary>The order in which activations come up; a random one is known only by what it shows, the rest may come anywhere.</summary>
    private IEnumerable<int> InOrder(List<int> positions, ActivationOrder order, List<int> shown) => order switch
    {
        ActivationOrder.Activation => positions.OrderByDescending(p => _analysis.Stored(p, Feature)).ThenBy(static p => p),
        ActivationOrder.Weakest => positions.OrderBy(p => _analysis.Stored(p, Feature)).ThenBy(static p => p),
        ActivationOrder.Random => shown.Concat(positions.Except(shown)),
        _ => positions,
    };

    private List<int> Folded(IEnumerable<int> positions)
    {
        var kept = new List<int>();
        var heldOut = _analysis.Corpus.HeldOut;
        foreach (var position in positions)
        {
            var document = heldOut.DocumentAt(position);
            if (!kept.Any(other => (heldOut.DocumentAt(other) == document && Math.Abs(other - position) <= 14) || Around(other) == Around(position)))
            {
                kept.Add(position);
            }
        }

        return kept;
    }

    private string Around(int position)
    {
        var heldOut = _analysis.Corpus.HeldOut;
        var document = heldOut.DocumentAt(position);
        return string.Join(' ', Enumerable.Range(position - 3, 7).Select(p =>
            p < heldOut.DocumentStart(document) || p >= heldOut.DocumentEnd(document) ? "-" : heldOut.Read(p, 1)[0].ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }
}
