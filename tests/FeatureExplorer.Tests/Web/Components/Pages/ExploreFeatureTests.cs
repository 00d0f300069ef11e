using Bunit;
using FeatureExplorer.Analysis.Exploration;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Tests.Web.Exploration;
using FeatureExplorer.Web;
using FeatureExplorer.Web.Components.Pages.Act;
using FeatureExplorer.Web.Components.Plots;
using FeatureExplorer.Web.Computing;
using FeatureExplorer.Web.Features;
using FeatureExplorer.Web.Operations;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureExplorer.Tests.Web.Components.Pages;

/// <summary>The page on which a feature's histogram is explored, in each of its states, against the index.</summary>
public sealed class ExploreFeatureTests : InteractiveTest, IClassFixture<ExplorationSite>
{
    private readonly ExplorationSite _site;
    private readonly FeatureReport _report;

    public ExploreFeatureTests(ExplorationSite site)
    {
        _site = site;
        _report = site.Service<FeatureStore>().FindFeature(site.Dictionary, site.Busy)!;
        Services.AddSingleton(site.Service<FeatureStore>());
        Services.AddSingleton(site.Service<ExplorerData>());
        Services.AddSingleton(site.Service<Explorations>());
        Services.AddSingleton(site.Service<ComputingPlaces>());
    }

    [Fact]
    public void Page_WithARange_ShowsItsExamplesAndCount()
    {
        var from = _report.Max / 2;

        var page = Open($"/A/1/{_site.Busy}/explore?from={Urls.Number(from)}&order=activation");

        var expected = Select(from, float.PositiveInfinity);
        page.WaitForAssertion(() => Assert.StartsWith($"{Show.Count(expected.Count)} of ", page.Find(".found").TextContent, StringComparison.Ordinal));
        Assert.Equal(expected.Examples.Count, page.FindAll("ol.strips > li").Count);
        Assert.Contains("above", page.Find("#range-title").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_RangeDragged_ShowsItAndWritesItIntoTheAddress()
    {
        var page = Open($"/A/1/{_site.Busy}/explore");
        page.WaitForState(() => page.FindAll(".found").Count == 1);
        var max = _report.Max;
        var chart = page.FindComponent<PlotFigure>();

        await page.InvokeAsync(() => chart.Instance.Range(max / 4, max / 2));

        var expected = Select(max / 4, max / 2);
        page.WaitForAssertion(() => Assert.StartsWith($"{Show.Count(expected.Count)} of ", page.Find(".found").TextContent, StringComparison.Ordinal));
        var address = (string)JSInterop.Invocations["history.replaceState"][^1].Arguments[2]!;
        Assert.Equal($"/A/1/{_site.Busy}/explore?from={Urls.Number(max / 4)}&to={Urls.Number(max / 2)}&order=activation", address);

        await page.InvokeAsync(() => chart.Instance.Range(null, null));
        page.WaitForAssertion(() => Assert.Equal("Examples of all activations", page.Find("#range-title").TextContent));
        Assert.Equal($"/A/1/{_site.Busy}/explore", (string)JSInterop.Invocations["history.replaceState"][^1].Arguments[2]!);
    }

    [Fact]
    public void Page_ContextThatIsNone_SaysWhyAndKeepsTheColours()
    {
        var page = Open($"/A/1/{_site.Busy}/explore?context=regex:[");

        page.WaitForAssertion(() => Assert.Contains("regular expression", page.Markup, StringComparison.Ordinal));
        Assert.DoesNotContain("regex", page.Find("figure.plot-figure").GetAttribute("data-chart"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_ContextWritten_ColoursAndScores()
    {
        var page = Open($"/A/1/{_site.Busy}/explore?context=regex:[a-z]");

        page.WaitForAssertion(() => Assert.Contains("regex", page.Find("figure.plot-figure").GetAttribute("data-chart"), StringComparison.Ordinal));
        using var answer = await _site.Client.GetAsync(new Uri(page.Find("figure.plot-figure").GetAttribute("data-chart")!, UriKind.Relative));
        Assert.True(answer.IsSuccessStatusCode);
        Assert.Contains(page.FindAll(".tile"), static t => t.TextContent.Contains("Pearson", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Page_WhenTheServerIsFull_SaysToTryAgain()
    {
        using var places = new ComputingPlaces(new LimitOptions { Computations = 1, ComputationQueue = 0, ComputationsPerVisitor = 1, ComputationWaitSeconds = 1 });
        Services.AddSingleton(places);
        var release = new TaskCompletionSource();
        var taken = new TaskCompletionSource();
        var holder = places.Answer("another visitor", _ =>
        {
            taken.SetResult();
            release.Task.Wait(TimeSpan.FromSeconds(30), CancellationToken.None);
            return 1;
        }, CancellationToken.None);
        await taken.Task;

        var page = Open($"/A/1/{_site.Busy}/explore");

        page.WaitForAssertion(() => Assert.Contains("Try again", page.Find(".mud-alert").TextContent, StringComparison.Ordinal), TimeSpan.FromSeconds(10));
        release.SetResult();
        Assert.Equal(1, await holder);
    }

    private IRenderedComponent<ExploreFeature> Open(string url)
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo(url);
        return Open<ExploreFeature>(p => p.Add(c => c.Model, "A").Add(c => c.Name, "1").Add(c => c.Index, _site.Busy));
    }

    private SelectedActivations Select(float from, float to) => _site.Service<Explorations>().Ask(
        _site.Dictionary, evidence => new ActivationExplorer(evidence.Index, evidence.Corpus.HeldOut, evidence.Counts, _site.Busy).Select(
            new ActivationSelection { From = from, To = to, Order = ActivationOrder.Activation, Seed = 1 }, CancellationToken.None))!;
}
