using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Tests.Storage;

namespace FeatureExplorer.Tests.Web.Systems;

/// <summary>Features that are as interpretable on shuffled weights, as lists, pages and API mark them.</summary>
public sealed partial class SystemsPageTests
{
    [Fact]
    public async Task Control_FeaturesThatItHasAsWell_AreMarkedEverywhere()
    {
        var writer = site.Service<RunWriter>();
        writer.SaveModel(SampleReports.Model("A-shuffled") with { ControlOf = "A" });
        var shuffled = writer.Publish(SampleReports.Draft(64, "1", "A-shuffled"), SampleReports.Reports(64), SampleVocabulary.Text);
        var store = site.Service<FeatureStore>();
        var marks = ControlledFeatures.Of(shuffled, store.Summaries(site.Dictionary), store.Summaries(shuffled)).Marks;
        Assert.InRange(marks.Count, 1, site.Dictionary.Live - 1);

        var rows = (await site.Page("/A/1")).QuerySelectorAll("table.features tbody tr").ToList();
        Assert.Equal(
            rows.Select(row => int.Parse(row.QuerySelector("th a")!.TextContent, System.Globalization.CultureInfo.InvariantCulture)).Select(marks.ContainsKey),
            rows.Select(row => row.QuerySelector(".badge.control") is not null));
        var (marked, plain) = (marks.Keys.First(), Enumerable.Range(0, site.Dictionary.Features).First(f => !marks.ContainsKey(f)));
        var badge = (await site.Page($"/A/1/{marked}")).QuerySelector("h1 .badge.control")!;
        Assert.Equal($"/A-shuffled/1/{marks[marked].Feature}", badge.GetAttribute("href"));
        Assert.Null((await site.Page($"/A/1/{plain}")).QuerySelector("h1 .badge.control"));
        Assert.Equal($"A-shuffled/1/{marks[marked].Feature}", (await site.Json($"/api/v1/A/1/{marked}/evidence")).GetProperty("asOnControl").GetProperty("feature").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await site.Json($"/api/v1/A/1/{plain}/evidence")).GetProperty("asOnControl").ValueKind);
    }
}
