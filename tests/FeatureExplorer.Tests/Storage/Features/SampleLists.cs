using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Labels;
using FeatureExplorer.Storage.Search;

namespace FeatureExplorer.Tests.Storage.Features;

/// <summary>Everything that lists of features are made from, over a real database.</summary>
internal sealed class SampleLists : IDisposable
{
    public SampleLists(FeatureDatabase database)
    {
        Store = new FeatureStore(database);
        Data = new ExplorerData(database.Folder);
        Labels = new LabelStore(database, TimeProvider.System);
        Scores = new ContextScores(database, Data);
        Search = new FeatureSearch(database, Store, Data, Labels, Scores);
        Lists = new FeatureCatalog(Store, Search, Scores);
        Names = new FeatureNames(Labels, Data);
    }

    public FeatureStore Store { get; }

    public ExplorerData Data { get; }

    public LabelStore Labels { get; }

    public ContextScores Scores { get; }

    public FeatureSearch Search { get; }

    public FeatureCatalog Lists { get; }

    public FeatureNames Names { get; }

    /// <summary>All features of a list, page by page.</summary>
    public List<FeatureSummary> All(DictionaryInfo dictionary, FeatureQuery query)
    {
        var first = Lists.Page(dictionary, query);
        return [.. Enumerable.Range(1, first.Pages).SelectMany(n => Lists.Page(dictionary, query with { Page = n }).Items)];
    }

    public void Dispose() => Data.Dispose();
}
