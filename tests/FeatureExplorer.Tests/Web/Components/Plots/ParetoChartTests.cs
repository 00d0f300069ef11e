using System.Text.Json;
using FeatureExplorer.Web.Components.Plots;

namespace FeatureExplorer.Tests.Web.Components.Plots;

[Collection(SampleSiteTests.Name)]
public sealed class ParetoChartTests(SampleSite site)
{
    [Fact]
    public async Task Chart_OfAModel_HasItsDictionariesAlone()
    {
        Assert.Equal(["A/1", "B/1"], (await Points("/charts/pareto")).Order());
        Assert.Equal(["B/1"], await Points("/charts/pareto?model=B"));
        Assert.Empty(await Points("/charts/pareto?site=mlp.out.0"));
    }

    [Fact]
    public void Choice_OnAnAddress_HasWhatIsChosen()
    {
        var sites = new Dictionary<string, string> { ["A/1"] = "mlp.post.0" };
        Assert.Equal("/pareto", new ParetoChoice(null, null, sites).On("/pareto"));
        Assert.Equal("/pareto?model=A&site=mlp.post.0", new ParetoChoice("A", "mlp.post.0", sites).On("/pareto"));
        Assert.Single(new ParetoChoice(null, "mlp.post.0", sites).Of([site.Dictionary]));
        Assert.Empty(new ParetoChoice(null, "mlp.out.0", sites).Of([site.Dictionary]));
    }

    private async Task<List<string>> Points(string address)
    {
        using var chart = JsonDocument.Parse(await site.Client.GetStringAsync(new Uri(address, UriKind.Relative)));
        return [.. chart.RootElement.GetProperty("data").EnumerateArray().Where(trace => trace.TryGetProperty("customdata", out _))
            .SelectMany(trace => trace.GetProperty("text").EnumerateArray().Select(text => text.GetString()!))];
    }
}
