using System.Text.Json;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Tests.Web.Features;

/// <summary>A feature is assembled once, for everything that shows it.</summary>
[Collection(SampleSiteTests.Name)]
public sealed class FeatureReaderTests(SampleSite site)
{
    private FeatureReader Reader => site.Service<FeatureReader>();

    [Theory]
    [InlineData("A", "9", 0)]
    [InlineData("Z", "1", 0)]
    [InlineData("A", "1", 100_000)]
    [InlineData("A", "1", -1)]
    public void Find_NoSuchFeature_IsNull(string model, string name, int index) => Assert.Null(Reader.Find(model, name, index));

    [Fact]
    public void Coloured_ByItsBestContext_CountsEveryActivationOfTheHistogramOnce()
    {
        var report = site.Reports.First(r => r.State == FeatureState.Live && r.BestContext is not null);
        var plain = Reader.Find("A", "1", report.Index)!;
        Assert.Null(plain.Colours);
        var coloured = plain.Coloured(site.Service<Explorations>());
        Assert.Equal(report.BestContext!.Context, coloured.Context!.Name);
        Assert.Equal(plain.Report.Histogram.Counts.Sum(), coloured.Colours!.Counts.Sum(static bins => bins.Sum()));
        Assert.Contains(coloured.Context.Title, coloured.Label, StringComparison.Ordinal);
    }

    [Fact]
    public void Drawn_ContextThatIsNone_IsRefusedAndColouredSaysWhy()
    {
        var report = site.Reports.First(r => r.State == FeatureState.Live && r.BestContext is not null);
        var feature = Reader.Find("A", "1", report.Index, HistogramView.Parse("regex:[", null, null))!;
        Assert.Throws<AddressException>(() => feature.Drawn(site.Service<Explorations>()));
        var coloured = feature.Coloured(site.Service<Explorations>());
        Assert.NotNull(coloured.Choice.Problem);
        Assert.Equal(report.BestContext!.Context, coloured.Context!.Name);
    }

    [Fact]
    public async Task PageJsonTableAndFrame_OfAFeature_TellTheSame()
    {
        var feature = Reader.Find("A", "1", site.Reports.First(r => r.State == FeatureState.Live && r.Top.Count > 0).Index)!;
        var address = $"/A/1/{feature.Report.Index}";
        using var json = JsonDocument.Parse(await site.Client.GetStringAsync(new Uri("/api/v1" + address, UriKind.Relative)));
        Assert.Equal(feature.Report.Density, json.RootElement.GetProperty("density").GetDouble());
        Assert.Equal(feature.Report.Top.Select(static e => e.Position), json.RootElement.GetProperty("top").EnumerateArray().Select(static e => e.GetProperty("position").GetInt64()));
        var table = (await site.Client.GetStringAsync(new Uri(address + "/examples.csv", UriKind.Relative))).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(feature.Report.Top.Sum(static e => e.Tokens.Count), table.Count(static line => line.Contains(",top,", StringComparison.Ordinal)));
        var density = Show.Percent(feature.Report.Density);
        Assert.Contains(density, (await site.Page(address)).Body!.TextContent, StringComparison.Ordinal);
        Assert.Contains(density, (await site.Page("/embed" + address)).Body!.TextContent, StringComparison.Ordinal);
    }
}
