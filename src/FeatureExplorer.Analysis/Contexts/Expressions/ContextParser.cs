namespace FeatureExplorer.Analysis.Contexts.Expressions;

/// <summary>Reads the grammar of contexts by recursive descent: or binds weakest, then and, then not.</summary>
internal sealed class ContextParser(string text)
{
    private const int DeepestNesting = 16;

    private int _at;
    private int _parts;

    public ContextExpression Parse()
    {
        if (text.Length > ContextExpression.LongestText)
        {
            throw Wrong($"The context is {text.Length} characters long, more than {ContextExpression.LongestText}. Shorten it.", ContextExpression.LongestText);
        }

        var expression = Or(0);
        SkipSpaces();
        return _at == text.Length
            ? expression
            : throw Wrong(text[_at] == ')' ? "This parenthesis closes nothing. Take it away, or open one before it." : "Here the context should end. Join its parts by and, or.", _at);
    }

    private ContextExpression Or(int depth)
    {
        var left = And(depth);
        while (TryWord("or"))
        {
            left = new ContextExpression.Or(left, And(depth));
        }

        return left;
    }

    private ContextExpression And(int depth)
    {
        var left = Factor(depth);
        while (TryWord("and"))
        {
            left = new ContextExpression.And(left, Factor(depth));
        }

        return left;
    }

    private ContextExpression Factor(int depth)
    {
        if (depth > DeepestNesting)
        {
            throw Wrong($"Parentheses and nots are nested more than {DeepestNesting} deep. Flatten them.", _at);
        }

        if (TryWord("not"))
        {
            return new ContextExpression.Not(Factor(depth + 1));
        }

        SkipSpaces();
        if (_at == text.Length)
        {
            throw Wrong($"Something is missing at the end: one of {ContextGrammar.KindsInWords}, or a name.", _at);
        }

        if (text[_at] != '(')
        {
            return Part();
        }

        var open = _at++;
        var inside = Or(depth + 1);
        SkipSpaces();
        if (_at == text.Length || text[_at] != ')')
        {
            throw Wrong("This parenthesis is never closed. Add ) after its part.", open);
        }

        _at++;
        return inside;
    }

    private ContextExpression.Part Part()
    {
        if (++_parts > ContextExpression.MostParts)
        {
            throw Wrong($"There are more than {ContextExpression.MostParts} parts. Take some away.", _at);
        }

        var start = _at;
        while (_at < text.Length && ContextGrammar.IsNameLetter(text[_at]))
        {
            _at++;
        }

        var word = text[start.._at];
        if (word.Length == 0)
        {
            throw Wrong($"A part cannot begin with \"{text[start]}\". Begin it with one of {ContextGrammar.KindsInWords}, or a name.", start);
        }

        if (_at == text.Length || text[_at] != ':')
        {
            return new ContextExpression.Part(ContextPartKind.Context, word, start);
        }

        var kind = ContextGrammar.Kind(word)
            ?? throw Wrong($"\"{word}:\" is no kind of context. There are {ContextGrammar.KindsInWords}.", start);
        _at++;
        var argument = Argument(kind);
        return argument.Length > 0
            ? new ContextExpression.Part(kind, argument, start)
            : throw Wrong($"Nothing follows \"{word}:\". Say what to look for.", _at);
    }

    private string Argument(ContextPartKind kind)
    {
        if (_at < text.Length && text[_at] == '"')
        {
            return Quoted();
        }

        var start = _at;
        if (ContextGrammar.IsText(kind))
        {
            SkipText(kind == ContextPartKind.Regex);
            // A space at the very end is seldom meant; who means it puts the argument into quotes.
            return text[start.._at].TrimEnd();
        }

        SkipSpaces();
        start = _at;
        while (_at < text.Length && text[_at] != ')' && !char.IsWhiteSpace(text[_at]))
        {
            _at++;
        }

        return text[start.._at];
    }

    /// <summary>Between double quotes everything stands for itself, but \" for a quote.</summary>
    private string Quoted()
    {
        var open = _at++;
        var argument = new System.Text.StringBuilder();
        for (; _at < text.Length; _at++)
        {
            if (text[_at] == '"')
            {
                _at++;
                return argument.ToString();
            }

            if (text[_at] == '\\' && _at + 1 < text.Length)
            {
                if (text[_at + 1] != '"')
                {
                    argument.Append('\\');
                }

                _at++;
            }

            argument.Append(text[_at]);
        }

        throw Wrong("This quote is never closed. Add \" after the text; a quote inside it is written \\\".", open);
    }

    /// <summary>
    /// Passes an argument without quotes: up to a parenthesis that it did not open itself, or to an "and" or "or" after which another part
    /// begins. Character classes and what follows a backslash belong to it.
    /// </summary>
    private void SkipText(bool regex)
    {
        var depth = 0;
        var inClass = false;
        for (; _at < text.Length; _at++)
        {
            var letter = text[_at];
            if (letter == '\\')
            {
                _at = Math.Min(_at + 1, text.Length - 1);
            }
            else if (inClass)
            {
                inClass = letter != ']';
            }
            else if (letter == '[' && regex)
            {
                inClass = true;
                // A bracket that comes first in a class is one of its members.
                var first = _at + 1 < text.Length && text[_at + 1] == '^' ? _at + 2 : _at + 1;
                _at = first < text.Length && text[first] == ']' ? first : _at;
            }
            else if (letter == '(')
            {
                depth++;
            }
            else if (letter == ')' && --depth < 0)
            {
                return;
            }
            else if (char.IsWhiteSpace(letter) && depth == 0 && JoinFollows(_at))
            {
                return;
            }
        }
    }

    /// <summary>Whether here stands " and " or " or " and then something that can only be another part.</summary>
    private bool JoinFollows(int at)
    {
        at = PastSpaces(at);
        foreach (var join in (string[])["and", "or"])
        {
            if (IsWord(join, at))
            {
                var next = PastSpaces(at + join.Length);
                return next < text.Length && (text[next] == '(' || IsWord("not", next) || KindStands(next));
            }
        }

        return false;
    }

    private bool KindStands(int at)
    {
        var end = at;
        while (end < text.Length && char.IsAsciiLetter(text[end]))
        {
            end++;
        }

        return end < text.Length && text[end] == ':' && ContextGrammar.Kind(text[at..end]) is not null;
    }

    private bool TryWord(string word)
    {
        var at = PastSpaces(_at);
        if (!IsWord(word, at))
        {
            return false;
        }

        _at = at + word.Length;
        return true;
    }

    private bool IsWord(string word, int at) =>
        string.Compare(text, at, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) == 0
        && (at + word.Length >= text.Length || (!ContextGrammar.IsNameLetter(text[at + word.Length]) && text[at + word.Length] != ':'));

    private void SkipSpaces() => _at = PastSpaces(_at);

    private int PastSpaces(int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }

        return at;
    }

    private static ContextExpressionException Wrong(string problem, int position) => new(problem, position);
}
