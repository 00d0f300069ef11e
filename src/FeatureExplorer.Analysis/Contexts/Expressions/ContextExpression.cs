namespace FeatureExplorer.Analysis.Contexts.Expressions;

/// <summary>
/// A property of a token that a reader has written: parts such as <c>regex:[0-9]+</c>, joined by and, or, not and parentheses. The whole
/// grammar stands in docs/contexts.md.
/// </summary>
public abstract record ContextExpression
{
    /// <summary>Longest text of an expression, in characters.</summary>
    public const int LongestText = 500;

    /// <summary>Most parts of an expression, those of the contexts it names included.</summary>
    public const int MostParts = 16;

    private ContextExpression()
    {
    }

    /// <summary>Reads an expression.</summary>
    /// <exception cref="ContextExpressionException">The text is none; the message says where and what to do.</exception>
    public static ContextExpression Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new ContextParser(text).Parse();
    }

    /// <summary>Puts the expressions of saved contexts in the place of their names.</summary>
    /// <param name="builtIn">Whether a name belongs to a context that came with the corpus; it stays.</param>
    /// <param name="saved">The text of the saved context of a name, or null.</param>
    /// <exception cref="ContextExpressionException">A name is unknown, names itself, or the whole has become too long.</exception>
    public ContextExpression Expand(Func<string, bool> builtIn, Func<string, string?> saved)
    {
        ArgumentNullException.ThrowIfNull(builtIn);
        ArgumentNullException.ThrowIfNull(saved);
        var expanded = Expand(this, builtIn, saved, []);
        return expanded.Parts().Count() <= MostParts
            ? expanded
            : throw new ContextExpressionException($"With the contexts that it names it has more than {MostParts} parts. Take some away.", 0);
    }

    /// <summary>Every part, from left to right.</summary>
    public IEnumerable<Part> Parts() => this switch
    {
        Part part => [part],
        Not not => not.Of.Parts(),
        And and => and.Left.Parts().Concat(and.Right.Parts()),
        Or or => or.Left.Parts().Concat(or.Right.Parts()),
        _ => [],
    };

    /// <summary>The text in one fixed form: equal for expressions that mean the same parts in the same order.</summary>
    public sealed override string ToString() => this switch
    {
        Part part => $"{ContextGrammar.Word(part.Kind)}:\"{part.Argument.Replace("\"", "\\\"", StringComparison.Ordinal)}\"",
        Not not => $"not ({not.Of})",
        And and => $"({and.Left}) and ({and.Right})",
        Or or => $"({or.Left}) or ({or.Right})",
        _ => string.Empty,
    };

    private static ContextExpression Expand(ContextExpression expression, Func<string, bool> builtIn, Func<string, string?> saved, string[] within) => expression switch
    {
        Part { Kind: ContextPartKind.Context } part when !builtIn(part.Argument) => OfName(part, builtIn, saved, within),
        Not not => new Not(Expand(not.Of, builtIn, saved, within)),
        And and => new And(Expand(and.Left, builtIn, saved, within), Expand(and.Right, builtIn, saved, within)),
        Or or => new Or(Expand(or.Left, builtIn, saved, within), Expand(or.Right, builtIn, saved, within)),
        _ => expression,
    };

    private static ContextExpression OfName(Part part, Func<string, bool> builtIn, Func<string, string?> saved, string[] within)
    {
        var text = saved(part.Argument)
            ?? throw new ContextExpressionException($"There is no context named \"{part.Argument}\". {ContextGrammar.KindsInWords} begin a new one.", part.Position);
        if (within.Contains(part.Argument) || within.Length >= MostParts)
        {
            throw new ContextExpressionException($"The saved context \"{part.Argument}\" is defined by itself. Choose another.", part.Position);
        }

        try
        {
            return Expand(Parse(text), builtIn, saved, [.. within, part.Argument]);
        }
        catch (ContextExpressionException e) when (e.Position != part.Position || within.Length == 0)
        {
            throw new ContextExpressionException($"The saved context \"{part.Argument}\" cannot be used: {e.Problem}", part.Position);
        }
    }

    /// <summary>One property: "script:Arabic".</summary>
    /// <param name="Kind">Which property.</param>
    /// <param name="Argument">What it asks for.</param>
    /// <param name="Position">Where it begins in the text, for messages.</param>
    public sealed record Part(ContextPartKind Kind, string Argument, int Position) : ContextExpression;

    /// <summary>Tokens outside.</summary>
    public sealed record Not(ContextExpression Of) : ContextExpression;

    /// <summary>Tokens inside both.</summary>
    public sealed record And(ContextExpression Left, ContextExpression Right) : ContextExpression;

    /// <summary>Tokens inside at least one.</summary>
    public sealed record Or(ContextExpression Left, ContextExpression Right) : ContextExpression;
}
