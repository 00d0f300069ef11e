using System.Globalization;
using System.Text.RegularExpressions;

namespace FeatureExplorer.Engine.Text.Demo;

/// <summary>A piece of an alternative: plain text, a number, what was remembered, or a rule to be written out.</summary>
internal sealed partial record DemoPart
{
    public string? Literal { get; private init; }

    /// <summary>The name of a rule, or of what was remembered if <see cref="IsRecall"/>.</summary>
    public string Name { get; private init; } = "";

    public DemoRule? Rule { get; set; }

    public bool IsNumber { get; private init; }

    public bool IsRecall { get; private init; }

    public bool IsOptional { get; private init; }

    public bool IsCapital { get; private init; }

    public int Low { get; private init; } = 1;

    public int High { get; private init; } = 1;

    public string Separator { get; private init; } = " ";

    /// <summary>The name under which the text is remembered.</summary>
    public string? Remembered { get; private init; }

    /// <summary>Cuts an alternative into its parts.</summary>
    /// <exception cref="FormatException">Something between ‹ and › is not understood.</exception>
    public static List<DemoPart> Parse(string line)
    {
        var parts = new List<DemoPart>();
        for (var position = 0; position < line.Length;)
        {
            var open = line.IndexOf('‹', position);
            var end = open < 0 ? line.Length : open;
            if (end > position)
            {
                parts.Add(new DemoPart { Literal = line[position..end].Replace('¶', '\n').Replace('→', '\t') });
            }

            if (open < 0)
            {
                break;
            }

            var close = line.IndexOf('›', open);
            parts.Add(ParseCall(close < 0 ? line[open..] : line[(open + 1)..close]));
            position = close + 1;
        }

        return parts;
    }

    private static DemoPart ParseCall(string text)
    {
        var match = CallPattern().Match(text);
        if (!match.Success)
        {
            throw new FormatException($"‹{text}› is not understood");
        }

        int Number(string group, int otherwise) => match.Groups[group].Success ? int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture) : otherwise;
        return new DemoPart
        {
            Name = match.Groups["name"].Value + match.Groups["recall"].Value,
            IsRecall = match.Groups["recall"].Success,
            IsNumber = match.Groups["from"].Success,
            IsCapital = match.Groups["capital"].Success,
            IsOptional = match.Groups["optional"].Success,
            Low = Number("from", Number("low", 1)),
            High = Number("to", Number("high", 1)),
            Separator = match.Groups["separator"].Value switch { "/" => "\n", "," => ", ", ",/" => ",\n", "+" => "", _ => " " },
            Remembered = match.Groups["remember"].Success ? match.Groups["remember"].Value : null,
        };
    }

    [GeneratedRegex(@"^(?:(?<from>\d+)-(?<to>\d+)|=(?<recall>\w+)|(?<name>[a-z]\w*)(?<capital>\^)?(?<optional>\?)?(?:\*(?<low>\d+)-(?<high>\d+)(?<separator>,/|,|/|\+)?)?(?:=(?<remember>\w+))?)$")]
    private static partial Regex CallPattern();
}
