using Parquet;
using Parquet.Schema;

namespace FeatureExplorer.Web.Exports.Tables;

/// <summary>Writes a table as an Apache Parquet file, one row group a block.</summary>
public static class ParquetTable
{
    /// <summary>Writes all rows.</summary>
    /// <param name="stream">Receives the file.</param>
    /// <param name="blocks">At least one.</param>
    /// <param name="metadata">Texts that the file carries.</param>
    /// <param name="cancellation">Ends it between blocks.</param>
    public static async Task Write(Stream stream, IEnumerable<TableBlock> blocks, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        using var rows = blocks.GetEnumerator();
        if (!rows.MoveNext())
        {
            throw new ArgumentException("A table has at least one block, which may be without rows.", nameof(blocks));
        }

        DataField[] fields = [.. rows.Current.Columns.Select(Field)];
        var options = new ParquetOptions { CompressionMethod = CompressionMethod.Snappy };
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), stream, options, cancellationToken: cancellation);
        writer.CustomMetadata = metadata;
        do
        {
            cancellation.ThrowIfCancellationRequested();
            using var group = writer.CreateRowGroup();
            for (var column = 0; column < fields.Length; column++)
            {
                await Write(group, fields[column], rows.Current.Columns[column].Values, cancellation);
            }
        }
        while (rows.MoveNext());
    }

    private static DataField Field(TableColumn column) => column.Values switch
    {
        int[] => new DataField<int>(column.Name),
        long[] => new DataField<long>(column.Name),
        float[] => new DataField<float>(column.Name),
        double[] => new DataField<double>(column.Name),
        _ => new DataField<string>(column.Name),
    };

    private static Task Write(ParquetRowGroupWriter group, DataField field, Array values, CancellationToken cancellation) => values switch
    {
        int[] numbers => group.WriteAsync<int>(field, numbers.AsMemory(), cancellationToken: cancellation),
        long[] numbers => group.WriteAsync<long>(field, numbers.AsMemory(), cancellationToken: cancellation),
        float[] numbers => group.WriteAsync<float>(field, numbers.AsMemory(), cancellationToken: cancellation),
        double[] numbers => group.WriteAsync<double>(field, numbers.AsMemory(), cancellationToken: cancellation),
        _ => group.WriteAsync(field, (string?[])values),
    };
}
