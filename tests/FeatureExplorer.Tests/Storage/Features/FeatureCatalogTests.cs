using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Tests.Storage.Features;

/// <summary>Lists by context, and neighbours in lists, against a plain look at every report.</summary>
public sealed class FeatureCatalogTests : IDisposable
{
    private const int Features = 130;

    private readonly TemporaryFolder _folder = new();
    private readonly SampleLists _sample;
    private readonly DictionaryInfo _dictionary;
    private readonly FeatureReport[] _reports = [.. SampleReports.Reports(Features).Select(WithTwin)];

    public FeatureCatalogTests()
    {
        var database = FeatureDatabase.Open(new DataFolder(_folder.Path));
        Directory.CreateDirectory(database.Folder.Model("A"));
        SampleVocabulary.Tokenizer.Save(database.Folder.Tokenizer("A"));
        var writer = new RunWriter(database);
        writer.SaveModel(SampleReports.Model());
        var draft = SampleReports.Draft(Features);
        _dictionary = writer.Publish(draft with { Contexts = [.. draft.Contexts, new ContextInfo("domain:dna", "in dna", ContextKind.Domain, 0.02)] }, _reports, SampleVocabulary.Text);
        _sample = new SampleLists(database);
    }

    [Fact]
    public void Page_OfAContext_RanksAllFeaturesByTheScoreInIt()
    {
        var expected = Expected("hebrew");
        var listed = _sample.All(_dictionary, new FeatureQuery { Context = "hebrew" });
        Assert.Equal(expected.Select(static e => e.Index), listed.Select(static f => f.Index));
        // Also those whose best context is another one.
        Assert.Contains(listed, static f => f.BestContext != "hebrew");
        var page = _sample.Lists.Page(_dictionary, new FeatureQuery { Context = "hebrew" });
        Assert.Equal(expected.Take(FeatureQuery.PageSize).Select(static e => e.Score), page.Items.Select(f => page.Scores![f.Index]));
    }

    [Theory]
    [InlineData("dna")]
    [InlineData("domain:dna")]
    public void Page_OfAContextWithATwin_RanksByTheBetterOfTheTwo(string context)
    {
        var expected = Expected("dna", "domain:dna");
        Assert.Equal(expected.Select(static e => e.Index), _sample.All(_dictionary, new FeatureQuery { Context = context }).Select(static f => f.Index));
        // The sample gives feature 4 its best score in the domain alone.
        Assert.Equal(4, expected[0].Index);
    }

    [Fact]
    public void Page_ContextAndState_KeepsTheOrder()
    {
        var all = _sample.All(_dictionary, new FeatureQuery { Context = "domain:prose" });
        Assert.Contains(all, static f => f.State == FeatureState.Ultralow);
        Assert.Equal(all.Where(static f => f.State == FeatureState.Live).Select(static f => f.Index), _sample.All(_dictionary, new FeatureQuery { Context = "domain:prose", State = FeatureState.Live }).Select(static f => f.Index));
    }

    [Fact]
    public void Page_ContextSortedByDensity_HasTheSameFeatures()
    {
        var byDensity = _sample.All(_dictionary, new FeatureQuery { Context = "hebrew", Sort = FeatureSort.Density, Descending = true });
        Assert.Equal(Expected("hebrew").Select(static e => e.Index).Order(), byDensity.Select(static f => f.Index).Order());
        Assert.Equal(byDensity.Select(static f => f.Density).OrderDescending(), byDensity.Select(static f => f.Density));
    }

    [Fact]
    public void Neighbours_InAList_AreThoseBeforeAndAfter()
    {
        foreach (var query in (FeatureQuery[])[
            new(), new() { Descending = true, Sort = FeatureSort.Index }, new() { Sort = FeatureSort.Density }, new() { Context = "dna" }, new() { Text = "river" }, new() { State = FeatureState.Live, Text = "dna" },
            new() { Context = "hebrew", Sort = FeatureSort.Max, Descending = true }])
        {
            var order = _sample.All(_dictionary, query).Select(static f => f.Index).ToList();
            Assert.True(order.Count > 2);
            for (var at = 0; at < order.Count; at++)
            {
                Assert.Equal(
                    new FeatureNeighbours(at > 0 ? order[at - 1] : null, at + 1 < order.Count ? order[at + 1] : null), _sample.Lists.Neighbours(_dictionary, order[at], query));
            }
        }

        Assert.Equal(new FeatureNeighbours(null, null), _sample.Lists.Neighbours(_dictionary, SampleReports.Dead, new FeatureQuery { State = FeatureState.Live }));
    }

    [Fact]
    public void Titles_OfDomains_AreWordsWhateverWasStored() =>
        Assert.Equal(["Domain: Code", "Domain: Prose", "Domain: DNA"], _sample.Store.FindDictionary("A", "1")!.Contexts.Where(static c => c.Kind == ContextKind.Domain).Select(static c => c.Title));

    public void Dispose()
    {
        _sample.Dispose();
        _folder.Dispose();
    }

    private List<(int Index, double Score)> Expected(params string[] contexts) =>
        [.. _reports.Select(r => (r.Index, Score: r.Contexts.Where(c => contexts.Contains(c.Context)).Select(static c => c.Pearson).DefaultIfEmpty(0).Max()))
            .Where(static r => r.Score >= FeatureReport.BestContextPearson).OrderByDescending(static r => r.Score).ThenBy(static r => r.Index)];

    private static FeatureReport WithTwin(FeatureReport report) => report.Contexts.Count == 0 ? report : report with
    {
        Contexts = [.. report.Contexts.Append(report.Contexts[0] with { Context = "domain:dna", Pearson = report.Index == 4 ? 0.99 : 0.01 }).OrderByDescending(static c => c.Pearson)],
    };
}
