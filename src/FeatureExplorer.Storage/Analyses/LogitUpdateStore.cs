using FeatureExplorer.Analysis.LogitSide;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Entities;

namespace FeatureExplorer.Storage.Analyses;

/// <summary>What dictionaries keep of the layer's update of the logits.</summary>
public sealed class LogitUpdateStore(FeatureDatabase database)
{
    private readonly AnalysisTable _table = new(database, AnalysisKind.LogitUpdate);

    /// <summary>Whether a dictionary has been measured.</summary>
    public bool Has(DictionaryInfo dictionary) => _table.Has(dictionary, dictionary);

    /// <summary>What was measured; null where it has not been.</summary>
    public LogitUpdateFigures? Find(DictionaryInfo dictionary) =>
        _table.FindWhole(dictionary, dictionary) is { } packed ? PackedJson.Read(packed, StorageJson.Default.LogitUpdateFigures) : null;

    /// <summary>Where the update has a large component along a feature's logit direction; null where that has not been measured.</summary>
    public DirectionUse? Find(DictionaryInfo dictionary, int index) =>
        _table.Find(dictionary, dictionary, [index]) is [var (_, packed)] ? PackedJson.Read(packed, StorageJson.Default.DirectionUse) : null;

    /// <summary>Stores what was measured in one step, in the place of older figures.</summary>
    public void Save(DictionaryInfo dictionary, LogitUpdateFigures figures, IReadOnlyList<DirectionUse> uses)
    {
        ArgumentNullException.ThrowIfNull(uses);
        var packed = new byte[uses.Count][];
        Parallel.For(0, uses.Count, i => packed[i] = PackedJson.Write(uses[i], StorageJson.Default.DirectionUse));
        _table.Save((dictionary, dictionary, PackedJson.Write(figures, StorageJson.Default.LogitUpdateFigures), uses.Select((use, i) => (use.Feature, packed[i]))));
    }
}
