using FeatureExplorer.Engine.Exports;

namespace FeatureExplorer.Web.Exports.Tables;

/// <summary>Adds tables to an export, as CSV or Parquet.</summary>
internal sealed class TableFiles(IFileSink sink, ExportFormat format, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellation)
{
    /// <summary>Adds a table; it is written as it is made.</summary>
    public void Add(string name, IEnumerable<TableBlock> blocks)
    {
        if (format == ExportFormat.Csv)
        {
            sink.Add($"{name}.csv", stream => CsvTable.Write(stream, blocks, cancellation));
        }
        else
        {
            // The writer is asynchronous, and a sink's streams are files: nothing is waited for.
            sink.Add($"{name}.parquet", stream => ParquetTable.Write(new PositionStream(stream), blocks, metadata, cancellation).GetAwaiter().GetResult());
        }
    }
}
