namespace FeatureExplorer.Engine.Text.Tokenizer.Patterns;

/// <summary>A part of a compiled regular expression, linked to what comes after it.</summary>
internal abstract class PatternNode
{
    /// <summary>The end of the first match of this part and all that follows, in the order of a backtracking matcher; −1 if there is none.</summary>
    public abstract int Match(ref PatternRun run, int at);

    /// <summary>Marks the bytes that a match can begin with; all, where it can be empty.</summary>
    public abstract void AddFirst(Span<bool> bytes);
}

/// <summary>The end of the pattern.</summary>
internal sealed class PatternEnd : PatternNode
{
    public static PatternEnd Instance { get; } = new();

    public override int Match(ref PatternRun run, int at) => at;

    public override void AddFirst(Span<bool> bytes) => bytes.Fill(true);
}

/// <summary>Characters as they stand.</summary>
internal sealed class PatternLiteral(byte[] literal, PatternNode next) : PatternNode
{
    public override int Match(ref PatternRun run, int at)
    {
        run.Spend(1);
        return run.Text[at..].StartsWith(literal) ? next.Match(ref run, at + literal.Length) : -1;
    }

    public override void AddFirst(Span<bool> bytes) => bytes[literal[0]] = true;
}

/// <summary>One character of a set.</summary>
internal sealed class PatternCharacter(CodePointSet set, PatternNode next) : PatternNode
{
    public override int Match(ref PatternRun run, int at)
    {
        run.Spend(1);
        return at < run.Text.Length && set.Contains(run.CodePoint(at, out var length)) ? next.Match(ref run, at + length) : -1;
    }

    public override void AddFirst(Span<bool> bytes) => AddFirst(set, bytes);

    public static void AddFirst(CodePointSet set, Span<bool> bytes)
    {
        for (var value = 0; value < 128; value++)
        {
            bytes[value] |= set.Contains(value);
        }

        bytes[128..].Fill(true);
    }
}

/// <summary>Alternatives, tried in order.</summary>
internal sealed class PatternChoice : PatternNode
{
    private const int MostFiltered = 64;

    private readonly PatternNode[] _choices;
    private readonly ulong[]? _byFirst; // [first byte] → bits of the alternatives that it can begin

    public PatternChoice(PatternNode[] choices)
    {
        _choices = choices;
        _byFirst = choices.Length <= MostFiltered ? new ulong[256] : null;
        Span<bool> first = stackalloc bool[256];
        for (var i = 0; i < choices.Length && _byFirst is not null; i++)
        {
            first.Clear();
            choices[i].AddFirst(first);
            for (var value = 0; value < 256; value++)
            {
                _byFirst[value] |= first[value] ? 1UL << i : 0;
            }
        }
    }

    public override int Match(ref PatternRun run, int at)
    {
        run.Spend(1);
        var tried = _byFirst is not null && at < run.Text.Length ? _byFirst[run.Text[at]] : ulong.MaxValue;
        for (var i = 0; i < _choices.Length; i++)
        {
            if ((_byFirst is null || ((tried >> i) & 1) != 0) && _choices[i].Match(ref run, at) is >= 0 and var end)
            {
                return end;
            }
        }

        return -1;
    }

    public override void AddFirst(Span<bool> bytes)
    {
        foreach (var choice in _choices)
        {
            choice.AddFirst(bytes);
        }
    }
}

/// <summary>A group that is repeated; it never matches nothing.</summary>
internal sealed class PatternLoop(bool lazy) : PatternNode
{
    public PatternNode Body { get; set; } = PatternEnd.Instance;

    public PatternNode Next { get; set; } = PatternEnd.Instance;

    public override int Match(ref PatternRun run, int at)
    {
        run.Spend(1);
        if (lazy && Next.Match(ref run, at) is >= 0 and var found)
        {
            return found;
        }

        run.Enter();
        var end = Body.Match(ref run, at);
        run.Leave();
        return end >= 0 || lazy ? end : Next.Match(ref run, at);
    }

    public override void AddFirst(Span<bool> bytes)
    {
        Body.AddFirst(bytes);
        Next.AddFirst(bytes);
    }
}

/// <summary>A group that keeps the first way in which it matches.</summary>
internal sealed class PatternAtomic(PatternNode body, PatternNode next) : PatternNode
{
    public override int Match(ref PatternRun run, int at) => body.Match(ref run, at) is >= 0 and var end ? next.Match(ref run, end) : -1;

    // A body that can be empty marks all.
    public override void AddFirst(Span<bool> bytes) => body.AddFirst(bytes);
}

/// <summary>A look ahead.</summary>
internal sealed class PatternLook(PatternNode body, bool negative, PatternNode next) : PatternNode
{
    public override int Match(ref PatternRun run, int at) => body.Match(ref run, at) >= 0 != negative ? next.Match(ref run, at) : -1;

    public override void AddFirst(Span<bool> bytes) => next.AddFirst(bytes);
}

/// <summary>A condition on a place: a line's or the text's start or end.</summary>
internal sealed class PatternPlace(char anchor, PatternNode next) : PatternNode
{
    public override int Match(ref PatternRun run, int at)
    {
        run.Spend(1);
        return IsHere(ref run, at) ? next.Match(ref run, at) : -1;
    }

    public override void AddFirst(Span<bool> bytes) => next.AddFirst(bytes);

    private bool IsHere(ref PatternRun run, int at)
    {
        var text = run.Text;
        return anchor switch
        {
            '^' => at == 0 || (text[at - 1] == '\n' && at < text.Length),
            '$' => at == text.Length || text[at] == '\n',
            'A' => at == 0,
            'z' => at == text.Length,
            'Z' => at == text.Length || (at == text.Length - 1 && text[at] == '\n'),
            'b' => IsWord(ref run, at, before: true) != IsWord(ref run, at, before: false),
            _ => IsWord(ref run, at, before: true) == IsWord(ref run, at, before: false),
        };
    }

    private static bool IsWord(ref PatternRun run, int at, bool before) => before
        ? at > 0 && CodePointSet.WordOutsideClass.Contains(run.CodePointBefore(at))
        : at < run.Text.Length && CodePointSet.WordOutsideClass.Contains(run.CodePoint(at, out _));
}
