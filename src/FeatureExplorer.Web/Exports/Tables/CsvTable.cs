using System.Globalization;
using System.Text;
using FeatureExplorer.Web.Endpoints.Answers;

namespace FeatureExplorer.Web.Exports.Tables;

/// <summary>Writes a table as comma-separated values (RFC 4180, UTF-8), block by block.</summary>
public static class CsvTable
{
    /// <summary>Writes the names of the columns and all rows.</summary>
    public static void Write(Stream stream, IEnumerable<TableBlock> blocks, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\r\n" };
        var begun = false;
        foreach (var block in blocks)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!begun)
            {
                writer.WriteLine(string.Join(',', block.Columns.Select(static column => column.Name)));
                begun = true;
            }

            for (var row = 0; row < block.Rows; row++)
            {
                for (var column = 0; column < block.Columns.Count; column++)
                {
                    if (column > 0)
                    {
                        writer.Write(',');
                    }

                    Cell(writer, block.Columns[column].Values, row);
                }

                writer.WriteLine();
            }
        }
    }

    private static void Cell(StreamWriter writer, Array values, int row)
    {
        switch (values)
        {
            case int[] numbers:
                Number(writer, numbers[row]);
                break;
            case long[] numbers:
                Number(writer, numbers[row]);
                break;
            case float[] numbers when !float.IsNaN(numbers[row]):
                Number(writer, numbers[row]);
                break;
            case double[] numbers when !double.IsNaN(numbers[row]):
                Number(writer, numbers[row]);
                break;
            case string?[] texts when texts[row] is { } text:
                writer.Write(Csv.Text(text));
                break;
        }
    }

    // A number is at most 24 characters long.
    private static void Number<T>(StreamWriter writer, T value)
        where T : ISpanFormattable
    {
        Span<char> text = stackalloc char[32];
        value.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        writer.Write(text[..length]);
    }
}
