using System.Net;
using System.Text.Json;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Tests.Web.Endpoints;

/// <summary>The numbers that charts draw, against those of the pages and of the index.</summary>
[Collection(SampleSiteTests.Name)]
public sealed class ChartEndpointsTests(SampleSite site)
{
    [Theory]
    [InlineData("", false)]
    [InlineData("?x=log", true)]
    [InlineData("?context=cyrillic", false)]
    [InlineData("?context=cyrillic&x=log&y=log", true)]
    public async Task Histogram_OfAFeature_AddsUpToItsHistogram(string query, bool logarithmic)
    {
        var report = site.Reports[4];
        var expected = logarithmic ? report.LogHistogram : report.Histogram;

        var traces = await Traces($"/charts/A/1/4/histogram{query}");

        var sums = Enumerable.Range(0, expected.Counts.Count).Select(bar => traces.Sum(t => Numbers(t, "y")[bar]));
        Assert.Equal(expected.Counts.Select(static c => (double)c), sums);
        var x = Numbers(traces[0], "x");
        Assert.All(Enumerable.Range(0, x.Length), bar => Assert.InRange(x[bar], expected.Edges[bar], expected.Edges[bar + 1]));
        Assert.Equal(logarithmic ? "log" : null, (await Chart($"/charts/A/1/4/histogram{query}")).GetProperty("layout").GetProperty("xaxis").TryGetProperty("type", out var type) ? type.GetString() : null);
    }

    [Fact]
    public async Task Histogram_ByMass_AddsUpToTheSumOfActivations()
    {
        var report = site.Reports[4];

        var traces = await Traces("/charts/A/1/4/histogram?context=cyrillic&bars=mass");

        Assert.Equal(report.Mean * report.Activations, traces.Sum(t => Numbers(t, "y").Sum()), 1e-3 * report.Mean * report.Activations);
    }

    [Theory]
    [InlineData("/charts/A/1/4/formation?of=height", HttpStatusCode.BadRequest)]
    [InlineData("/charts/A/1/4000/formation", HttpStatusCode.NotFound)]
    [InlineData("/charts/X/1/4/formation", HttpStatusCode.NotFound)]
    [InlineData("/charts/A/1/4/histogram?context=regex:[", HttpStatusCode.BadRequest)]
    [InlineData("/charts/A/1/4/histogram?bars=thick", HttpStatusCode.BadRequest)]
    [InlineData("/charts/A/1/4/histogram?x=cubic", HttpStatusCode.BadRequest)]
    [InlineData("/charts/A/1/4000/histogram", HttpStatusCode.NotFound)]
    [InlineData("/charts/X/1/4/histogram", HttpStatusCode.NotFound)]
    [InlineData("/charts/X/1/spectrum", HttpStatusCode.NotFound)]
    [InlineData("/charts/A/neurons/spectrum", HttpStatusCode.NotFound)]
    [InlineData("/charts/A/1/spectrum?y=height", HttpStatusCode.BadRequest)]
    [InlineData("/charts/compare/activations?left=A/1/4&right=X/1/4", HttpStatusCode.NotFound)]
    [InlineData("/charts/compare/weights?left=A/1/4", HttpStatusCode.BadRequest)]
    [InlineData("/charts/pareto?site=mlp.out.0", HttpStatusCode.BadRequest)]
    [InlineData("/charts/compare/activations?left=A/1/4&right=A/1/5&context=nothing", HttpStatusCode.BadRequest)]
    public async Task Chart_OfWhatDoesNotExist_SaysSo(string url, HttpStatusCode expected)
    {
        using var answer = await site.Client.GetAsync(new Uri(url, UriKind.Relative));

        Assert.Equal(expected, answer.StatusCode);
        Assert.NotEmpty(await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("bias")]
    [InlineData("cosine")]
    public async Task Spectrum_OfADictionary_HasEveryFeatureThatFires(string y)
    {
        using var weights = SparseAutoencoder.Load(site.Service<DataFolder>().Dictionary(site.Dictionary));
        var expected = site.Reports.Where(static r => r.State != FeatureState.Dead)
            .ToDictionary(static r => $"/A/1/{r.Index}", r => (r.Density, Y: y == "bias" ? r.EncoderBias : r.EncoderDecoderCosine));

        var traces = await Traces($"/charts/A/1/spectrum?y={y}");

        var points = traces.SelectMany(t => Texts(t, "customdata").Zip(Numbers(t, "x"), Numbers(t, "y"))).ToList();
        Assert.Equal(expected.Keys.Order(), points.Select(static p => p.First).Order());
        Assert.All(points, p =>
        {
            Assert.Equal(expected[p.First].Density, p.Second, 1e-9);
            Assert.Equal(expected[p.First].Y, p.Third, 1e-5);
        });
        Assert.True(weights.Features >= points.Count);
    }

    [Fact]
    public async Task Activations_OfAPair_AreThoseOfTheApi()
    {
        var compared = await Json("/api/v1/compare?left=A/1/4&right=A/1/5");
        var expected = compared.GetProperty("activations").GetProperty("sample").EnumerateArray().Select(static t => (t.GetProperty("left").GetDouble(), t.GetProperty("right").GetDouble())).Order().ToList();

        var traces = await Traces("/charts/compare/activations?left=A/1/4&right=A/1/5");

        var points = traces.SelectMany(t => Numbers(t, "x").Zip(Numbers(t, "y"))).Order().ToList();
        Assert.NotEmpty(points);
        Assert.Equal(expected.Count, points.Count);
        Assert.All(expected.Zip(points), static pair =>
        {
            Assert.Equal(pair.First.Item1, pair.Second.First, 1e-6);
            Assert.Equal(pair.First.Item2, pair.Second.Second, 1e-6);
        });
    }

    [Fact]
    public async Task Pareto_OfAllDictionaries_HasAPointForEachThatOpensIt()
    {
        var traces = await Traces("/charts/pareto");

        var dictionaries = site.Service<FeatureExplorer.Storage.Features.FeatureStore>().Dictionaries().Where(static d => d.Metrics.L0 > 0 && double.IsFinite(d.Metrics.LossRecovered));
        Assert.Equal(dictionaries.Select(static d => $"/{d.Id}").Order(), traces.Where(static t => t.TryGetProperty("customdata", out _)).SelectMany(static t => Texts(t, "customdata")).Order());
    }

    private async Task<JsonElement> Chart(string url) => await Json(url);

    private async Task<List<JsonElement>> Traces(string url) => [.. (await Chart(url)).GetProperty("data").EnumerateArray()];

    private async Task<JsonElement> Json(string url)
    {
        using var answer = await site.Client.GetAsync(new Uri(url, UriKind.Relative));
        Assert.True(answer.IsSuccessStatusCode, $"{url}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }

    private static double[] Numbers(JsonElement trace, string name) => [.. trace.GetProperty(name).EnumerateArray().Select(static v => v.GetDouble())];

    private static IEnumerable<string> Texts(JsonElement trace, string name) => trace.GetProperty(name).EnumerateArray().Select(static v => v.GetString()!);
}
