using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Labels;
using FeatureExplorer.Storage.Search;
using FeatureExplorer.Tests.Storage.Features;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Tests.Storage.Search;

/// <summary>Searches against a plain look at every report.</summary>
public sealed class FeatureSearchTests : IDisposable
{
    private const int Features = 90;

    private readonly TemporaryFolder _folder = new();
    private readonly FeatureDatabase _database;
    private readonly RunWriter _writer;
    private readonly SampleLists _sample;
    private readonly FeatureSearch _search;
    private readonly LabelStore _labels;
    private readonly DictionaryInfo _dictionary;

    public FeatureSearchTests()
    {
        var folder = new DataFolder(_folder.Path);
        _database = FeatureDatabase.Open(folder);
        _writer = new RunWriter(_database);
        Directory.CreateDirectory(folder.Model("A"));
        SampleVocabulary.Tokenizer.Save(folder.Tokenizer("A"));
        _writer.SaveModel(SampleReports.Model());
        _dictionary = _writer.Publish(SampleReports.Draft(Features), SampleReports.Reports(Features), SampleVocabulary.Text);
        _sample = new SampleLists(_database);
        (_search, _labels) = (_sample.Search, _sample.Labels);
    }

    [Theory]
    [InlineData("river")]
    [InlineData("RIVER stone")]
    [InlineData("\"river a\"")]
    [InlineData("كتاب")]
    [InlineData("<script>")]
    [InlineData("gactt ac")]
    [InlineData("x")]
    [InlineData("no such text")]
    [InlineData("\" OR text:river NOT \"")]
    [InlineData("river\" OR \"stone")]
    [InlineData("* NEAR(river stone)")]
    [InlineData("'; DROP TABLE Features; --")]
    [InlineData("100%_\\")]
    public void Find_Text_FindsEveryFeatureThatContainsAllParts(string text)
    {
        var query = SearchQuery.Parse(text);
        var expected = SampleReports.Reports(Features).Where(report =>
        {
            var shown = string.Concat(report.Logits.Top.Select(static t => SampleVocabulary.Text([t.Token]) + "\n").Concat(report.Top.Select(static e => SampleVocabulary.Text(e.Tokens) + "\n")));
            var context = report.BestContext?.Context ?? string.Empty;
            return query.Terms.Count > 0 && query.Terms.All(term => shown.Contains(term, StringComparison.OrdinalIgnoreCase) || context.Contains(term, StringComparison.OrdinalIgnoreCase));
        }).Select(static r => r.Index).ToList();
        var found = _search.Find(_dictionary, query);
        Assert.Equal(expected.Count, found.Total);
        Assert.Equal(Math.Min(expected.Count, FeatureSearch.Shown), found.Features.Count);
        Assert.Subset(expected.ToHashSet(), found.Features.Select(static f => f.Index).ToHashSet());
    }

    [Fact]
    public void Find_ContextBelowTheFloor_IsNotFoundInTablesOfEarlierPrograms()
    {
        using (var db = _database.NewContext())
        {
            foreach (var row in db.Features.Where(f => f.DictionaryId == _dictionary.Stamp))
            {
                (row.BestContext, row.BestScore) = (row.Index < 2 ? "faintest" : null, row.Index == 0 ? 0.05 : 0.04);
            }

            db.SaveChanges();
            db.Database.OpenConnection();
            // A table as earlier programs named it, with every context in it.
#pragma warning disable EF1002 // The table's number alone.
            db.Database.ExecuteSqlRaw($"ALTER TABLE FeatureWords{_dictionary.Stamp} RENAME TO FeatureText{_dictionary.Stamp}");
#pragma warning restore EF1002
        }

        Assert.Equal([0], _search.Find(_dictionary, SearchQuery.Parse("faintest")).Features.Select(f => f.Index));
        using var after = _database.NewContext();
        after.Database.OpenConnection();
        using var tables = ((SqliteConnection)after.Database.GetDbConnection()).CreateCommand();
        tables.CommandText = "SELECT count(*) FROM sqlite_master WHERE name LIKE 'FeatureText%'";
        Assert.Equal(0L, tables.ExecuteScalar());
    }

    [Theory]
    [InlineData("raises: river")]
    [InlineData("raises:river")]
    [InlineData("RAISES:GAC")]
    public void Find_Raises_FindsThoseThatPromoteTheTokenStrongestFirst(string text)
    {
        var bare = text.Split(':')[1].Trim();
        int Place(int index) => SampleReports.Report(index).Logits.Top.Take(8).Select((t, place) => (t, place)).Where(p => SampleVocabulary.Text([p.t.Token]).TrimStart() == bare).Select(static p => p.place).DefaultIfEmpty(99).Min();
        var expected = Enumerable.Range(0, Features).Where(i => Place(i) < 99).OrderBy(static i => SampleReports.Report(i).State).ThenBy(Place).ThenBy(static i => i).ToList();
        Assert.NotEmpty(expected);
        var found = _search.Find(_dictionary, SearchQuery.Parse(text));
        Assert.Equal(expected.Count, found.Total);
        Assert.Equal(expected.Take(FeatureSearch.Shown), found.Features.Select(static f => f.Index));
    }

    [Theory]
    [InlineData("river")]
    [InlineData("ri st")]
    public void Find_Label_ComesFirstAndCountsOnce(string text)
    {
        var query = SearchQuery.Parse(text);
        var before = _search.Find(_dictionary, query);
        var found = before.Features[^1].Index;
        var other = Enumerable.Range(0, Features).First(i => SampleReports.Report(i) is var r && !r.Top.Concat(r.IntervalExamples.SelectMany(static x => x.Examples)).Any(static e => SampleVocabulary.Text(e.Tokens).Contains("ri", StringComparison.Ordinal)));
        _labels.Save(_dictionary, found, "River stones", string.Empty, "ada");
        _labels.Save(_dictionary, other, "rivers and Stones", string.Empty, "ada");
        var after = _search.Find(_dictionary, query);
        Assert.Equal(before.Total + 1, after.Total);
        Assert.Equal(new[] { found, other }.Order(), after.Features.Take(2).Select(static f => f.Index));
    }

    [Fact]
    public void Find_Context_FindsAllThatCorrelateTheBestFirst()
    {
        var expected = SampleReports.Reports(Features).Select(static r => (r.Index, Score: r.Contexts.Where(static c => c.Context == "dna").Select(static c => c.Pearson).DefaultIfEmpty(0).Single()))
            .Where(static r => r.Score >= FeatureReport.BestContextPearson).OrderByDescending(static r => r.Score).Select(static r => r.Index).ToList();
        var found = _search.Find(_dictionary, SearchQuery.Parse("context:dna"));
        Assert.Equal(expected.Count, found.Total);
        Assert.Equal(expected.Take(FeatureSearch.Shown), found.Features.Select(static f => f.Index));
    }

    [Fact]
    public void Find_Relevance_ExactLabelThenLabelThenNameThenTokenAndLiveBeforeUltralow()
    {
        // Features at home in dna have the name; prose has "river" in its texts.
        const int Exact = 90 - 1, Labelled = 90 - 2;
        _labels.Save(_dictionary, Exact, "DNA", string.Empty, "ada");
        _labels.Save(_dictionary, Labelled, "DNA of rivers", string.Empty, "ada");
        var found = All("dna");
        Assert.Equal([Exact, Labelled], found.Take(2).Select(static f => f.Index));
        var rest = found.Skip(2).ToList();
        Assert.All(rest.TakeWhile(static f => f.BestContext == "dna"), static f => Assert.Equal(FeatureState.Live, f.State));
        Assert.Equal(rest.Count(static f => f.BestContext == "dna"), rest.TakeWhile(static f => f.BestContext == "dna").Count());
        var scores = rest.TakeWhile(static f => f.BestContext == "dna" && f.BestScore >= FeatureExplorer.Analysis.Verdicts.EvidenceRules.SensitiveHolds).Select(static f => f.BestScore!.Value).ToList();
        Assert.True(scores.Count > 3);
        Assert.Equal(scores.OrderDescending(), scores);
    }

    [Fact]
    public void Find_UltralowFeature_ComesAfterTheLiveOnes()
    {
        // The sample's ultralow feature is at home in prose, as every sixth feature is.
        var found = All("river");
        Assert.Equal(SampleReports.Ultralow, Assert.Single(found, static f => f.State == FeatureState.Ultralow).Index);
        Assert.Equal(SampleReports.Ultralow, found[^1].Index);
    }

    [Theory]
    [InlineData("12", 12)]
    [InlineData("A/1/12", 12)]
    [InlineData("/a/1/12/", 12)]
    [InlineData("A/1/90", null)]
    [InlineData("B/1/12", null)]
    [InlineData("A/1/x", null)]
    [InlineData("\"12\"", null)]
    [InlineData("raises: 12", null)]
    public void Named_Index_IsThatFeatureAndFirstInItsDictionary(string text, int? index)
    {
        var query = SearchQuery.Parse(text);
        Assert.Equal(index is null ? [] : [("A/1", index.Value)], _search.Named(query).Select(static n => (n.Dictionary.Id, n.Index)));
        Assert.Equal(index, index is null ? null : _search.Find(_dictionary, query).Features[0].Index);
    }

    [Theory]
    [InlineData("river")]
    [InlineData("dna")]
    [InlineData("12")]
    [InlineData("raises: river")]
    [InlineData("context:dna")]
    [InlineData("river stone")]
    [InlineData("a")]
    public void Find_AndTheListOfTheSameText_HaveTheSameFeaturesInTheSameOrder(string text)
    {
        _labels.Save(_dictionary, 3, "a river", string.Empty, "ada");
        var found = _search.Find(_dictionary, SearchQuery.Parse(text));
        var list = All(text);
        Assert.NotEmpty(list);
        Assert.Equal(found.Total, list.Count);
        Assert.Equal(found.Features.Select(static f => f.Index), list.Take(FeatureSearch.Shown).Select(static f => f.Index));
    }

    [Fact]
    public void Find_NothingOrBlank_FindsNothing()
    {
        Assert.Empty(_search.Find(SearchQuery.Parse("  ")));
        Assert.Empty(_search.Find(SearchQuery.Parse(null)));
        Assert.Empty(_search.Find(SearchQuery.Parse("\"\"")));
        Assert.Empty(_search.Find(SearchQuery.Parse("raises:nosuchtoken")));
        Assert.Empty(_search.Find(SearchQuery.Parse("zz\0zz")));
    }

    [Fact]
    public void Find_DictionaryWithoutTables_MakesThem()
    {
        using (var db = _database.NewContext())
        {
            db.Database.ExecuteSqlRaw(FeatureTextIndex.DropSql(_dictionary.Stamp));
        }

        Assert.True(_search.Find(_dictionary, SearchQuery.Parse("river")).Total > 0);
        Assert.True(_search.Find(_dictionary, SearchQuery.Parse("raises:river")).Total > 0);
    }

    [Fact]
    public void Publish_Again_SearchesTheNewerAndDropsTheOlder()
    {
        var newer = _writer.Publish(SampleReports.Draft(8), SampleReports.Reports(8, seed: 9), SampleVocabulary.Text);
        Assert.True(_search.Find(newer, SearchQuery.Parse("e")).Total <= 8);
        using var db = _database.NewContext();
        db.Database.OpenConnection();
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        Assert.False(FeatureTextIndex.Exists(connection, _dictionary.Stamp));
        Assert.True(FeatureTextIndex.Exists(connection, newer.Stamp));
    }

    private List<FeatureSummary> All(string text) => _sample.All(_dictionary, new FeatureQuery { Text = text });

    public void Dispose()
    {
        _sample.Dispose();
        _folder.Dispose();
    }
}
