namespace FeatureExplorer.Engine.Text.Tokenizer.Patterns;

/// <summary>Characters of a set, as many as can be, as few as can be, or as many as can be without giving any back.</summary>
internal sealed class PatternRepeat(CodePointSet set, int fewest, int most, PatternRepeat.Kind kind, PatternNode next) : PatternNode
{
    public enum Kind
    {
        Greedy,
        Lazy,
        Possessive,
    }

    public override int Match(ref PatternRun run, int at)
    {
        var position = at;
        var least = Take(ref run, ref position, kind == Kind.Lazy ? fewest : most);
        if (least < fewest)
        {
            return -1;
        }

        return kind switch
        {
            Kind.Possessive => next.Match(ref run, position),
            Kind.Lazy => MatchLazily(ref run, position),
            _ => MatchGreedily(ref run, position, least),
        };
    }

    public override void AddFirst(Span<bool> bytes)
    {
        PatternCharacter.AddFirst(set, bytes);
        if (fewest == 0)
        {
            next.AddFirst(bytes);
        }
    }

    private int Take(ref PatternRun run, ref int position, int limit)
    {
        var text = run.Text;
        var start = position;
        var count = 0;
        while (count < limit && position < text.Length && set.Contains(run.CodePoint(position, out var length)))
        {
            position += length;
            count++;
        }

        run.Spend(1 + position - start);
        return count;
    }

    private int MatchGreedily(ref PatternRun run, int position, int count)
    {
        while (true)
        {
            if (next.Match(ref run, position) is >= 0 and var end)
            {
                return end;
            }

            if (count-- == fewest)
            {
                return -1;
            }

            run.Spend(1);
            do
            {
                position--;
            }
            while ((run.Text[position] & 0xC0) == 0x80);
        }
    }

    private int MatchLazily(ref PatternRun run, int position)
    {
        for (var count = fewest; ; count++)
        {
            if (next.Match(ref run, position) is >= 0 and var end)
            {
                return end;
            }

            if (count == most || Take(ref run, ref position, 1) == 0)
            {
                return -1;
            }
        }
    }
}
