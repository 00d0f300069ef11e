using FeatureExplorer.Analysis.Exploration;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Storage.Features;

namespace FeatureExplorer.Tests.Web.Exploration;

/// <summary>Windows of examples against the held-out tokens themselves.</summary>
public sealed class ReadingWindowTests(ExplorationSite site) : IClassFixture<ExplorationSite>
{
    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(60)]
    public void Around_Example_IsTheTextThereWithTheIndexesActivations(int side)
    {
        var report = site.Service<FeatureStore>().FindFeature(site.Dictionary, site.Busy)!;
        var text = site.Service<ExplorerData>().Open(site.Dictionary).Text;
        var checkedAny = site.Service<Explorations>().Ask(site.Dictionary, evidence =>
        {
            var reach = new ExampleReach(evidence.Index, evidence.Corpus.HeldOut, text, site.Busy);
            foreach (var example in report.Top.Concat(report.Bottom))
            {
                var wide = reach.Around(example, side, side);
                var from = example.Position - wide.Centre;
                Assert.Equal(evidence.Corpus.HeldOut.Read(from, wide.Tokens.Count).ToArray().Select(static t => (int)t), wide.Tokens);
                Assert.Equal(Enumerable.Range(0, wide.Tokens.Count).Select(i => evidence.Index.At(site.Busy, from + i)), wide.Activations);
                Assert.Equal(example.Activation, wide.Activation);
                // As wide as was asked for, or up to the document's end; at most a character's rest more.
                var (start, end) = (evidence.Corpus.HeldOut.DocumentStart(example.Document), Math.Min(evidence.Corpus.HeldOut.DocumentEnd(example.Document), evidence.Index.Tokens));
                Assert.InRange(wide.Centre, Math.Min(side, example.Position - start), side + 3);
                Assert.InRange(wide.Tokens.Count - wide.Centre - 1, Math.Min(side, end - example.Position - 1), side + 3);
                // No character is cut: what the window shows is what it shows within a larger one.
                AssertWhole(evidence, text, from, wide.Tokens.Count, start, end);
            }

            return "yes";
        });
        Assert.Equal("yes", checkedAny);
    }

    [Fact]
    public async Task Window_InTheAddress_ShowsMoreTextAndItsLinesAsWritten()
    {
        var narrow = await site.Page($"/A/1/{site.Busy}?window=2");
        var wide = await site.Page($"/A/1/{site.Busy}?window=60&lines=broken");
        var (few, many) = (narrow.QuerySelectorAll("#top .line").Select(static l => l.TextContent).ToList(), wide.QuerySelectorAll("#top .line").Select(static l => l.TextContent).ToList());
        Assert.Equal(few.Count, many.Count);
        Assert.All(few.Zip(many), static pair => Assert.True(pair.First.Length <= pair.Second.Length));
        Assert.True(many.Sum(static l => l.Length) > 5 * few.Sum(static l => l.Length));
        Assert.NotNull(wide.QuerySelector("#top ol.broken"));
        Assert.All(many, static line => Assert.Equal(line.Count('⏎'), line.Count('\n')));
        Assert.All(few, static line => Assert.DoesNotContain('\n', line));
        // The choice stays on the way to the next feature.
        Assert.Contains("window=60&lines=broken", wide.QuerySelector("a[rel=next], a[rel=prev]")!.GetAttribute("href"), StringComparison.Ordinal);
        Assert.Equal("60", wide.QuerySelector("#written input[name=window]")!.GetAttribute("value"));
    }

    [Fact]
    public async Task Example_OpenedInTheTextPage_IsTheTextOfItsWindow()
    {
        var page = await site.Page($"/A/1/{site.Busy}");
        var strip = page.QuerySelectorAll("#top .strip").First(static s => !s.QuerySelector(".line")!.TextContent.Contains("\\x", StringComparison.Ordinal));
        var opened = await site.Page(strip.QuerySelector("a.read")!.GetAttribute("href")!);
        var written = opened.QuerySelector(".written")!.TextContent.Replace(TokenText.EndOfText, string.Empty, StringComparison.Ordinal);
        Assert.Equal(strip.QuerySelector(".line")!.TextContent.Replace(TokenText.EndOfText, string.Empty, StringComparison.Ordinal), written);
    }

    [Fact]
    public async Task Range_InTheAddress_IsABandWithItsValuesOverTheBars()
    {
        var report = site.Service<FeatureStore>().FindFeature(site.Dictionary, site.Busy)!;
        var (from, to) = (report.Max * 0.25f, report.Max * 0.5f);
        var page = await site.Page(FormattableString.Invariant($"/A/1/{site.Busy}?from={from:R}&to={to:R}&order=activation"));
        var bands = page.QuerySelectorAll("#histogram svg.chart rect.selected");
        Assert.Equal(page.QuerySelectorAll("#histogram svg.chart").Length, bands.Length);
        Assert.Equal($"{FeatureExplorer.Web.Features.Show.Significant(from)} to {FeatureExplorer.Web.Features.Show.Significant(to)}", bands[0].NextElementSibling!.TextContent);
        // A form leads back to the bars that it changes.
        Assert.All(page.QuerySelectorAll("#range form, #written form"), static form => Assert.EndsWith("#histogram", form.GetAttribute("action"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task List_OfAContext_StartsWithTheBestFeatureOfItsPage()
    {
        foreach (var summary in site.Dictionary.ContextSummaries.Where(static s => s.Feature is { Pearson: > 0.1 }))
        {
            var entry = site.Dictionary.EntryOf(summary.Context.Name);
            var best = site.Dictionary.ContextSummaries.Where(s => site.Dictionary.EntryOf(s.Context.Name) == entry).Max(static s => s.Feature?.Pearson ?? 0);
            var first = (await site.Json("/api/v1/A/1?context=" + Uri.EscapeDataString(summary.Context.Name))).GetProperty("features")[0];
            Assert.Equal(best, first.GetProperty("score").GetDouble(), 9);
        }
    }

    [Theory]
    [InlineData("/A/1/context?context=regex:%5B0-9%5D%2B&order=recall")]
    [InlineData("/A/1?q=the")]
    public async Task List_FollowedByNext_KeepsItsContextAndOrder(string url)
    {
        var list = await site.Page(url);
        var links = list.QuerySelectorAll("table.features tbody th a").Select(a => a.GetAttribute("href")!).Take(3).ToList();
        var page = await site.Page(links[0]);
        Assert.Null(page.QuerySelector("a[rel=prev]"));
        Assert.Equal(links[1], page.QuerySelector("a[rel=next]")!.GetAttribute("href"));
        Assert.Equal(links[2], (await site.Page(links[1])).QuerySelector("a[rel=next]")!.GetAttribute("href"));
        Assert.Equal(Uri.UnescapeDataString(url), Uri.UnescapeDataString(page.QuerySelector(".crumbs a:nth-of-type(2)")!.GetAttribute("href")!));
    }

    [Fact]
    public async Task StrongestOn_OnTheListAndThePage_AreTheSameTokens()
    {
        var row = (await site.Page("/A/1")).QuerySelectorAll("table.features tbody tr").First(static r => r.ClassName == "live");
        var page = await site.Page(row.QuerySelector("th a")!.GetAttribute("href")!);
        var listed = row.QuerySelectorAll("td.tokens")[0].QuerySelectorAll(".chip").Select(static c => c.TextContent).ToList();
        Assert.NotEmpty(listed);
        Assert.Equal(listed, page.QuerySelectorAll(".strongest .chip").Select(static c => c.TextContent).Take(listed.Count));
    }

    private static void AssertWhole(Evidence evidence, TokenText text, long from, int count, long start, long end)
    {
        var (first, last) = (Math.Max(start, from - 8), Math.Min(end, from + count + 8));
        var pieces = text.Pieces(evidence.Corpus.HeldOut.Read(first, (int)(last - first)));
        Assert.Contains(pieces, piece => first + piece.Start == from);
        Assert.Contains(pieces, piece => first + piece.Start + piece.Length == from + count);
    }
}
