using System.Text;

namespace FeatureExplorer.Engine.Text.Tokenizer.Patterns;

/// <summary>
/// A regular expression of a tokenizer file (Oniguruma's syntax, as far as such files use it), matched over code points of UTF-8: .NET's own works on
/// UTF-16 units, where letters outside the first plane are none. Immutable; may be used by several threads at once.
/// </summary>
internal sealed class Pattern
{
    private readonly PatternNode _root;
    private readonly bool[] _first = new bool[256];

    /// <exception cref="FormatException">The text is no regular expression, or uses what is not supported here.</exception>
    public Pattern(string text)
        : this(text, new PatternParser(text).Parse())
    {
    }

    private Pattern(string text, PatternNode root)
    {
        Text = text;
        _root = root;
        root.AddFirst(_first);
    }

    public string Text { get; }

    /// <summary>Finds a text as it stands.</summary>
    /// <param name="literal">Not empty.</param>
    public static Pattern Literal(string literal) => new(literal, new PatternLiteral(Encoding.UTF8.GetBytes(literal), PatternEnd.Instance));

    /// <summary>Finds single characters of a set, or runs of them.</summary>
    public static Pattern Of(CodePointSet set, bool runs, string name) =>
        new(name, runs ? new PatternRepeat(set, 1, int.MaxValue, PatternRepeat.Kind.Possessive, PatternEnd.Instance) : new PatternCharacter(set, PatternEnd.Instance));

    /// <summary>The first match at or after a place, which must lie between two characters. It may be empty.</summary>
    /// <exception cref="PatternTooSlowException">It takes too many steps.</exception>
    public bool Find(ref PatternRun run, int from, out int start, out int end)
    {
        var text = run.Text;
        for (start = from; start < text.Length; start++)
        {
            var lead = text[start];
            if (_first[lead] && (lead & 0xC0) != 0x80 && (end = _root.Match(ref run, start)) >= 0)
            {
                return true;
            }
        }

        end = start <= text.Length ? _root.Match(ref run, start) : -1;
        return end >= 0;
    }
}
