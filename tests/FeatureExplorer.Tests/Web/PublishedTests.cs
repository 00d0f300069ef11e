using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text.Json;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Labels;
using FeatureExplorer.Tests.Analysis.Imports;
using FeatureExplorer.Tests.Storage;

namespace FeatureExplorer.Tests.Web;

/// <summary>The paper's own features: what pages and API show is what the files say.</summary>
public sealed class PublishedTests(PublishedSite site) : IClassFixture<PublishedSite>
{
    private static readonly string[] Groups = ["Top Activations", .. Enumerable.Range(0, 11).Select(i => $"Subsample Interval {i}"), "Bottom Activations"];

    [SkippableFact]
    public async Task Api_AllPublishedFiles_GivesTheirNumbers()
    {
        Skip.If(PublishedSite.Files is null, "The paper's files are not here.");
        var files = Directory.GetFiles(PublishedSite.Files!);
        Assert.Equal(194, files.Length);
        Assert.Equal((194, 0), (site.Result.Features, site.Result.Problems.Count));
        foreach (var file in files)
        {
            using var source = Open(file);
            var index = source.RootElement.GetProperty("index").GetInt32();
            using var answer = JsonDocument.Parse(await site.Client.GetStringAsync(new Uri($"/api/v1/anthropic/A1/{index}", UriKind.Relative)));
            Compare(source.RootElement, answer.RootElement);
        }
    }

    [SkippableFact]
    public async Task Page_ArabicFeature_ShowsWhatThePaperSays()
    {
        Skip.If(PublishedSite.Files is null, "The paper's files are not here.");
        var page = await site.Page("/anthropic/A1/3450");
        Assert.Equal("anthropic/A1/3450", page.QuerySelector(".facts strong")!.TextContent);
        var tiles = page.QuerySelector(".facts")!.TextContent;
        Assert.Contains("0.0581 %", tiles, StringComparison.Ordinal);
        Assert.Contains("9.04", tiles, StringComparison.Ordinal);
        Assert.Equal(["ي", "د", "ك", "ت", "ع"], page.QuerySelectorAll(".logits.positive .chip").Take(5).Select(c => c.TextContent));
        Assert.Equal(20 + (11 * 5) + 20, page.QuerySelectorAll(".strip").Length);
        Assert.Equal("rtl", page.QuerySelector("#top .strip .line")!.GetAttribute("dir"));
        Assert.Contains(page.QuerySelectorAll("#top .strip span[title]"), s => s.ClassList.Any(c => c is "u1" or "u2" or "u3")
            && s.GetAttribute("title")!.Contains("promotes", StringComparison.Ordinal));
        Assert.Equal("/anthropic/A1/3403", page.QuerySelector("a[rel=prev]")!.GetAttribute("href"));
    }

    [Fact]
    public async Task Pages_WithoutIndexAndContexts_HideWhatIsNotThere()
    {
        var index = (await Json("/api/v1/anthropic/A1")).GetProperty("features")[0].GetProperty("index").GetInt32();
        var page = await site.Page($"/anthropic/A1/{index}");
        Assert.Empty(page.QuerySelectorAll("#contexts-title, #histogram form, #histogram .toggle[aria-label=Activation]"));
        Assert.Contains("sample of at most 1,000", page.QuerySelector("#histogram .note")!.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("Encoder", page.QuerySelector(".facts")!.TextContent, StringComparison.Ordinal);
        Assert.Null(page.QuerySelector("a[rel=prev]"));
        var home = await site.Page("/");
        Assert.Contains("The model of the paper", home.QuerySelector(".model")!.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("–", home.QuerySelector(".model .tiles")!.TextContent, StringComparison.Ordinal);
        var list = await site.Page("/anthropic/A1");
        Assert.Null(list.QuerySelector("select[name=context]"));
    }

    [Fact]
    public async Task Neighbours_LeadThroughAllFeatures()
    {
        var expected = (await Indexes()).ToList();
        var url = $"/anthropic/A1/{expected[0]}";
        var seen = new List<int>();
        for (var i = 0; i < Math.Min(10, expected.Count) && url is not null; i++)
        {
            var page = await site.Page(url);
            seen.Add(int.Parse(url.Split('/')[^1], CultureInfo.InvariantCulture));
            url = page.QuerySelector("a[rel=next]")?.GetAttribute("href");
        }

        Assert.Equal(expected.Take(10), seen);
    }

    [Fact]
    public async Task Feature_ThatWasNotImported_Answers404AndSaysWhy()
    {
        foreach (var url in (string[])["/anthropic/A1/0", "/api/v1/anthropic/A1/0"])
        {
            using var answer = await site.Client.GetAsync(new Uri(url, UriKind.Relative));
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            Assert.Contains("whose files were imported", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Api_WhatIsNotKnown_IsNull()
    {
        var root = await Json("/api/v1");
        var dictionary = root.GetProperty("dictionaries").EnumerateArray().Single();
        Assert.Equal(JsonValueKind.Null, dictionary.GetProperty("l0").ValueKind);
        Assert.Contains("Towards Monosemanticity", dictionary.GetProperty("source").GetProperty("title").GetString(), StringComparison.Ordinal);
        var first = (await Json("/api/v1/anthropic/A1")).GetProperty("features")[0];
        Assert.Equal(JsonValueKind.Null, first.GetProperty("mean").ValueKind);
    }

    [Fact]
    public async Task Import_MarkupInTokens_IsText()
    {
        using var folder = new TemporaryFolder();
        var files = Directory.CreateDirectory(Path.Combine(folder.Path, "files")).FullName;
        SamplePublished.Write(files, SamplePublished.Feature());
        var database = FeatureDatabase.Open(new DataFolder(folder.Path));
        new PublishedImport(database, TimeProvider.System).Run(files);
        await using var app = FeatureExplorer.Web.WebHost.Build(new FeatureExplorer.Web.WebHostOptions { Database = database, Urls = ["http://127.0.0.1:0"] });
        await app.StartAsync();
        using var client = new HttpClient();
        var html = await client.GetStringAsync(new Uri($"{app.Urls.Single()}/anthropic/A1/7"));
        Assert.Contains("&lt;script&gt;", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("\u202e", html, StringComparison.Ordinal);
        Assert.Contains(@"\u{202e}", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Import_NameThatIsTaken_IsRefusedUntilItsReplacementIsAskedFor()
    {
        using var folder = new TemporaryFolder();
        var database = FeatureDatabase.Open(new DataFolder(Path.Combine(folder.Path, "data")));
        var import = new PublishedImport(database, TimeProvider.System);
        import.Run(SamplePublished.Write(folder.Path, SamplePublished.Feature(7)));
        var (store, newer) = (new FeatureStore(database), SamplePublished.Write(folder.Path, SamplePublished.Feature(9)));
        var labels = new LabelStore(database, TimeProvider.System);
        labels.Save(store.Dictionaries().Single(), 9, "Arabic", "", "ada");

        Assert.Contains("--name A2", Assert.Throws<ArgumentException>(() => import.Run(newer)).Message, StringComparison.Ordinal);
        Assert.Contains("anthropic/A1", Assert.Throws<ArgumentException>(() => import.Run(newer, "a1", replace: true)).Message, StringComparison.Ordinal);
        Assert.Equal([7], Indexes("A1"));

        import.Run(newer, "A2");
        Assert.Equal([7], Indexes("A1"));
        Assert.Equal([9], Indexes("A2"));

        import.Run(newer, replace: true);
        Assert.Equal([9], Indexes("A1"));
        Assert.Equal("Arabic", labels.Current(store.FindDictionary(PublishedImport.Model, "A1")!, [9])[9].Text);

        int[] Indexes(string name) => [.. Enumerable.Range(0, 16).Where(i => store.FindFeature(store.FindDictionary(PublishedImport.Model, name)!, i) is not null)];
    }

    [Fact]
    public void Import_NameOfATrainedModel_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var database = FeatureDatabase.Open(new DataFolder(Path.Combine(folder.Path, "data")));
        new RunWriter(database).SaveModel(SampleReports.Model(PublishedImport.Model));
        var file = SamplePublished.Write(folder.Path, SamplePublished.Feature());
        Assert.Throws<InvalidOperationException>(() => new PublishedImport(database, TimeProvider.System).Run(file));
    }

    private static void Compare(JsonElement source, JsonElement answer)
    {
        var statistics = source.GetProperty("statistics");
        Assert.Equal(statistics.GetProperty("density_frac").GetDouble(), answer.GetProperty("density").GetDouble());
        Assert.Equal(statistics.GetProperty("global_max_act").GetDouble(), answer.GetProperty("max").GetDouble());
        Assert.Equal(Numbers(source.GetProperty("act_buckets")), Numbers(answer.GetProperty("histogram").GetProperty("counts")));
        Assert.Equal(Numbers(source.GetProperty("act_bucket_edges")), Numbers(answer.GetProperty("histogram").GetProperty("edges")));
        var logits = answer.GetProperty("logits");
        Assert.Equal(Numbers(source.GetProperty("logit_buckets")), Numbers(logits.GetProperty("histogram").GetProperty("counts")));
        Assert.Equal(Numbers(source.GetProperty("logit_bucket_edges")), Numbers(logits.GetProperty("histogram").GetProperty("edges")));
        var effects = source.GetProperty("logit_effects");
        Assert.Equal(Pairs(effects.GetProperty("positives")), Weights(logits.GetProperty("top")));
        Assert.Equal(Pairs(effects.GetProperty("negatives")).Reverse(), Weights(logits.GetProperty("bottom")));
        Assert.Equal(Numbers(statistics.GetProperty("abs_max_neuron_inds")), answer.GetProperty("neurons").EnumerateArray().Select(n => n.GetProperty("neuron").GetDouble()));
        Assert.Equal(Numbers(statistics.GetProperty("abs_max_neuron_weights")), answer.GetProperty("neurons").EnumerateArray().Select(n => n.GetProperty("weight").GetDouble()));
        Assert.Equal(Numbers(statistics.GetProperty("l1_max_neuron_weights")), answer.GetProperty("neurons").EnumerateArray().Select(n => n.GetProperty("shareOfL1").GetDouble()));
        CompareExamples(source, answer);
    }

    private static void CompareExamples(JsonElement source, JsonElement answer)
    {
        var groups = source.GetProperty("examples_quantiles").EnumerateArray().ToDictionary(g => g.GetProperty("quantile_name").GetString()!);
        Assert.All(groups.Keys, name => Assert.Contains(name, Groups));
        Assert.Equal(groups.Count - 1 - (groups.ContainsKey(Groups[^1]) ? 1 : 0), answer.GetProperty("levels").GetArrayLength());
        foreach (var (name, group) in groups)
        {
            var shown = name == Groups[0] ? answer.GetProperty("top")
                : name == Groups[^1] ? answer.GetProperty("bottom")
                : answer.GetProperty("levels").EnumerateArray().Single(l => l.GetProperty("name").GetString() == name).GetProperty("examples");
            var expected = group.GetProperty("examples").EnumerateArray().ToList();
            Assert.Equal(expected.Count, shown.GetArrayLength());
            foreach (var (one, other) in expected.Zip(shown.EnumerateArray()))
            {
                Assert.Equal(Strings(one.GetProperty("tokens_str_list")), Strings(other.GetProperty("tokens")));
                Assert.Equal(Numbers(one.GetProperty("tokens_acts_list")), Numbers(other.GetProperty("activations")));
                Assert.Equal(one.GetProperty("train_token_ind").GetInt32(), other.GetProperty("centre").GetInt32());
                Assert.Equal(one.GetProperty("datapoint_ind").GetInt64(), other.GetProperty("position").GetInt64());
                Assert.Equal(Numbers(one.GetProperty("ablations").GetProperty("loss_ablation")), Numbers(other.GetProperty("ablation").GetProperty("lossEffect")));
            }
        }
    }

    private async Task<IEnumerable<int>> Indexes() =>
        (await Json("/api/v1/anthropic/A1")).GetProperty("features").EnumerateArray().Select(f => f.GetProperty("index").GetInt32());

    private async Task<JsonElement> Json(string url) => JsonDocument.Parse(await site.Client.GetStringAsync(new Uri(url, UriKind.Relative))).RootElement;

    private static JsonDocument Open(string file)
    {
        using var stream = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        return JsonDocument.Parse(stream);
    }

    private static IEnumerable<double> Numbers(JsonElement list) => list.EnumerateArray().Select(n => n.GetDouble());

    private static IEnumerable<string?> Strings(JsonElement list) => list.EnumerateArray().Select(s => s.GetString());

    private static IEnumerable<(string?, double)> Pairs(JsonElement list) => list.EnumerateArray().Select(p => (p[0].GetString(), p[1].GetDouble()));

    private static IEnumerable<(string?, double)> Weights(JsonElement list) =>
        list.EnumerateArray().Select(p => (p.GetProperty("token").GetString(), p.GetProperty("weight").GetDouble()));
}
