using Bunit;
using FeatureExplorer.Analysis.Steering;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Tests.Web.Exploration;
using FeatureExplorer.Web.Components.Pages.Act;
using FeatureExplorer.Web.Components.Steering;
using FeatureExplorer.Web.Computing;
using FeatureExplorer.Web.Steering;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureExplorer.Tests.Web.Components.Pages;

/// <summary>The page of steering, in each of its states.</summary>
public sealed class SteerFeatureTests : InteractiveTest, IClassFixture<ExplorationSite>
{
    private readonly ExplorationSite _site;

    public SteerFeatureTests(ExplorationSite site)
    {
        _site = site;
        Services.AddSingleton(site.Service<FeatureStore>());
        Services.AddSingleton(site.Service<ExplorerData>());
        Services.AddSingleton(site.Service<Explorations>());
        Services.AddSingleton(site.Service<FeatureNames>());
        Services.AddSingleton(site.Service<SteeringService>());
        Services.AddSingleton(site.Service<ComputingPlaces>());
    }

    [Fact]
    public void Page_Opened_ShowsSamplesThenTheCurve()
    {
        var page = Open($"/A/1/{_site.Busy}/steer?tokens=5&samples=2");

        page.WaitForAssertion(() => Assert.Equal(4, page.FindAll("ol.samples > li .note").Count));
        page.WaitForAssertion(() => Assert.Equal(SteeringPoint.Strengths.Count, page.FindAll(".curve-table tbody tr").Count));
        Assert.Contains("/charts/A/1/", page.Find("figure.plot-figure").GetAttribute("data-chart"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_SettingChanged_WritesItIntoTheAddressAndSamplesAnew()
    {
        var page = Open($"/A/1/{_site.Busy}/steer?tokens=5&samples=2");
        page.WaitForState(() => page.FindAll(".curve-table").Count == 1);
        var fields = page.FindComponent<SteeringFields>();

        await page.InvokeAsync(() => fields.Instance.QueryChanged.InvokeAsync(fields.Instance.Query with { Strength = -2, Others = [(1, 0.5)] }));

        page.WaitForAssertion(() => Assert.Equal(4, page.FindAll("ol.samples > li .note").Count));
        Assert.Equal($"/A/1/{_site.Busy}/steer?strength=-2&with=1:0.5&tokens=5&samples=2", Uri.UnescapeDataString((string)JSInterop.Invocations["history.replaceState"][^1].Arguments[2]!));
    }

    [Fact]
    public void Page_PromptThatDoesNotFit_SaysSo()
    {
        var page = Open($"/A/1/{_site.Busy}/steer?tokens=64");

        page.WaitForAssertion(() => Assert.Contains("does not fit the model's context", page.Find(".mud-alert").TextContent, StringComparison.Ordinal));
    }

    private IRenderedComponent<SteerFeature> Open(string url)
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo(url);
        return Open<SteerFeature>(p => p.Add(c => c.Model, "A").Add(c => c.Name, "1").Add(c => c.Index, _site.Busy));
    }
}
