namespace FeatureExplorer.Engine.Text.Tokenizer.Patterns;

/// <summary>All matches of a pattern, none overlapping another. An empty match directly after another one does not count.</summary>
internal readonly struct PatternMatches(Pattern pattern, int length)
{
    public List<(int Start, int End)> All(ref PatternRun run)
    {
        var matches = new List<(int, int)>();
        var (at, last) = (0, -1);
        while (at <= length && pattern.Find(ref run, at, out var start, out var end))
        {
            if (end > start || start != last)
            {
                matches.Add((start, end));
            }

            last = end;
            at = end > start ? end : Next(ref run, end);
        }

        return matches;
    }

    private int Next(ref PatternRun run, int at)
    {
        if (at >= length)
        {
            return length + 1;
        }

        _ = run.CodePoint(at, out var size);
        return at + size;
    }
}
