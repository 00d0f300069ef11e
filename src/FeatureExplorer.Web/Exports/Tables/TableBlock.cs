namespace FeatureExplorer.Web.Exports.Tables;

/// <summary>Some rows of a table that is written as it is made: all blocks have the same columns, and all columns of a block as many rows.</summary>
/// <param name="Columns">In their order.</param>
public sealed record TableBlock(params IReadOnlyList<TableColumn> Columns)
{
    /// <summary>Rows of a block at most: tables of any length are written in bounded memory.</summary>
    public const int MostRows = 1 << 17;

    /// <summary>Number of rows.</summary>
    public int Rows => Columns[0].Values.Length;
}
