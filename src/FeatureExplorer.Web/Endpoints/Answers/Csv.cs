using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FeatureExplorer.Web.Endpoints.Answers;

/// <summary>Tables as comma-separated values (RFC 4180, UTF-8).</summary>
public sealed class Csv
{
    private static readonly JsonSerializerOptions Unescaped = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly StringBuilder _text = new();

    /// <param name="columns">Names of the columns.</param>
    public Csv(params string[] columns) => Add(columns);

    /// <summary>Adds a row; null is an empty cell, a number is written so that it reads back as the same.</summary>
    public void Add(params object?[] cells) => _text.AppendJoin(',', cells.Select(Cell)).Append("\r\n");

    /// <summary>A text as a JSON string: it begins with a quotation mark, so that a table holds it as it is, whatever it begins with.</summary>
    public static string Exact(string text) => JsonSerializer.Serialize(text, Unescaped);

    /// <summary>A text as a cell: quoted where it has to be, and never a formula.</summary>
    internal static string Text(string text) => Quote(Guard(text));

    public byte[] ToBytes() => Encoding.UTF8.GetBytes(_text.ToString());

    private static string Cell(object? value) => value switch
    {
        null or double.NaN or float.NaN => string.Empty,
        string text => Text(text),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => Text(value.ToString() ?? string.Empty),
    };

    // A spreadsheet would take such a text for a formula and run it: an apostrophe keeps it a text. Where each character counts, Exact goes beside it.
    private static string Guard(string text) => text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? "'" + text : text;

    private static string Quote(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
