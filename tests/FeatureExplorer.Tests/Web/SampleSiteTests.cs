namespace FeatureExplorer.Tests.Web;

/// <summary>The tests that share one server.</summary>
[CollectionDefinition(Name)]
public sealed class SampleSiteTests : ICollectionFixture<SampleSite>
{
    public const string Name = "sample site";
}
