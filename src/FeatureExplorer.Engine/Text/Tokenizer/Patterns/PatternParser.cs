using System.Globalization;
using System.Text;

namespace FeatureExplorer.Engine.Text.Tokenizer.Patterns;

/// <summary>Compiles regular expressions: alternatives, groups, (?i:), look-ahead, classes, quantifiers of all three kinds. What else there is in Oniguruma is refused.</summary>
internal sealed class PatternParser
{
    private const int LongestPattern = 20_000;
    private const int MostNodes = 2_000;
    private const int DeepestGroup = 50;
    private const int LargestCount = 1_000;

    private readonly string _pattern;
    private readonly PatternClassParser _classes;
    private int _at;
    private int _depth;
    private int _nodes;
    private bool _ignoreCase;

    public PatternParser(string pattern)
    {
        _pattern = pattern;
        _classes = new PatternClassParser(pattern);
    }

    /// <summary>A part that still has to be linked to what follows it; <see cref="Set"/> where it is one character of a set.</summary>
    private sealed record Part(Func<PatternNode, PatternNode> Link, bool CanBeEmpty, CodePointSet? Set = null);

    /// <exception cref="FormatException">It is no pattern, or one that is not supported.</exception>
    public PatternNode Parse()
    {
        if (_pattern.Length > LongestPattern)
        {
            throw new FormatException($"a regular expression has {_pattern.Length:N0} characters; at most {LongestPattern:N0} are read");
        }

        var whole = Alternatives();
        return _at == _pattern.Length ? whole.Link(PatternEnd.Instance) : throw Unsupported(_at, 1, "a bracket that nothing opens");
    }

    private Part Alternatives()
    {
        var choices = new List<Part> { Sequence() };
        while (Skip("|"))
        {
            choices.Add(Sequence());
        }

        return choices is [var only]
            ? only
            : new Part(next => Count(new PatternChoice([.. choices.Select(choice => choice.Link(next))])), choices.Any(static choice => choice.CanBeEmpty));
    }

    private Part Sequence()
    {
        var parts = new List<Part>();
        while (_at < _pattern.Length && _pattern[_at] is not ('|' or ')'))
        {
            parts.Add(Quantified(Atom()));
        }

        return parts is [var only]
            ? only
            : new Part(next => parts.AsEnumerable().Reverse().Aggregate(next, static (after, part) => part.Link(after)), parts.All(static part => part.CanBeEmpty));
    }

    private Part Atom()
    {
        var start = _at;
        var rune = PatternClassParser.RuneAt(_pattern, _at);
        switch (rune.Value)
        {
            case '(':
                return Group();
            case '[':
                var set = _classes.Class(ref _at, _ignoreCase);
                return Character(set);
            case '.':
                _at++;
                return Character(CodePointSet.NotLineFeed);
            case '^' or '$':
                _at++;
                return Place(_pattern[start]);
            case '*' or '+' or '?':
                throw Unsupported(start, 1, "nothing to repeat");
            case '\\' when _at + 1 < _pattern.Length && _pattern[_at + 1] is 'A' or 'z' or 'Z' or 'b' or 'B':
                _at += 2;
                return Place(_pattern[start + 1]);
            case '\\':
                var escaped = _classes.Escape(ref _at, inClass: false, out var codePoint);
                return escaped is null ? Literal(new Rune(codePoint)) : Character(escaped);
            default:
                _at += rune.Utf16SequenceLength;
                return Literal(rune);
        }
    }

    private Part Group()
    {
        var start = _at;
        if (++_depth > DeepestGroup)
        {
            throw new FormatException($"a regular expression nests more than {DeepestGroup} groups");
        }

        var outer = _ignoreCase;
        _at++;
        var kind = new[] { "?:", "?i:", "?=", "?!", "?>" }.FirstOrDefault(Skip);
        if (kind is null && _at < _pattern.Length && _pattern[_at] == '?')
        {
            throw Unsupported(start, 4);
        }

        _ignoreCase |= kind == "?i:";
        var inner = Alternatives();
        if (!Skip(")"))
        {
            throw Unsupported(start, 1, "a group that nothing closes");
        }

        _ignoreCase = outer;
        _depth--;
        return kind switch
        {
            "?=" or "?!" => new Part(next => Count(new PatternLook(inner.Link(PatternEnd.Instance), kind == "?!", next)), CanBeEmpty: true),
            "?>" => new Part(next => Count(new PatternAtomic(inner.Link(PatternEnd.Instance), next)), inner.CanBeEmpty),
            _ => inner,
        };
    }

    private Part Quantified(Part part)
    {
        while (TryReadQuantifier(out var fewest, out var most, out var counted))
        {
            var kind = Skip("?") ? PatternRepeat.Kind.Lazy : !counted && Skip("+") ? PatternRepeat.Kind.Possessive : PatternRepeat.Kind.Greedy;
            if (counted && kind == PatternRepeat.Kind.Lazy)
            {
                throw Unsupported(_at - 2, 2);
            }

            part = Repeated(part, fewest, most, kind);
        }

        return part;
    }

    private Part Repeated(Part part, int fewest, int most, PatternRepeat.Kind kind)
    {
        if (part.Set is { } set)
        {
            return new Part(next => Count(new PatternRepeat(set, fewest, most, kind, next)), fewest == 0);
        }

        if (kind == PatternRepeat.Kind.Possessive)
        {
            var all = Repeated(part, fewest, most, PatternRepeat.Kind.Greedy);
            return new Part(next => Count(new PatternAtomic(all.Link(PatternEnd.Instance), next)), all.CanBeEmpty);
        }

        if (part.CanBeEmpty && most > 1)
        {
            throw Unsupported(_at - 1, 1, "a repeated group that can match nothing");
        }

        return new Part(next => LinkRepeated(part, fewest, most, kind == PatternRepeat.Kind.Lazy, next), fewest == 0 || part.CanBeEmpty);
    }

    private PatternNode LinkRepeated(Part part, int fewest, int most, bool lazy, PatternNode next)
    {
        var after = next;
        if (most == int.MaxValue)
        {
            var loop = new PatternLoop(lazy) { Next = next };
            loop.Body = part.Link(loop);
            after = Count(loop);
        }
        else
        {
            for (var k = fewest; k < most; k++)
            {
                var once = part.Link(after);
                after = Count(new PatternChoice(lazy ? [next, once] : [once, next]));
            }
        }

        for (var k = 0; k < fewest; k++)
        {
            after = part.Link(after);
        }

        return after;
    }

    private bool TryReadQuantifier(out int fewest, out int most, out bool counted)
    {
        (fewest, most, counted) = (0, int.MaxValue, false);
        if (_at >= _pattern.Length)
        {
            return false;
        }

        switch (_pattern[_at])
        {
            case '?':
                most = 1;
                break;
            case '*':
                break;
            case '+':
                fewest = 1;
                break;
            case '{':
                counted = true;
                return TryReadCounts(out fewest, out most);
            default:
                return false;
        }

        _at++;
        return true;
    }

    // {3} {1,3} {2,} {,3}; any other brace stands for itself.
    private bool TryReadCounts(out int fewest, out int most)
    {
        (fewest, most) = (0, int.MaxValue);
        var close = _pattern.IndexOf('}', _at);
        var parts = close < 0 ? [] : _pattern[(_at + 1)..close].Split(',');
        if (parts.Length is 0 or > 2 || parts.All(static part => part.Length == 0) || parts.Any(static part => part.Any(static c => !char.IsAsciiDigit(c))))
        {
            return false;
        }

        fewest = parts[0].Length > 0 ? Number(parts[0]) : 0;
        most = parts.Length == 1 ? fewest : parts[1].Length > 0 ? Number(parts[1]) : int.MaxValue;
        if (most < fewest)
        {
            throw Unsupported(_at, close + 1 - _at, "counts in the wrong order");
        }

        _at = close + 1;
        return true;

        int Number(string digits) => digits.Length <= 6 && int.Parse(digits, CultureInfo.InvariantCulture) is <= LargestCount and var number
            ? number
            : throw Unsupported(_at, close + 1 - _at, $"a count above {LargestCount}");
    }

    private Part Literal(Rune rune)
    {
        if (_ignoreCase)
        {
            return rune.IsAscii && !char.IsAsciiLetter((char)rune.Value) ? Exactly(rune) : Character(PatternClassParser.IgnoringCase(CodePointSet.Range(rune.Value, rune.Value), rune.IsAscii));
        }

        return Exactly(rune);
    }

    private Part Exactly(Rune rune)
    {
        var bytes = Encoding.UTF8.GetBytes(rune.ToString());
        return new Part(next => Count(new PatternLiteral(bytes, next)), CanBeEmpty: false, CodePointSet.Range(rune.Value, rune.Value));
    }

    private Part Character(CodePointSet set) => new(next => Count(new PatternCharacter(set, next)), CanBeEmpty: false, set);

    private Part Place(char anchor) => new(next => Count(new PatternPlace(anchor, next)), CanBeEmpty: true);

    private PatternNode Count(PatternNode node) =>
        ++_nodes <= MostNodes ? node : throw new FormatException($"a regular expression has more than {MostNodes:N0} parts: {PatternClassParser.Short(_pattern)}");

    private bool Skip(string text)
    {
        if (string.CompareOrdinal(_pattern, _at, text, 0, text.Length) != 0)
        {
            return false;
        }

        _at += text.Length;
        return true;
    }

    private FormatException Unsupported(int at, int length, string? what = null) => PatternClassParser.Unsupported(_pattern, at, length, what);
}
