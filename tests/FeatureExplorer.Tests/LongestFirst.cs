using Xunit.Abstractions;

namespace FeatureExplorer.Tests;

/// <summary>Starts the collections that take longest first, so that none of them is left running alone at the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest =
    [
        Web.SampleSiteTests.Name, nameof(Web.EveryPageTests), nameof(Web.Commands.CommandLineTests), nameof(Storage.Damage.FileOriginsTests),
        nameof(Web.Runs.RunQueueServiceTests), nameof(Web.JourneyTests), nameof(Training.Names.RunNamesTests), nameof(Training.Stages.RunPipelineTests), nameof(Web.NewRunBrowserTests),
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(Rank).ThenBy(static collection => collection.DisplayName, StringComparer.Ordinal);

    private static int Rank(ITestCollection collection)
    {
        var rank = Array.FindIndex(Longest, name => collection.DisplayName == name || collection.DisplayName.EndsWith("." + name, StringComparison.Ordinal));
        return rank < 0 ? Longest.Length : rank;
    }
}
