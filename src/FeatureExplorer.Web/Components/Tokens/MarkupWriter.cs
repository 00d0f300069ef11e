using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.Components;

namespace FeatureExplorer.Web.Components.Tokens;

/// <summary>
/// Markup written piece by piece into one text, for what a page holds hundreds of, such as tokens and bars: elements of Razor, and even more so components,
/// cost a multiple of what they show. Only constants go in as they are (the analyzer CA1857 sees to that); whatever else is encoded.
/// </summary>
public sealed class MarkupWriter
{
    // The same characters as on the rest of the page: every script of Unicode as it is.
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private static readonly System.Buffers.SearchValues<char> Plain =
        System.Buffers.SearchValues.Create("0123456789.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private const int LargestKept = 1 << 16;

    // Every page has dozens of these texts, one after the other.
    [ThreadStatic]
    private static StringBuilder? _spare;

    private StringBuilder? _markup;

    public MarkupWriter()
    {
        _markup = _spare ?? new StringBuilder(1024);
        _spare = null;
    }

    private StringBuilder Markup => _markup ?? throw new InvalidOperationException("What this writer has written was handed over: take a new one.");

    /// <summary>Adds tags, as they stand in the program.</summary>
    public MarkupWriter Raw([ConstantExpected] string markup)
    {
        Markup.Append(markup);
        return this;
    }

    /// <summary>Adds text, encoded.</summary>
    public MarkupWriter Text(string text)
    {
        Markup.Append(Encode(text));
        return this;
    }

    /// <summary>Adds an attribute with its value encoded and a space before it; nothing when the value is null.</summary>
    public MarkupWriter Attribute([ConstantExpected] string name, string? value)
    {
        if (value is not null)
        {
            Markup.Append(' ').Append(name).Append("=\"").Append(Encode(value)).Append('"');
        }

        return this;
    }

    /// <summary>
    /// Adds an attribute of a page whose value is a word or a number, without quotes: two bytes less each of thousands. Other values get their quotes, and so
    /// must all in a drawing by itself, which is XML. What comes next must not begin with a slash.
    /// </summary>
    public MarkupWriter Word([ConstantExpected] string name, string? value)
    {
        if (string.IsNullOrEmpty(value) || value.AsSpan().ContainsAnyExcept(Plain))
        {
            return Attribute(name, value);
        }

        Markup.Append(' ').Append(name).Append('=').Append(value);
        return this;
    }

    /// <summary>Adds an element without attributes that holds text.</summary>
    public MarkupWriter Element([ConstantExpected] string tag, string text)
    {
        Markup.Append('<').Append(tag).Append('>').Append(Encode(text)).Append("</").Append(tag).Append('>');
        return this;
    }

    /// <summary>Adds a cell of a table. HTML ends it where the next one, or the row's end, comes.</summary>
    public MarkupWriter Cell(string text)
    {
        Markup.Append("<td>").Append(Encode(text));
        return this;
    }

    /// <summary>Adds a link that is nothing but its text.</summary>
    public MarkupWriter Link(string address, string text) => Raw("<a").Attribute("href", address).Raw(">").Text(text).Raw("</a>");

    /// <summary>Hands over what has been written, for a page: the last call of a writer.</summary>
    public RenderFragment ToFragment()
    {
        var markup = Markup.ToString();
        _spare = Markup.Clear().Capacity <= LargestKept ? Markup : null;
        _markup = null;
        return builder => builder.AddMarkupContent(0, markup);
    }

    // The encoder also writes plus signs and line breaks as references, which UTF-8 and quoted values do not need; pages have hundreds of each.
    private static string Encode(string text) =>
        Encoder.Encode(text).Replace("&#x2B;", "+", StringComparison.Ordinal).Replace("&#xA;", "\n", StringComparison.Ordinal);

    /// <summary>What has been written.</summary>
    public override string ToString() => Markup.ToString();
}
