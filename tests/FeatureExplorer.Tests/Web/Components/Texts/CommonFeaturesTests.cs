using Bunit;
using FeatureExplorer.Tests.Web.Components.Pages;
using FeatureExplorer.Tests.Web.Exploration;
using FeatureExplorer.Web.Components.Texts;
using FeatureExplorer.Web.Texts;

namespace FeatureExplorer.Tests.Web.Components.Texts;

/// <summary>What is typed counts while it is typed, before the field is left.</summary>
public sealed class CommonFeaturesTests(ExplorationSite site) : InteractiveTest, IClassFixture<ExplorationSite>
{
    [Theory]
    [InlineData("#other-0")]
    [InlineData("#contrast")]
    public async Task Field_TypedInto_IsTakenUpWithoutLeavingIt(string field)
    {
        var query = new TextQuery { Text = "ACGT" };
        var asked = new TaskCompletionSource<TextQuery>();
        var reading = site.Service<TextService>().Read(site.Dictionary, query, default).Readings[0];
        var card = Open<CommonFeatures>(p => p.Add(c => c.Of, reading).Add(c => c.Query, query).Add(c => c.QueryChanged, asked.SetResult));

        await card.Find(field).InputAsync("the river");

        var changed = await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("the river", field == "#contrast" ? changed.Contrast : Assert.Single(changed.Others));
    }
}
