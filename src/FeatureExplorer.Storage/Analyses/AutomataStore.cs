using FeatureExplorer.Analysis.Automata;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Entities;

namespace FeatureExplorer.Storage.Analyses;

/// <summary>Which features of a dictionary hand over to which, and the systems that they form.</summary>
public sealed class AutomataStore(FeatureDatabase database)
{
    private readonly AnalysisTable _table = new(database, AnalysisKind.Automata);

    /// <summary>Whether a dictionary has been analysed.</summary>
    public bool Has(DictionaryInfo dictionary) => _table.Has(dictionary, dictionary);

    /// <summary>The systems of a dictionary; null where they have not been looked for.</summary>
    public AutomataReport? Find(DictionaryInfo dictionary) =>
        _table.FindWhole(dictionary, dictionary) is { } packed ? PackedJson.Read(packed, StorageJson.Default.AutomataReport) : null;

    /// <summary>What comes after and before a feature; null where the dictionary has not been analysed, or nothing follows another often enough.</summary>
    public FeatureTransitions? Find(DictionaryInfo dictionary, int index) =>
        _table.Find(dictionary, dictionary, [index]) is [var (_, packed)] ? PackedJson.Read(packed, StorageJson.Default.FeatureTransitions) : null;

    /// <summary>Stores the analysis of a dictionary in one step, in the place of an older one.</summary>
    public void Save(DictionaryInfo dictionary, IReadOnlyList<FeatureTransitions> features, AutomataReport report)
    {
        var packed = new byte[features.Count][];
        Parallel.For(0, features.Count, i => packed[i] = PackedJson.Write(features[i], StorageJson.Default.FeatureTransitions));
        _table.Save((dictionary, dictionary, PackedJson.Write(report, StorageJson.Default.AutomataReport), features.Select((feature, i) => (feature.Feature, packed[i]))));
    }
}
