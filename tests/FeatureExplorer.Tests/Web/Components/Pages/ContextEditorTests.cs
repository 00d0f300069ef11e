using System.Security.Claims;
using Bunit;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Tests.Web.Exploration;
using FeatureExplorer.Web.Components.Pages.Act;
using FeatureExplorer.Web.Computing;
using FeatureExplorer.Web.Features;
using FeatureExplorer.Web.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureExplorer.Tests.Web.Components.Pages;

/// <summary>The editor for a context: what it shows while somebody writes.</summary>
public sealed class ContextEditorTests : InteractiveTest, IClassFixture<ExplorationSite>
{
    private readonly ExplorationSite _site;

    public ContextEditorTests(ExplorationSite site)
    {
        _site = site;
        Services.AddSingleton(site.Service<FeatureStore>());
        Services.AddSingleton(site.Service<ExplorerData>());
        Services.AddSingleton(site.Service<Explorations>());
        Services.AddSingleton(site.Service<ComputingPlaces>());
        Services.AddSingleton(site.Service<SavedContextService>());
    }

    [Fact]
    public void Page_WithoutAContext_AsksForOne()
    {
        var page = Open("/contexts/new");

        Assert.Contains("write a context", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("ol.matches"));
    }

    [Fact]
    public void Page_ContextWritten_CountsAndMarksAndKeepsTheAddress()
    {
        var page = Open("/contexts/new");

        page.Find("#context").Input("regex:[0-9]+");

        var expected = _site.Service<Explorations>().Ask(_site.Dictionary, evidence => _site.Service<Explorations>().Evaluate(evidence, "regex:[0-9]+"))!;
        page.WaitForAssertion(() => Assert.StartsWith(Show.Count(expected.Count), page.Find(".found").TextContent, StringComparison.Ordinal));
        Assert.NotEmpty(page.FindAll("ol.matches mark"));
        page.WaitForAssertion(() => Assert.Equal("/contexts/new?context=regex%3A%5B0-9%5D%2B&in=A/1", (string)JSInterop.Invocations["history.replaceState"][^1].Arguments[2]!));
    }

    [Fact]
    public void Page_ContextThatIsNone_SaysWhyAndKeepsWhatWasShown()
    {
        var page = Open("/contexts/new?context=regex:[0-9]%2B");
        page.WaitForState(() => page.FindAll(".found").Count == 1);

        page.Find("#context").Input("regex:[0-9");

        page.WaitForAssertion(() => Assert.Contains("no regular expression", page.Markup, StringComparison.Ordinal));
        Assert.NotEmpty(page.FindAll("ol.matches mark"));
    }

    [Fact]
    public void Page_ByAVisitor_OffersNoSaving()
    {
        var page = Open("/contexts/new?context=regex:[0-9]%2B");

        page.WaitForState(() => page.FindAll(".found").Count == 1);
        Assert.Empty(page.FindAll("#save-as"));
        Assert.Throws<AccessDeniedException>(() => _site.Service<SavedContextService>().Save(new ClaimsPrincipal(), "digits", "regex:[0-9]+"));
    }

    private IRenderedComponent<ContextEditor> Open(string url)
    {
        var visitor = AddAuthorization();
        visitor.SetNotAuthorized();
        Services.GetRequiredService<NavigationManager>().NavigateTo(url);
        return Open<ContextEditor>(static _ => { });
    }
}
