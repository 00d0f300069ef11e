using FeatureExplorer.Storage.Relations;

namespace FeatureExplorer.Storage.Entities;

/// <summary>The units of one dictionary that are nearest to a unit of another one, or of the same.</summary>
internal sealed class RelationRow
{
    public long LeftId { get; set; }

    public DictionaryRow? Left { get; set; }

    public int Index { get; set; }

    public long RightId { get; set; }

    public DictionaryRow? Right { get; set; }

    /// <summary>The lists (<see cref="RelationFormat"/>).</summary>
    public required byte[] Data { get; set; }
}
