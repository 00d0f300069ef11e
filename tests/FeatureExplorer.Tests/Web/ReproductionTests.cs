using System.Text.Json;
using FeatureExplorer.Storage.Reproduction;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Tests.Web;

/// <summary>The paper's claims against a dictionary.</summary>
[Collection(SampleSiteTests.Name)]
public sealed class ReproductionTests(SampleSite site)
{
    [Fact]
    public void Rows_Each_HasAFigureOrSaysWhatWouldGiveIt()
    {
        var rows = site.Service<ReproductionReader>().Of(site.Dictionary);
        Assert.Equal(rows.Count, rows.Select(r => r.Id).Distinct().Count());
        Assert.All(rows, row => Assert.True(row.Value is null != row.Missing is null, row.Id));
        Assert.All(rows, row => Assert.True(row.Value is not { } value || double.IsFinite(value), row.Id));
        Assert.Equal(site.Dictionary.Metrics.LossRecovered, rows.Single(r => r.Id == "loss-recovered").Value);
        Assert.Equal(site.Dictionary.Metrics.L0, rows.Single(r => r.Id == "l0").Value);
        Assert.Equal(0.79, rows.Single(r => r.Id == "loss-recovered").Paper);
        // The sample's corpus has neither Arabic nor DNA.
        Assert.Contains("run --corpus", rows.Single(r => r.Id == "arabic-pearson").Missing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PageJsonAndTable_HoldTheSameRows()
    {
        var page = await site.Page("/A/1/report");
        using var json = JsonDocument.Parse(await site.Client.GetStringAsync(new Uri("/api/v1/A/1/report", UriKind.Relative)));
        var table = await site.Client.GetStringAsync(new Uri("/api/v1/A/1/report.csv", UriKind.Relative));
        var ids = json.RootElement.GetProperty("rows").EnumerateArray().Select(r => r.GetProperty("id").GetString()!).ToList();
        Assert.Equal(ids, page.QuerySelectorAll(".claims tbody tr").Select(r => r.Id));
        Assert.Equal(ids.Count + 1, table.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        var recovered = page.QuerySelector("#loss-recovered")!.QuerySelectorAll("strong");
        Assert.Equal(["79.0 %", Show.Percent(site.Dictionary.Metrics.LossRecovered)], recovered.Select(s => s.TextContent.Trim()));
    }

    [Theory]
    [InlineData("/A/9/report")]
    [InlineData("/api/v1/A/9/report")]
    [InlineData("/api/v1/A/9/report.csv")]
    public async Task Report_OfNoDictionary_Answers404(string url)
    {
        using var answer = await site.Client.GetAsync(new Uri(url, UriKind.Relative));
        Assert.Equal(System.Net.HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task List_LinksToTheReport() => Assert.NotNull((await site.Page("/A/1")).QuerySelector("a[href='/A/1/report']"));
}
