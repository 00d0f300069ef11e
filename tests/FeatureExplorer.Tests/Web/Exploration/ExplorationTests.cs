using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Tests.Web.Addresses;
using FeatureExplorer.Tests.Web.Security;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace FeatureExplorer.Tests.Web.Exploration;

/// <summary>Contexts, ranges, texts and searches over HTTP and in Chromium, on a small run with every part real.</summary>
public sealed class ExplorationTests(ExplorationSite site, Chromium chromium) : IClassFixture<ExplorationSite>, IClassFixture<Chromium>
{
    private string Feature => $"/A/1/{site.Busy}";

    [Theory]
    [InlineData("from=5&to=1", "\"from\" is 5 and \"to\" is 1")]
    [InlineData("from=0.5&to=0.25&order=random", "\"from\" is 0.5 and \"to\" is 0.25")]
    public async Task Examples_FromAboveTo_IsRefusedWithBothValues(string query, string says)
    {
        var answer = await site.Json($"/api/v1/A/1/{site.Busy}/examples?{query}", HttpStatusCode.BadRequest);
        Assert.StartsWith(says, answer.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Context_Written_ColoursAndScoresLikeTheApiAndTheIndex()
    {
        var page = await site.Page(Feature + "?context=regex:%5B0-9%5D%2B");
        Assert.NotNull(page.QuerySelector("#histogram svg.chart path.l0"));
        Assert.Equal("regex:[0-9]+", page.QuerySelector("#written input[name=context]")!.GetAttribute("value"));
        Assert.Equal("regex:[0-9]+", page.QuerySelector("#context option[selected]")!.GetAttribute("value"));

        var json = await site.Json("/api/v1" + Feature + "/context?context=regex:%5B0-9%5D%2B");
        var specificity = json.GetProperty("score").GetProperty("specificity").GetDouble();
        using var index = ActivationIndex.Open(site.Database.Folder.Index("A", "1"));
        var set = site.Service<Explorations>().Ask(site.Dictionary, evidence => site.Service<Explorations>().Evaluate(evidence, "regex:[0-9]+"))!;
        var positions = index.Positions(site.Busy).ToArray();
        Assert.Equal((double)positions.Count(p => set.Contains(p)) / positions.Length, specificity, 12);
        Assert.Equal(positions.Length, json.GetProperty("histogram").GetProperty("counts").EnumerateArray().Sum(c => c.EnumerateArray().Sum(n => n.GetInt64())));
        Assert.Equal(Show(specificity), page.QuerySelectorAll("#written tbody td")[2].TextContent);
    }

    [Theory]
    [InlineData("regx:foo", "no kind of context")]
    [InlineData("regex:(", "no regular expression")]
    [InlineData("regex:(?=x)", "backtracking")]
    [InlineData("tokens:nosuchtokenanywhere", "is no token")]
    [InlineData("<script>alert(1)</script>", "cannot begin with")]
    public async Task Context_ThatIsNone_SaysWhyOnEveryPage(string text, string problem)
    {
        var asked = "?context=" + Uri.EscapeDataString(text);
        foreach (var url in (string[])[Feature + asked, "/contexts" + asked, "/A/1/context" + asked])
        {
            var page = await site.Page(url, HttpStatusCode.BadRequest);
            Assert.Contains(problem, page.QuerySelector("[role=alert]")!.TextContent, StringComparison.Ordinal);
            Assert.Empty(page.QuerySelectorAll("script:not([src])"));
        }

        foreach (var url in (string[])["/api/v1" + Feature + "/context" + asked, "/api/v1/contexts" + asked, "/api/v1/A/1/context" + asked])
        {
            var json = await site.Json(url, HttpStatusCode.BadRequest);
            Assert.Contains(problem, json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Contexts_Preview_CountsAndMarks()
    {
        var page = await site.Page("/contexts?context=regex:%5Ba-z%5D%2Bing");
        var json = await site.Json("/api/v1/contexts?context=regex:%5Ba-z%5D%2Bing&in=A/1");
        Assert.Contains(json.GetProperty("count").GetInt64().ToString("N0", CultureInfo.InvariantCulture), page.QuerySelector("[role=status]")!.TextContent, StringComparison.Ordinal);
        var marks = page.QuerySelectorAll(".matches mark").Select(static m => m.TextContent).ToList();
        Assert.NotEmpty(marks);
        Assert.All(marks, static mark => Assert.Contains("in", mark + "in", StringComparison.Ordinal));
        Assert.Contains(page.QuerySelectorAll("a").Select(static a => a.GetAttribute("href")), static href => href?.StartsWith("/A/1/context?context=regex", StringComparison.Ordinal) == true);
    }

    [Theory]
    [InlineData("{0}?context=regex:[", "no regular expression")]
    [InlineData("{0}?context=klingon", "There is no context named")]
    [InlineData("/A/1/context?context=(", "Something is missing")]
    [InlineData("/contexts?context=regex:[", "no regular expression")]
    public async Task Page_ContextThatIsNone_Answers400AndSaysWhyInItsForm(string url, string says)
    {
        var page = await site.Page(string.Format(CultureInfo.InvariantCulture, url, Feature), HttpStatusCode.BadRequest);
        var problem = page.QuerySelector("p.problem[role=alert]")!;
        Assert.Contains(says, problem.TextContent, StringComparison.Ordinal);
        Assert.Equal("true", page.QuerySelector($"input[name=context][aria-describedby={problem.Id}]")!.GetAttribute("aria-invalid"));
    }

    [Theory]
    [InlineData("{0}/histogram.svg?context=regex:[", "no regular expression")]
    [InlineData("{0}/histogram.svg?context=klingon", "There is no context named")]
    [InlineData("/embed{0}?context=regex:[", "no regular expression")]
    [InlineData("/api/v1{0}/context?context=regex:[", "no regular expression")]
    [InlineData("/api/v1/A/1/context?context=regex:[", "no regular expression")]
    [InlineData("/api/v1/contexts?context=regex:[", "no regular expression")]
    public async Task Endpoint_ContextThatIsNone_Answers400WithTheReason(string url, string says)
    {
        var problem = await site.Json(string.Format(CultureInfo.InvariantCulture, url, Feature), HttpStatusCode.BadRequest);
        Assert.Contains(says, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ContextFeatures_Ranked_AgreeWithTheirOwnPages()
    {
        var name = site.Dictionary.ContextSummaries.First(static s => s.Feature is not null).Context.Name;
        var best = site.Dictionary.ContextSummaries.First(s => s.Context.Name == name).Feature!;
        var json = await site.Json("/api/v1/A/1/context?context=" + Uri.EscapeDataString(name));
        var first = json.GetProperty("features")[0];
        Assert.Equal(best.Index, first.GetProperty("feature").GetInt32());
        Assert.Equal(best.Pearson, first.GetProperty("pearson").GetDouble(), 9);
        Assert.Equal(best.Recall, first.GetProperty("recall").GetDouble(), 9);
        var page = await site.Page("/A/1/context?order=recall&context=" + Uri.EscapeDataString(name));
        var recalls = (await site.Json("/api/v1/A/1/context?order=recall&context=" + Uri.EscapeDataString(name))).GetProperty("features").EnumerateArray();
        Assert.Equal(recalls.Select(static f => $"{f.GetProperty("feature").GetInt32()}"), page.QuerySelectorAll("table.ranks tbody th a").Select(static a => a.TextContent));
    }

    [Fact]
    public async Task Range_InTheAddress_ShowsItsExamplesAndCounts()
    {
        var all = await site.Json("/api/v1" + Feature + "/examples");
        var max = all.GetProperty("examples")[0].GetProperty("activations")[all.GetProperty("examples")[0].GetProperty("centre").GetInt32()].GetSingle();
        var (from, to) = ((max * 0.2f).ToString("R", CultureInfo.InvariantCulture), (max * 0.5f).ToString("R", CultureInfo.InvariantCulture));
        var some = await site.Json($"/api/v1{Feature}/examples?from={from}&to={to}&order=random&seed=4");
        Assert.All(some.GetProperty("examples").EnumerateArray(), e => Assert.InRange(e.GetProperty("activations")[e.GetProperty("centre").GetInt32()].GetSingle(), max * 0.2f, max * 0.5f));
        var page = await site.Page($"{Feature}?from={from}&to={to}&order=random&seed=4");
        Assert.Contains(some.GetProperty("count").GetInt32().ToString("N0", CultureInfo.InvariantCulture), page.QuerySelector("#range [role=status]")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(some.GetProperty("examples").GetArrayLength(), page.QuerySelectorAll("#range .strip").Length);
        Assert.Equal(from, page.QuerySelector("#range input[name=from]")!.GetAttribute("value"));
    }

    [Fact]
    public async Task Origins_OnThePage_AreThoseOfTheApi()
    {
        var json = await site.Json("/api/v1" + Feature + "/origins");
        var page = await site.Page(Feature);
        Assert.Equal(Show(json.GetProperty("explainedByToken").GetDouble()), page.QuerySelector("#origins .explained tbody td:last-child")!.TextContent);
        Assert.Equal(json.GetProperty("activations").GetInt64(), json.GetProperty("positions").EnumerateArray().Sum(static p => p.GetProperty("count").GetInt64()));
    }

    [Fact]
    public async Task SingleTokenTest_OfOriginsAndReport_IsOne()
    {
        var store = site.Service<FeatureStore>();
        var (single, live) = (0, 0);
        for (var index = 0; index < site.Dictionary.Features; index++)
        {
            var report = store.FindFeature(site.Dictionary, index)!;
            var test = (await site.Json($"/api/v1/A/1/{index}/origins")).GetProperty("single");
            if (report.State == FeatureState.Live)
            {
                live++;
                single += test.GetProperty("isSingle").GetBoolean() ? 1 : 0;
                Assert.Equal(report.Top.Count, test.GetProperty("top").GetInt32());
            }
        }

        var rows = (await site.Json("/api/v1/A/1/report")).GetProperty("rows").EnumerateArray();
        Assert.Equal((double)single / live, rows.Single(r => r.GetProperty("id").GetString() == "single-token").GetProperty("value").GetDouble(), 12);
    }

    [Fact]
    public async Task Text_OfAHeldOutDocument_HasTheIndexesActivations()
    {
        using var corpus = TokenizedCorpus.Open(site.Database.Folder.Corpus(site.Dictionary.Provenance.CorpusHash));
        using var index = ActivationIndex.Open(site.Database.Folder.Index("A", "1"));
        using var model = TransformerModel.Load(site.Database.Folder.Model("A"));
        // The first document starts where the first window does, so that the model saw the same there.
        var ids = corpus.HeldOut.Read(1, (int)Math.Min(corpus.HeldOut.DocumentEnd(0), 40) - 1).ToArray();
        var text = System.Text.Encoding.UTF8.GetString(corpus.Tokenizer.Decode(ids));
        var same = corpus.Tokenizer.Encode(text).Zip(ids).TakeWhile(static p => p.First == p.Second).Count();
        Assert.True(same > 5);
        var json = await site.Json("/api/v1/A/1/text?q=" + Uri.EscapeDataString(text));
        for (var position = 0; position <= same; position++)
        {
            var features = json.GetProperty("tokens")[position].GetProperty("features").EnumerateArray().ToDictionary(static f => f.GetProperty("feature").GetInt32(), static f => f.GetProperty("activation").GetSingle());
            for (var feature = 0; feature < index.Features; feature++)
            {
                Assert.Equal(index.At(feature, position), features.GetValueOrDefault(feature), 2e-2f);
            }
        }

        var page = await site.Page("/A/1/text?feature=0&q=" + Uri.EscapeDataString(text));
        Assert.Equal(json.GetProperty("tokens").GetArrayLength(), page.QuerySelectorAll("tr[id^=t]").Length);
    }

    [Fact]
    public async Task Text_WithTheLineEndsOfAForm_IsReadWithThoseOfTheCorpus()
    {
        var lines = await site.Json("/api/v1/A/1/text?q=" + Uri.EscapeDataString("one line\nand another\n\nend"));
        var form = await site.Json("/api/v1/A/1/text?q=" + Uri.EscapeDataString("one line\r\nand another\r\n\r\nend"));
        Assert.Equal(Ids(lines), Ids(form));
        var page = await site.Page("/A/1/text?q=" + Uri.EscapeDataString("one line\r\nand another\r\n\r\nend"));
        Assert.DoesNotContain('␍', page.QuerySelector(".written")!.TextContent);
        Assert.Equal(Ids(lines).Count(), page.QuerySelectorAll("tr[id^=t]").Length);

        static IEnumerable<int> Ids(JsonElement json) => json.GetProperty("tokens").EnumerateArray().Select(static token => token.GetProperty("id").GetInt32());
    }

    [Fact]
    public async Task Context_WithTheLineEndsOfAForm_FindsThoseOfTheCorpus()
    {
        var lines = await site.Json("/api/v1/contexts?context=" + Uri.EscapeDataString("regex:[a-z]\n[a-z]"));
        var form = await site.Json("/api/v1/contexts?context=" + Uri.EscapeDataString("regex:[a-z]\r\n[a-z]"));
        Assert.InRange(lines.GetProperty("count").GetInt64(), 1, long.MaxValue);
        Assert.Equal(lines.GetProperty("count").GetInt64(), form.GetProperty("count").GetInt64());
    }

    [Fact]
    public async Task Text_LongerThanTheWindow_IsCutAndSaysSo()
    {
        var page = await site.Page("/A/1/text?q=" + string.Join("+", Enumerable.Repeat("word", 390)));
        Assert.Contains("were left out", page.Body!.TextContent, StringComparison.Ordinal);
        Assert.Equal(site.Service<FeatureExplorer.Storage.Features.FeatureStore>().FindModel("A")!.Context, page.QuerySelectorAll("tr[id^=t]").Length);
    }

    [Theory]
    [InlineData("/search")]
    [InlineData("/search?q=the")]
    [InlineData("/search?q=%22%22")]
    [InlineData("/search?q=raises:+the")]
    [InlineData("/search?q=%3Cscript%3Ealert(1)%3C/script%3E")]
    [InlineData("/search?q=regex:%5B0-9%5D")]
    public async Task Search_AnyText_Answers(string url)
    {
        var page = await site.Page(url);
        var json = await site.Json("/api/v1" + url);
        var features = json.GetProperty("dictionaries").EnumerateArray().SelectMany(static d => d.GetProperty("features").EnumerateArray()).Select(static f => $"{f.GetProperty("index").GetInt32()}");
        Assert.Equal(features, page.QuerySelectorAll("table.features tbody th a").Select(static a => a.TextContent));
        Assert.Empty(page.QuerySelectorAll("script:not([src])"));
    }

    [Fact]
    public async Task Saved_ByName_WorksWhereverAContextDoes()
    {
        site.Service<SavedContexts>().Add("digits", "regex:[0-9]", "ada");
        var byName = await site.Json("/api/v1/contexts?context=digits");
        var byText = await site.Json("/api/v1/contexts?context=regex:%5B0-9%5D");
        Assert.Equal(byText.GetProperty("count").GetInt64(), byName.GetProperty("count").GetInt64());
        var page = await site.Page("/contexts?context=digits+and+not+regex:7");
        Assert.Null(page.QuerySelector("[role=alert]"));
        Assert.Null(page.QuerySelector("form[method=post] input[name=SaveAs]"));
        Assert.Contains("regex:[0-9]", page.Body!.TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Role.Annotator, true)]
    [InlineData(Role.Viewer, false)]
    public async Task Save_ByAnAccount_NeedsTheRoleAndIsRecorded(Role role, bool may)
    {
        const string password = "four unrelated words";
        using (var scope = site.Service<IServiceScopeFactory>().CreateScope())
        {
            var made = await scope.ServiceProvider.GetRequiredService<UserManager<Account>>().CreateAsync(new Account { UserName = $"save{role}", Role = role }, password);
            Assert.True(made.Succeeded);
        }

        using var visitor = new Visitor(new Uri(site.Address));
        using var signedIn = await visitor.SignIn($"save{role}", password);
        const string url = "/contexts?context=regex:%5B0-9%5D%2B";
        var page = await visitor.Page(url);
        Assert.Equal(may, page.QuerySelector("form[method=post] input[name=SaveAs]") is not null);
        if (may)
        {
            using var saved = await visitor.Post(url, "save-context", ("SaveAs", "whole-numbers"));
            Assert.Equal(HttpStatusCode.OK, saved.StatusCode);
            Assert.Equal(("regex:[0-9]+", "saveAnnotator"), site.Service<SavedContexts>().Find("whole-numbers") is { } found ? (found.Expression, found.Author) : default);
            using var again = await visitor.Post(url, "save-context", ("SaveAs", "whole-numbers"));
            Assert.Contains("already a context", (await Visitor.Parse(again)).QuerySelector("[role=alert]")!.TextContent, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Save_RubbishAsAName_IsNoErrorAndSavesNothing()
    {
        using var author = await SignedIn("fuzzer", Role.Annotator);
        var before = site.Service<SavedContexts>().All().Select(static saved => saved.Name).ToList();
        // What a name may be is no rubbish.
        foreach (var value in Rubbish.All.Where(static value => !Regex.IsMatch(value, "^[a-z][a-z0-9_-]*$") || value.Length > SavedContexts.LongestName))
        {
            using var answer = await author.Post("/contexts?context=regex:%5B0-9%5D%2B", "save-context", ("SaveAs", value));
            Assert.True((int)answer.StatusCode < 500 && (await answer.Content.ReadAsStringAsync()).Length > 0, $"{value[..Math.Min(value.Length, 30)]}: {answer.StatusCode}");
        }

        Assert.Equal(before, site.Service<SavedContexts>().All().Select(static saved => saved.Name));
    }

    [Fact]
    public async Task Remove_SavedContext_IsForItsAuthorAndAdministratorsAndRecorded()
    {
        using var author = await SignedIn("writer", Role.Annotator);
        using var other = await SignedIn("reader", Role.Annotator);
        using var administrator = await SignedIn("keeper", Role.Admin);
        var saved = site.Service<SavedContexts>();
        saved.Add("vowels", "regex:[aeiou]", "writer");
        saved.Add("stops", "regex:[ptk]", "writer");
        const string form = "/contexts/vowels/remove";

        // Somebody else is not offered it, and is refused when asking all the same.
        Assert.Null((await other.Page("/contexts")).QuerySelector($"form[action='{form}']"));
        using (var request = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = await other.Token("/contexts") }))
        {
            using var refused = await other.Client.PostAsync(new Uri(form, UriKind.Relative), request);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            Assert.Contains("saved by writer", (await Visitor.Parse(refused)).QuerySelector("main")!.TextContent, StringComparison.Ordinal);
        }

        // Without the form's token, not even the author.
        using (var bare = new FormUrlEncodedContent(new Dictionary<string, string> { ["action"] = "remove" }))
        {
            using var refused = await author.Client.PostAsync(new Uri(form, UriKind.Relative), bare);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }

        Assert.NotNull(saved.Find("vowels"));

        // The button lies behind a question that opens without script.
        Assert.NotNull((await author.Page("/contexts")).QuerySelector($"details:not([open]) form[action='{form}']"));
        using var removed = await author.Post("/contexts", form);
        Assert.Equal("/contexts", removed.Headers.Location?.OriginalString);
        using var byAdministrator = await administrator.Post("/contexts", "/contexts/stops/remove");
        Assert.Equal((null, null), (saved.Find("vowels"), saved.Find("stops")));
        var lines = site.Service<AuditStore>().Page(1).Items.Select(e => (e.Who, e.What, e.Subject)).ToList();
        Assert.Contains(("reader", "refused", "context.remove"), lines);
        Assert.Contains(("writer", "context.remove", "vowels"), lines);
        Assert.Contains(("keeper", "context.remove", "stops"), lines);
    }

    private async Task<Visitor> SignedIn(string name, Role role)
    {
        using (var scope = site.Service<IServiceScopeFactory>().CreateScope())
        {
            Assert.True((await scope.ServiceProvider.GetRequiredService<UserManager<Account>>().CreateAsync(new Account { UserName = name, Role = role }, AccountSite.Password)).Succeeded);
        }

        var visitor = new Visitor(new Uri(site.Address)) { Name = name };
        using var signedIn = await visitor.SignIn(name, AccountSite.Password);
        Assert.Equal(HttpStatusCode.Redirect, signedIn.StatusCode);
        return visitor;
    }

    [SkippableFact]
    public async Task Drag_OverTheHistogram_ShowsTheExamplesOfThatRange()
    {
        Skip.If(chromium.Browser is null, "Chromium is not installed.");
        var page = await chromium.Browser!.NewPageAsync(new BrowserNewPageOptions { ViewportSize = new ViewportSize { Width = 1400, Height = 1000 } });
        var complaints = new List<string>();
        page.Console += (_, message) => complaints.AddRange(message.Type is "error" or "warning" ? [message.Text] : []);
        await page.GotoAsync(site.Address + Feature);
        var chart = page.Locator("[data-range] svg.chart").First;
        await chart.ScrollIntoViewIfNeededAsync();
        var box = (await chart.BoundingBoxAsync())!;
        float X(double share) => (float)(box.X + (box.Width * (44 + (370 * share)) / 420));
        await page.Mouse.MoveAsync(X(0.25), box.Y + 60);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(X(0.4), box.Y + 60);
        await page.Mouse.MoveAsync(X(0.5), box.Y + 60);
        await page.Mouse.UpAsync();
        await page.WaitForURLAsync("**from=**to=**");

        var query = System.Web.HttpUtility.ParseQueryString(new Uri(page.Url).Query);
        var (from, to) = (double.Parse(query["from"]!, CultureInfo.InvariantCulture), double.Parse(query["to"]!, CultureInfo.InvariantCulture));
        var max = site.Service<FeatureExplorer.Storage.Features.FeatureStore>().FindFeature(site.Dictionary, site.Busy)!.Max;
        Assert.InRange(from, 0.23 * max, 0.27 * max);
        Assert.InRange(to, 0.48 * max, 0.52 * max);
        var shown = await page.Locator("#range .strip .about").AllTextContentsAsync();
        Assert.NotEmpty(shown);
        Assert.All(shown, text => Assert.InRange(double.Parse(text.Split('·')[0], CultureInfo.InvariantCulture), from - 0.006, to + 0.006));

        await page.Keyboard.PressAsync("?");
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Keys" })).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("raises: the");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/search?q=**");
        Assert.Empty(complaints);
    }

    private static string Show(double share) => FeatureExplorer.Web.Features.Show.WholePercent(share);
}
