using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Tests.Storage.Features;

public sealed class FeatureStoreTests : IDisposable
{
    private const int Features = 130;

    private readonly TemporaryFolder _folder = new();
    private readonly SampleLists _sample;
    private readonly FeatureStore _store;
    private readonly RunWriter _writer;
    private readonly DictionaryInfo _dictionary;
    private readonly FeatureReport[] _reports = [.. SampleReports.Reports(Features)];

    public FeatureStoreTests()
    {
        var database = FeatureDatabase.Open(new DataFolder(_folder.Path));
        Directory.CreateDirectory(database.Folder.Model("A"));
        SampleVocabulary.Tokenizer.Save(database.Folder.Tokenizer("A"));
        _sample = new SampleLists(database);
        _store = _sample.Store;
        _writer = new RunWriter(database);
        _writer.SaveModel(SampleReports.Model());
        _dictionary = _writer.Publish(SampleReports.Draft(Features), _reports, SampleVocabulary.Text);
    }

    [Fact]
    public void Publish_OneOfEachState_CountsThem()
    {
        Assert.Equal(1, _dictionary.Dead);
        Assert.Equal(1, _dictionary.Ultralow);
        Assert.Equal(Features - 2, _dictionary.Live);
        Assert.Equal(Features - 1, _dictionary.DensitySpectrum.Counts.Sum());
    }

    [Fact]
    public void Publish_Contexts_NamesTheBestFeatureOfEach()
    {
        foreach (var summary in _dictionary.ContextSummaries)
        {
            var best = _reports.Where(r => r.State != FeatureState.Dead)
                .MaxBy(r => r.Contexts.Single(c => c.Context == summary.Context.Name).Pearson)!;
            Assert.Equal(best.Index, summary.Feature!.Index);
        }

        Assert.Equal(67, _dictionary.ContextSummaries.Single(s => s.Context.Name == "dna").Neuron!.Index);
    }

    [Fact]
    public void BestContext_BelowTheFloor_IsNoneAlsoInRowsOfEarlierPrograms()
    {
        const double Least = FeatureReport.BestContextPearson;
        static FeatureReport With(FeatureReport report, double pearson) => report with { Contexts = [report.Contexts[0] with { Pearson = pearson }] };
        var reports = SampleReports.Reports(8).Select(r => r.Index switch { 0 => With(r, Least), 1 => With(r, Least - 1e-9), _ => r }).ToArray();
        var name = reports[1].Contexts[0].Context;
        var dictionary = _writer.Publish(SampleReports.Draft(8, "2"), reports, SampleVocabulary.Text);
        Assert.Equal((true, false), (reports[0].BestContext is not null, reports[1].BestContext is not null));
        Check();

        // As a program without a floor has written it.
        using (var db = FeatureDatabase.Open(new DataFolder(_folder.Path)).NewContext())
        {
            var row = db.Features.Single(f => f.DictionaryId == dictionary.Stamp && f.Index == 1);
            (row.BestContext, row.BestScore) = (name, 0.01);
            db.SaveChanges();
        }

        Check();

        void Check()
        {
            var rows = _store.Summaries(dictionary, [0, 1]);
            Assert.Equal((reports[0].Contexts[0].Context, (double?)Least), (rows[0].BestContext, rows[0].BestScore));
            Assert.Equal((null, null), (rows[1].BestContext, rows[1].BestScore));
            Assert.DoesNotContain(_sample.Lists.Page(dictionary, new FeatureQuery { Context = name }).Items, f => f.Index == 1);
        }
    }

    [Fact]
    public void FindDictionary_AfterPublish_ReadsBackTheSame()
    {
        var read = _store.FindDictionary("A", "1")!;
        Assert.Equal(_dictionary.Stamp, read.Stamp);
        Assert.Equal(_dictionary.Metrics, read.Metrics);
        Assert.Equal(_dictionary.Provenance, read.Provenance);
        Assert.Equal(_dictionary.ContextSummaries, read.ContextSummaries);
        Assert.Equal(_dictionary.DensitySpectrum.Counts, read.DensitySpectrum.Counts);
        Assert.Equal(_dictionary.Created, read.Created);
        Assert.Null(_store.FindDictionary("A", "2"));
        Assert.Null(_store.FindDictionary("B", "1"));
    }

    [Fact]
    public void FindModel_AfterSave_ReadsBackTheSame()
    {
        Assert.Equal(SampleReports.Model(), _store.FindModel("A"));
        Assert.Null(_store.FindModel("a"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(SampleReports.Dead)]
    [InlineData(129)]
    public void FindFeature_AfterPublish_ReadsBackTheSame(int index)
    {
        var read = _store.FindFeature(_dictionary, index)!;
        Assert.Equivalent(_reports[index], read, strict: true);
        Assert.Equal(FeatureReportFormat.Pack(_reports[index]), FeatureReportFormat.Pack(read));
    }

    [Fact]
    public void FindFeature_PastTheEnd_IsNull()
    {
        Assert.Null(_store.FindFeature(_dictionary, Features));
        Assert.Null(_store.FindFeature(_dictionary, -1));
    }

    [Fact]
    public void Features_Pages_HoldEveryFeatureOnce()
    {
        var pages = Enumerable.Range(1, 3).Select(n => _sample.Lists.Page(_dictionary, new FeatureQuery { Page = n })).ToList();
        Assert.All(pages, p => Assert.Equal((3, Features), (p.Pages, p.Total)));
        Assert.Equal(Enumerable.Range(0, Features), pages.SelectMany(p => p.Items).Select(f => f.Index));
        Assert.Equal((101, 130), (pages[2].First, pages[2].Last));
    }

    [Theory]
    [InlineData(-4, 1)]
    [InlineData(0, 1)]
    [InlineData(99, 3)]
    public void Features_PageOutOfRange_GivesTheNearest(int asked, int given)
    {
        Assert.Equal(given, _sample.Lists.Page(_dictionary, new FeatureQuery { Page = asked }).Number);
    }

    [Theory]
    [InlineData(FeatureSort.Index)]
    [InlineData(FeatureSort.Density)]
    [InlineData(FeatureSort.Max)]
    [InlineData(FeatureSort.Context)]
    public void Features_Sorted_BothDirectionsMirrorEachOther(FeatureSort sort)
    {
        var up = All(new FeatureQuery { Sort = sort });
        var down = All(new FeatureQuery { Sort = sort, Descending = true });
        double Key(FeatureSummary f) => sort switch
        {
            FeatureSort.Density => f.Density,
            FeatureSort.Max => f.Max,
            FeatureSort.Context => f.BestScore ?? double.NegativeInfinity,
            _ => f.Index,
        };
        Assert.Equal(up.OrderBy(Key).ThenBy(f => f.Index).Select(f => f.Index), up.Select(f => f.Index));
        Assert.Equal(up.Select(f => f.Index).Reverse(), down.Select(f => f.Index));
    }

    [Theory]
    [InlineData(FeatureState.Dead, SampleReports.Dead)]
    [InlineData(FeatureState.Ultralow, SampleReports.Ultralow)]
    public void Features_ByState_GivesOnlyThose(FeatureState state, int index)
    {
        Assert.Equal([index], All(new FeatureQuery { State = state }).Select(f => f.Index));
    }

    [Fact]
    public void Features_Row_TellsTopTokensWithoutRepeats()
    {
        var row = _sample.Lists.Page(_dictionary, new FeatureQuery()).Items[2];
        Assert.Equal(_reports[2].Top.Select(e => e.Tokens[e.Centre]).Distinct().Take(8), row.TopTokens);
        Assert.Equal(255, row.Shape.Max());
        Assert.Equal(_reports[2].Histogram.Counts.Select(c => c > 0), row.Shape.Select(s => s > 0));
    }

    [Fact]
    public void Publish_SameNameAgain_ReplacesTheOlder()
    {
        var newer = _writer.Publish(SampleReports.Draft(40), SampleReports.Reports(40, seed: 8), SampleVocabulary.Text);
        var read = Assert.Single(_store.Dictionaries());
        Assert.Equal((40, newer.Stamp), (read.Features, read.Stamp));
        Assert.NotEqual(_dictionary.Stamp, newer.Stamp);
        Assert.Null(_store.FindFeature(_dictionary, 0));
        Assert.Equal(40, _sample.Lists.Page(newer, new FeatureQuery()).Total);
    }

    [Fact]
    public void Publish_WhileReportsAreComputed_ShowsTheOlderToReaders()
    {
        IEnumerable<FeatureReport> Watched()
        {
            foreach (var report in SampleReports.Reports(300, seed: 8))
            {
                Assert.Equal(_dictionary.Stamp, _store.FindDictionary("A", "1")!.Stamp);
                yield return report;
            }
        }

        Assert.Equal(300, _writer.Publish(SampleReports.Draft(300), Watched(), SampleVocabulary.Text).Features);
    }

    [Fact]
    public void Publish_ThatFails_LeavesTheOlder()
    {
        var failing = SampleReports.Reports(300).Select(r => r.Index < 270 ? r : throw new IOException("disk full"));
        Assert.Throws<IOException>(() => _writer.Publish(SampleReports.Draft(300), failing, SampleVocabulary.Text));
        Assert.Throws<InvalidDataException>(() => _writer.Publish(SampleReports.Draft(20), SampleReports.Reports(19), SampleVocabulary.Text));
        Assert.Equal(_dictionary.Stamp, Assert.Single(_store.Dictionaries()).Stamp);
        Assert.Equal(Features, _sample.Lists.Page(_dictionary, new FeatureQuery()).Total);
    }

    [Fact]
    public void Publish_WithoutItsModel_NamesIt()
    {
        var e = Assert.Throws<InvalidOperationException>(
            () => _writer.Publish(SampleReports.Draft(2, model: "Z"), SampleReports.Reports(2), SampleVocabulary.Text));
        Assert.Contains("Model Z", e.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _sample.Dispose();
        _folder.Dispose();
    }

    private List<FeatureSummary> All(FeatureQuery query) => _sample.All(_dictionary, query);
}
