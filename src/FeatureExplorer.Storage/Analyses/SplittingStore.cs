using System.Runtime.InteropServices;
using FeatureExplorer.Analysis.Splitting;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Entities;

namespace FeatureExplorer.Storage.Analyses;

/// <summary>How the features of a dictionary split into those of the next larger ones of the same model.</summary>
public sealed class SplittingStore(FeatureDatabase database)
{
    private readonly AnalysisTable _table = new(database, AnalysisKind.Splitting);

    /// <summary>Whether a pair of dictionaries has been compared.</summary>
    public bool Has(DictionaryInfo small, DictionaryInfo large) => _table.Has(small, large);

    /// <summary>The dictionaries (<see cref="DictionaryInfo.Stamp"/>) that a dictionary has been compared with, larger and smaller ones.</summary>
    public IReadOnlyList<long> Compared(DictionaryInfo dictionary) => _table.Others(dictionary);

    /// <summary>The edges of some features to those of another dictionary, strongest first; <see cref="SplittingEdge.From"/> lies in the smaller one.</summary>
    /// <param name="dictionary">Where the features lie.</param>
    /// <param name="other">The other dictionary, larger or smaller.</param>
    /// <param name="features">The features.</param>
    public IReadOnlyList<SplittingEdge> Edges(DictionaryInfo dictionary, DictionaryInfo other, IReadOnlyCollection<int> features) =>
        [.. _table.Find(dictionary, other, features).SelectMany(static found => MemoryMarshal.Cast<byte, SplittingEdge>(found.Data).ToArray())];

    /// <summary>Stores the edges between two dictionaries in one step, in the place of older ones.</summary>
    public void Save(DictionaryInfo small, DictionaryInfo large, IReadOnlyList<SplittingEdge> edges) =>
        _table.Save(
            (small, large, [], Rows(edges, static edge => edge.From)),
            (large, small, [], Rows(edges, static edge => edge.To)));

    private static IEnumerable<(int, byte[])> Rows(IReadOnlyList<SplittingEdge> edges, Func<SplittingEdge, int> feature) =>
        edges.GroupBy(feature).Select(static group =>
            (group.Key, MemoryMarshal.AsBytes<SplittingEdge>(group.OrderByDescending(static edge => edge.Similarity).ToArray()).ToArray()));
}
