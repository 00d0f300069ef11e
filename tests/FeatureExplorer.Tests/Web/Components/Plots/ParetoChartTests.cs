using System.Text.Json;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Web.Components.Plots;
using Plotly.Blazor.Traces;
using Plotly.Blazor.Traces.ScatterLib;

namespace FeatureExplorer.Tests.Web.Components.Plots;

[Collection(SampleSiteTests.Name)]
public sealed class ParetoChartTests(SampleSite site)
{
    [Fact]
    public async Task Chart_OfAModel_HasItsDictionariesAlone()
    {
        Assert.Equal(["A/1", "B/1"], (await Points("/charts/pareto")).Order());
        Assert.Equal(["B/1"], await Points("/charts/pareto?model=B"));
    }

    [Fact]
    public void Chart_OfSeveralModels_HasALineOfTheBestForEach()
    {
        DictionaryInfo Of(string model, string name, double l0, double recovered) =>
            site.Dictionary with { Model = model, Name = name, Metrics = site.Dictionary.Metrics with { L0 = l0, Loss = 0, LossZeroAblated = 1, LossReconstructed = 1 - recovered } };
        // The second dictionary of B is beaten by A's alone.
        var chart = ParetoChart.Of([Of("A", "1", 10, 0.9), Of("A", "2", 20, 0.8), Of("B", "1", 15, 0.5), Of("B", "2", 30, 0.7)], new ParetoChoice(null, null, new Dictionary<string, string>()));
        var lines = chart.Data.Cast<Scatter>().Where(static trace => trace.Mode == ModeFlag.Lines).ToList();
        Assert.Equal(["best of A", "best of B"], lines.Select(static line => line.Name));
        Assert.Equal([10d], lines[0].X.Cast<double>());
        Assert.Equal([15d, 30d], lines[1].X.Cast<double>());
        Assert.NotEqual(lines[0].Line.Dash, lines[1].Line.Dash);
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
