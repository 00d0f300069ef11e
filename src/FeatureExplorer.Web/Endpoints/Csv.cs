using System.Globalization;
using System.Text;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>Tables as comma-separated values (RFC 4180, UTF-8).</summary>
public sealed class Csv
{
    private readonly StringBuilder _text = new();

    /// <param name="columns">Names of the columns.</param>
    public Csv(params string[] columns) => Add(columns);

    /// <summary>Adds a row; null is an empty cell, a number is written so that it reads back as the same.</summary>
    public void Add(params object?[] cells) => _text.AppendJoin(',', cells.Select(Cell)).Append("\r\n");

    public byte[] ToBytes() => Encoding.UTF8.GetBytes(_text.ToString());

    private static string Cell(object? value) => value switch
    {
        null or double.NaN or float.NaN => string.Empty,
        string text => Quote(Guard(text)),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => Quote(Guard(value.ToString() ?? string.Empty)),
    };

    // A spreadsheet would take such a text for a formula and run it: an apostrophe keeps it a text.
    private static string Guard(string text) => text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? "'" + text : text;

    private static string Quote(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
