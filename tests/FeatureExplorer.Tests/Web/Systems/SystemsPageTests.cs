using System.Net;
using FeatureExplorer.Analysis.Automata;
using FeatureExplorer.Analysis.Splitting;
using FeatureExplorer.Storage.Analyses;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Tests.Web.Exploration;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Tests.Web.Systems;

/// <summary>Pages and API of what features do together, over a small run and a larger made-up dictionary of the same model.</summary>
public sealed partial class SystemsPageTests(ExplorationSite site, Chromium chromium) : IClassFixture<ExplorationSite>, IClassFixture<Chromium>
{
    [Fact]
    public async Task Splitting_FeatureWithDescendants_DrawsTheGraphAndListsTheSame()
    {
        var larger = Larger();
        var page = await site.Page($"/A/splitting?feature=A/1/{site.Busy}&threshold=0.5");
        Assert.Equal(3, page.QuerySelectorAll("svg.splitting a.node").Length);
        Assert.Equal(2, page.QuerySelectorAll("svg.splitting path.edge").Length);
        Assert.Equal([$"/A/1/{site.Busy}", $"/{larger.Id}/60", $"/{larger.Id}/61"], page.QuerySelectorAll(".nested li > a:first-child").Select(a => a.GetAttribute("href")).Distinct().Order());
        Assert.Contains("0.90", page.QuerySelector(".nested")!.TextContent, StringComparison.Ordinal);
        var json = await site.Json($"/api/v1/A/splitting?feature=A/1/{site.Busy}&threshold=0.5");
        Assert.Equal(["chosen", "descendant", "descendant"], json.GetProperty("nodes").EnumerateArray().Select(n => n.GetProperty("role").GetString()));
        Assert.Equal(
            [($"A/1/{site.Busy}", $"{larger.Id}/60", 0.9f), ($"A/1/{site.Busy}", $"{larger.Id}/61", 0.6f)],
            json.GetProperty("edges").EnumerateArray().Select(e => (e.GetProperty("from").GetString()!, e.GetProperty("to").GetString()!, e.GetProperty("similarity").GetSingle())));
        Assert.Equal(2, (await site.Page($"/A/splitting?feature=A/1/{site.Busy}&threshold=0.7")).QuerySelectorAll("svg.splitting a.node").Length);
    }

    [Theory]
    [InlineData("/A/splitting", HttpStatusCode.OK)]
    [InlineData("/A/splitting?feature=A/1/999999", HttpStatusCode.BadRequest)]
    [InlineData("/A/splitting?feature=A/neurons/1", HttpStatusCode.BadRequest)]
    [InlineData("/A/splitting?feature=A/1/1&threshold=0.1", HttpStatusCode.BadRequest)]
    [InlineData("/nobody/splitting", HttpStatusCode.NotFound)]
    [InlineData("/A/neurons/automata", HttpStatusCode.NotFound)]
    [InlineData("/A/1/999999/transitions", HttpStatusCode.NotFound)]
    [InlineData("/A/1/999999/logits", HttpStatusCode.NotFound)]
    [InlineData("/A/1/decompose?q=a&token=9", HttpStatusCode.BadRequest)]
    [InlineData("/A/1/logits?q=nosuchtokenanywhere", HttpStatusCode.BadRequest)]
    public async Task Page_WhateverIsAsked_SaysWhatIsThere(string url, HttpStatusCode status)
    {
        var page = await site.Page(url, status);
        Assert.NotEmpty(page.QuerySelector("h1")!.TextContent);
    }

    [Theory]
    [InlineData("/api/v1/A/splitting", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/A/splitting?feature=B/1/1", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/A/neurons/automata", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/A/1/decompose", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/A/1/logits", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/A/1/999999/logits", HttpStatusCode.NotFound)]
    public async Task Api_WhatIsNotThere_IsAProblem(string url, HttpStatusCode status) => await site.Json(url, status);

    [Fact]
    public async Task Automata_OfTheRun_ShowsWhatIsStored()
    {
        var store = site.Service<AutomataStore>();
        var dictionary = site.Dictionary;
        // The run ends with the analysis.
        Assert.NotNull(store.Find(dictionary));
        var (kept, features) = (store.Find(dictionary)!, Enumerable.Range(0, dictionary.Features).Select(f => store.Find(dictionary, f)).OfType<FeatureTransitions>().ToList());
        var edge = new Transition(2, 3, 40, 0.5, 6, 0.25, 0.1, 0.75, 0.4, [new TransitionToken(70, 30, true), new TransitionToken(71, 5, false)]);
        var system = new FeatureSystem([2, 3], [edge, edge with { From = 3, To = 2 }], 0.8, [new SystemExample(5, 0, "html", [70, 71, 72], [-1, 0, 1], 1)])
        {
            Check = new GenerationCheck(0.25, 0.125, 0.05, 0.01, 256),
        };
        store.Save(dictionary, [new FeatureTransitions(2, [edge], [])], kept with { Systems = [system] });
        try
        {
            var page = await site.Page("/A/1/automata");
            Assert.Equal(2, page.QuerySelectorAll("svg.automaton a.state").Length);
            Assert.Equal(2, page.QuerySelectorAll("svg.automaton g.edge").Length);
            Assert.Equal(["st0", "st1"], page.QuerySelectorAll(".states span").Select(s => s.ClassName));
            Assert.Contains("25.0 %", page.QuerySelector(".check")!.TextContent, StringComparison.Ordinal);
            var json = (await site.Json("/api/v1/A/1/automata")).GetProperty("systems")[0];
            Assert.Equal(["A/1/2", "A/1/3"], json.GetProperty("features").EnumerateArray().Select(f => f.GetString()));
            Assert.Equal(0.25, json.GetProperty("check").GetProperty("pinned").GetDouble());
            Assert.Equal(0.5, json.GetProperty("edges")[0].GetProperty("probability").GetDouble());
            var transitions = await site.Page("/A/1/2/transitions");
            Assert.Contains("/A/1/3", transitions.QuerySelectorAll(".transitions th a").Select(a => a.GetAttribute("href")));
            Assert.Equal(3, (await site.Json("/api/v1/A/1/2/transitions")).GetProperty("after")[0].GetProperty("to").GetInt32());
        }
        finally
        {
            store.Save(dictionary, features, kept);
        }
    }

    [Fact]
    public async Task Decompose_Text_AddsUpToTheUpdate()
    {
        var json = await site.Json("/api/v1/A/1/decompose?q=one%20two%20three&token=2");
        Assert.Equal(2, json.GetProperty("token").GetInt32());
        Assert.InRange(json.GetProperty("difference").GetDouble(), 0, 1e-4);
        var terms = json.GetProperty("terms").EnumerateArray().ToList();
        Assert.Equal(1, terms.Sum(t => t.GetProperty("share").GetDouble()), 1e-4);
        Assert.Equal(json.GetProperty("update").GetProperty("next").GetDouble(), terms.Sum(t => t.GetProperty("next").GetDouble()), 1e-4);
        var page = await site.Page("/A/1/decompose?q=one%20two%20three&token=2");
        Assert.Equal(json.GetProperty("tokens").GetArrayLength(), page.QuerySelectorAll(".tokens-to-choose a").Length);
        Assert.Equal(terms.Count, page.QuerySelectorAll("table.ranks tbody tr").Length);
    }

    [Fact]
    public async Task Logits_Feature_ShowsNeighboursByFourMeasures()
    {
        var json = await site.Json($"/api/v1/A/1/{site.Busy}/logits");
        Assert.InRange(json.GetProperty("unread").GetDouble(), 0, 1);
        var neighbours = json.GetProperty("neighbours").EnumerateArray().ToList();
        Assert.NotEmpty(neighbours);
        Assert.All(neighbours, n => Assert.InRange(n.GetProperty("attribution").GetDouble(), -1.0001, 1.0001));
        Assert.Equal(neighbours.Select(n => n.GetProperty("disagreement").GetDouble()).OrderDescending(), neighbours.Select(n => n.GetProperty("disagreement").GetDouble()));
        var page = await site.Page($"/A/1/{site.Busy}/logits");
        Assert.Contains(Show.Two(neighbours[0].GetProperty("disagreement").GetDouble()), page.QuerySelector("#near-title")!.ParentElement!.ParentElement!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Promoting_Token_RanksFeaturesByTheirWeightOnIt()
    {
        var json = await site.Json("/api/v1/A/1/logits?q=e");
        var weights = json.GetProperty("promoted").EnumerateArray().Select(f => f.GetProperty("weight").GetDouble()).ToList();
        Assert.Equal(weights.OrderDescending(), weights);
        var page = await site.Page("/A/1/logits?q=e");
        Assert.Contains(Show.Signed(weights[0]), page.QuerySelector("#promote-title")!.ParentElement!.TextContent, StringComparison.Ordinal);
    }

    private DictionaryInfo Larger()
    {
        var writer = site.Service<RunWriter>();
        var larger = writer.Publish(SampleReports.Draft(64, "9"), SampleReports.Reports(64), SampleVocabulary.Text);
        site.Service<SplittingStore>().Save(site.Dictionary, larger, [new SplittingEdge(site.Busy, 60, 0.9f), new SplittingEdge(site.Busy, 61, 0.6f), new SplittingEdge(site.Busy, 62, 0.3f)]);
        return larger;
    }
}
