using Bunit;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Web.Components.Pages.Act;
using FeatureExplorer.Web.Computing;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureExplorer.Tests.Web.Components.Pages;

/// <summary>What the page to explore says of features that have nothing to explore.</summary>
[Collection(SampleSiteTests.Name)]
public sealed class ExploreNothingTests : InteractiveTest
{
    private readonly SampleSite _site;

    public ExploreNothingTests(SampleSite site)
    {
        _site = site;
        Services.AddSingleton(site.Service<FeatureStore>());
        Services.AddSingleton(site.Service<ExplorerData>());
        Services.AddSingleton(site.Service<Explorations>());
        Services.AddSingleton(site.Service<ComputingPlaces>());
    }

    [Fact]
    public void Page_DeadFeature_SaysSoAndHasNoChart()
    {
        var dead = _site.Reports.First(static r => r.State == FeatureState.Dead).Index;

        var page = Open<ExploreFeature>(p => p.Add(c => c.Model, "A").Add(c => c.Name, "1").Add(c => c.Index, dead));

        Assert.Contains("dead", page.Find("p.note").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("figure"));
    }

    [Fact]
    public void Page_WithoutIndex_SaysWhereTheExamplesAre()
    {
        var page = Open<ExploreFeature>(p => p.Add(c => c.Model, "B").Add(c => c.Name, "1").Add(c => c.Index, 4));

        page.WaitForAssertion(() => Assert.Contains("no index", page.Find(".mud-alert").TextContent, StringComparison.Ordinal));
    }
}
