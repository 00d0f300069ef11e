using System.Net;
using System.Text.Json;
using FeatureExplorer.Training.Synthetic;

namespace FeatureExplorer.Tests.Web;

/// <summary>Reports of planted truths as pages and as JSON.</summary>
[Collection(SampleSiteTests.Name)]
public sealed class SyntheticPageTests(SampleSite site)
{
    [Fact]
    public async Task PageAndJson_ShowTheSameFigures()
    {
        var report = site.Service<SyntheticReports>().Find(SampleSite.SyntheticTest)!;
        var page = await site.Page("/synthetic/" + SampleSite.SyntheticTest);
        using var json = JsonDocument.Parse(await site.Client.GetStringAsync(new Uri("/api/v1/synthetic/" + SampleSite.SyntheticTest, UriKind.Relative)));

        Assert.Equal(report.Rows.Select(r => r.Matched), json.RootElement.GetProperty("rows").EnumerateArray().Select(r => r.GetProperty("matched").GetInt32()));
        Assert.Equal(report.Rows[0].Planted[0].Outcome.ToString(), json.RootElement.GetProperty("rows")[0].GetProperty("planted")[0].GetProperty("outcome").GetString(), ignoreCase: true);
        var first = page.QuerySelector("section tbody tr")!;
        Assert.Equal("topk", first.QuerySelector("th")!.TextContent.Trim());
        Assert.StartsWith($"{report.Rows[0].Matched} (", first.QuerySelector("strong")!.TextContent, StringComparison.Ordinal);
        Assert.Contains(report.Rows[0].Matched + " matched", first.QuerySelector("svg")!.GetAttribute("aria-label")!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_LinksToEveryReport() =>
        Assert.NotNull((await site.Page("/synthetic")).QuerySelector($"a[href='/synthetic/{SampleSite.SyntheticTest}']"));

    [Theory]
    [InlineData("/synthetic/none")]
    [InlineData("/api/v1/synthetic/none")]
    [InlineData("/api/v1/synthetic/..%2Ffeatureexplorer")]
    public async Task Report_ThatIsNot_Answers404(string url)
    {
        using var answer = await site.Client.GetAsync(new Uri(url, UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }
}
