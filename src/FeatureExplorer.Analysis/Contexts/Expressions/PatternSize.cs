using System.Globalization;

namespace FeatureExplorer.Analysis.Contexts.Expressions;

/// <summary>
/// Bounds what a regular expression can cost before it runs. Matching without backtracking takes time in proportion to the text, but the matcher's states
/// grow with the pattern's counts written out, and steeply where what is repeated can itself match in several ways: the matcher looks at its time limit too
/// seldom to be stopped then. The pattern is read as .NET reads it; what could be read in two ways is refused.
/// </summary>
internal ref struct PatternSize
{
    /// <summary>Most characters and classes of a pattern with its counts written out: a{3} counts as aaa.</summary>
    public const int Most = 400;

    /// <summary>The same for a repeated group that holds alternatives or repetitions.</summary>
    public const int MostRepeated = 100;

    /// <summary>Deepest nesting of groups.</summary>
    public const int Deepest = 16;

    private readonly ReadOnlySpan<char> _pattern;
    private readonly int _position;
    private int _at;
    // Whether what was read last holds alternatives or repetitions.
    private bool _varies;

    private PatternSize(string pattern, int position)
    {
        _pattern = pattern;
        _position = position;
    }

    /// <summary>Refuses a pattern that is too large; a pattern that is none passes, and is refused by the regular expression itself.</summary>
    /// <exception cref="ContextExpressionException">The message names the bound.</exception>
    public static void Check(ContextExpression.Part part)
    {
        ArgumentNullException.ThrowIfNull(part);
        var size = new PatternSize(part.Argument, part.Position);
        // A parenthesis that closes nothing is an error of the pattern.
        _ = size.Alternatives(0);
    }

    private long Alternatives(int depth)
    {
        if (depth > Deepest)
        {
            throw Refused($"The pattern's groups are nested more than {Deepest} deep. Flatten them.");
        }

        var (size, varies) = (0L, false);
        while (_at < _pattern.Length && _pattern[_at] != ')')
        {
            if (_pattern[_at] == '|')
            {
                varies = true;
                _at++;
                continue;
            }

            _varies = false;
            size += Repeated(Item(depth));
            varies |= _varies;
            if (size > Most)
            {
                throw Refused($"The pattern repeats too much: with its counts written out (a{{3}} counts as aaa) it has more than {Most} characters and classes. Use smaller counts.");
            }
        }

        _varies = varies;
        return size;
    }

    /// <summary>Reads a character, a class or a group, and passes it.</summary>
    private long Item(int depth)
    {
        switch (_pattern[_at++])
        {
            case '\\':
                PassEscaped();
                return 1;
            case '[':
                PassClass();
                return 1;
            case '(':
                PassPrefix();
                var size = Alternatives(depth + 1);
                _at = Math.Min(_at + 1, _pattern.Length);
                return size;
            default:
                return 1;
        }
    }

    /// <summary>Passes the quantifier that follows what was read last, if there is one.</summary>
    private long Repeated(long size)
    {
        var varies = _varies;
        var count = Count();
        if (count is null)
        {
            return size;
        }

        _varies = true;
        if (_at < _pattern.Length && _pattern[_at] == '?')
        {
            _at++;
        }

        var repeated = size * Math.Max(1, count.Value);
        return !varies || count.Value <= 1 || repeated <= MostRepeated
            ? repeated
            : throw Refused(
                $"The pattern repeats too much: a repeated group that itself holds alternatives or repetitions has more than {MostRepeated} characters and classes with its counts written out. Use smaller counts.");
    }

    /// <summary>How often a quantifier writes out what it stands behind; null where there is none.</summary>
    private long? Count()
    {
        if (_at == _pattern.Length)
        {
            return null;
        }

        if (_pattern[_at] is '*' or '+' or '?')
        {
            _at++;
            return 1;
        }

        var close = _pattern[_at] == '{' ? _pattern[_at..].IndexOf('}') : -1;
        if (close < 0)
        {
            return null;
        }

        var inside = _pattern.Slice(_at + 1, close - 1);
        var comma = inside.IndexOf(',');
        var least = comma < 0 ? inside : inside[..comma];
        var most = comma < 0 || comma == inside.Length - 1 ? least : inside[(comma + 1)..];
        if (!IsNumber(least) || !IsNumber(most))
        {
            return null;
        }

        _at += close + 1;
        // A number of ten digits and more is too large either way.
        most = most.TrimStart('0');
        return most.IsEmpty ? 0 : most.Length > 9 ? int.MaxValue : long.Parse(most, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private static bool IsNumber(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExceptInRange('0', '9');

    /// <summary>Passes what follows a backslash: a character, or c and the name of a control character, which may be a bracket.</summary>
    private void PassEscaped() => _at = Math.Min(_at + (_at < _pattern.Length && _pattern[_at] == 'c' ? 2 : 1), _pattern.Length);

    /// <summary>
    /// Passes a class whose opening bracket has been read. A bracket inside must be escaped, unless it begins a class that is taken away ([a-z-[aeiou]]):
    /// whether it is a member otherwise depends on what stands before it.
    /// </summary>
    private void PassClass()
    {
        _at += _at < _pattern.Length && _pattern[_at] == '^' ? 1 : 0;
        var first = _at;
        while (_at < _pattern.Length)
        {
            var letter = _pattern[_at++];
            if (letter == '\\')
            {
                PassEscaped();
            }
            else if (letter == ']' && _at - 1 > first)
            {
                return;
            }
            else if (letter == '[' && _at - 3 >= first && _pattern[_at - 2] == '-' && (char.IsAsciiLetterOrDigit(_pattern[_at - 3]) || _pattern[_at - 3] == '}'))
            {
                PassClass();
            }
            else if (letter is '[' or ']')
            {
                throw Refused($"Write \\{letter} for a bracket that is a member of a class.");
            }
        }
    }

    /// <summary>Passes what says what kind of group this is: ?:, ?i, ?i:, ?&lt;name&gt;, ?# and its comment.</summary>
    private void PassPrefix()
    {
        if (_at == _pattern.Length || _pattern[_at] != '?')
        {
            return;
        }

        _at++;
        if (_at < _pattern.Length && _pattern[_at] is '<' or '\'')
        {
            var close = _pattern[(_at + 1)..].IndexOf(_pattern[_at] == '<' ? '>' : '\'');
            _at = close < 0 ? _pattern.Length : _at + close + 2;
            return;
        }

        if (_at < _pattern.Length && _pattern[_at] == '#')
        {
            var close = _pattern[_at..].IndexOf(')');
            _at = close < 0 ? _pattern.Length : _at + close;
            return;
        }

        for (var on = true; _at < _pattern.Length && (char.IsAsciiLetter(_pattern[_at]) || _pattern[_at] is '-' or '+'); _at++)
        {
            on = _pattern[_at] switch { '-' => false, '+' => true, _ => on };
            if (on && _pattern[_at] is 'x' or 'X')
            {
                throw Refused("The option x (white space and comments in a pattern) is not taken. Write the pattern without.");
            }
        }

        _at += _at < _pattern.Length && _pattern[_at] == ':' ? 1 : 0;
    }

    private readonly ContextExpressionException Refused(string problem) => new(problem, _position);
}
