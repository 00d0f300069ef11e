using FeatureExplorer.Engine.Text.Tokenizer.Patterns;

namespace FeatureExplorer.Engine.Text.Tokenizer.Imported;

/// <summary>One step of cutting a text into the pieces that pairs are merged within.</summary>
internal abstract class PreTokenizerStep
{
    /// <summary>Cuts each piece further, or changes the text of pieces.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pieces">Its pieces in order, none empty; gaps between them are left out.</param>
    /// <param name="output">The new pieces, none empty.</param>
    public abstract void Apply(ref WorkingText text, List<(int Start, int End)> pieces, List<(int Start, int End)> output);
}

/// <summary>Splits pieces at the matches of a pattern.</summary>
/// <param name="pattern">Matched within each piece as if it were the whole text.</param>
/// <param name="behavior">What becomes of the matches.</param>
/// <param name="invert">Whether what lies between the matches counts as the matches.</param>
internal sealed class SplitStep(Pattern pattern, SplitBehavior behavior, bool invert) : PreTokenizerStep
{
    public override void Apply(ref WorkingText text, List<(int Start, int End)> pieces, List<(int Start, int End)> output)
    {
        foreach (var (start, end) in pieces)
        {
            Split(text.Bytes[start..end], start, output);
        }
    }

    private void Split(ReadOnlySpan<byte> piece, int offset, List<(int Start, int End)> output)
    {
        var first = output.Count;
        var run = new PatternRun(piece, pattern.Text);
        var (at, last, afterMatch) = (0, -1, false);
        for (var from = 0; from <= piece.Length && pattern.Find(ref run, from, out var start, out var end);)
        {
            if (end > start || start != last)
            {
                Add(at, start, isMatch: false, ref afterMatch);
                Add(start, end, isMatch: true, ref afterMatch);
                at = end;
            }

            last = end;
            from = end > start ? end : start == piece.Length ? piece.Length + 1 : start + Length(ref run, start);
        }

        Add(at, piece.Length, isMatch: false, ref afterMatch);
        if (behavior == SplitBehavior.MergedWithNext)
        {
            MergeWithNext(output, first);
        }

        RemoveEmpty(output, first); // only now: an empty match parts what is around it

        void Add(int start, int end, bool isMatch, ref bool after)
        {
            if (start == end && !isMatch)
            {
                return;
            }

            isMatch ^= invert;
            var joins = output.Count > first && behavior switch
            {
                SplitBehavior.MergedWithPrevious => isMatch && !after,
                SplitBehavior.Contiguous => isMatch == after,
                _ => false,
            };
            if (joins)
            {
                output[^1] = (output[^1].Start, offset + end);
            }
            else if (!isMatch || behavior != SplitBehavior.Removed)
            {
                // Until the pieces are joined from the end, a match is told by its negative start.
                output.Add((behavior == SplitBehavior.MergedWithNext && isMatch ? ~(offset + start) : offset + start, offset + end));
            }

            after = isMatch;
        }
    }

    private static void RemoveEmpty(List<(int Start, int End)> output, int first)
    {
        var kept = first;
        for (var i = first; i < output.Count; i++)
        {
            if (output[i].Start < output[i].End)
            {
                output[kept++] = output[i];
            }
        }

        output.RemoveRange(kept, output.Count - kept);
    }

    private static int Length(ref PatternRun run, int at)
    {
        _ = run.CodePoint(at, out var length);
        return length;
    }

    // From the end on: a match joins what comes after it, unless that has been joined by another match.
    private static void MergeWithNext(List<(int Start, int End)> output, int first)
    {
        var joined = new List<(int Start, int End)>();
        var afterMatch = false;
        for (var i = output.Count - 1; i >= first; i--)
        {
            var isMatch = output[i].Start < 0;
            var (start, end) = (isMatch ? ~output[i].Start : output[i].Start, output[i].End);
            if (isMatch && !afterMatch && joined.Count > 0)
            {
                joined[^1] = (start, joined[^1].End);
            }
            else
            {
                joined.Add((start, end));
            }

            afterMatch = isMatch;
        }

        joined.Reverse();
        output.RemoveRange(first, output.Count - first);
        output.AddRange(joined);
    }
}

/// <summary>"Metaspace" and "add_prefix_space": another sign for spaces, and one in front of each piece that begins with none.</summary>
/// <param name="space">What spaces are replaced by; a space leaves them.</param>
/// <param name="prepends">Whether pieces get one in front.</param>
/// <param name="onlyFirst">Only the piece at the very start of the source.</param>
internal sealed class SpaceStep(byte[] space, bool prepends, bool onlyFirst) : PreTokenizerStep
{
    private readonly bool _replaces = space is not [(byte)' '];

    public override void Apply(ref WorkingText text, List<(int Start, int End)> pieces, List<(int Start, int End)> output)
    {
        var (from, to) = text.Change();
        foreach (var (start, end) in pieces)
        {
            var begin = to.Length;
            var bytes = from.Bytes[start..end];
            var has = bytes.StartsWith(space) || (_replaces && bytes[0] == ' ');
            if (begin == 0)
            {
                to.Begin(from.PlaceAt(start));
            }

            if (prepends && !has && (!onlyFirst || from.PlaceAt(start) == 0))
            {
                to.Insert(space);
            }

            Write(from, start, end, to);
            output.Add((begin, to.Length));
        }

        text.Become(to);
    }

    private void Write(AlignedText from, int start, int end, AlignedText to)
    {
        while (_replaces && from.Bytes[start..end].IndexOf((byte)' ') is >= 0 and var next)
        {
            to.Copy(from, start, start + next);
            to.Put(space, from.PlaceAt(start + next + 1));
            start += next + 1;
        }

        to.Copy(from, start, end);
    }
}

/// <summary>
/// Cuts before each sign of a space that follows another character. Where no token has one inside, this changes nothing but the time: pieces are met again, whole
/// texts are not.
/// </summary>
internal sealed class WordStep(byte[] space) : PreTokenizerStep
{
    public override void Apply(ref WorkingText text, List<(int Start, int End)> pieces, List<(int Start, int End)> output)
    {
        foreach (var (start, end) in pieces)
        {
            var bytes = text.Bytes[start..end];
            var begin = 0;
            for (var at = 0; bytes[at..].IndexOf(space) is >= 0 and var next;)
            {
                if (at + next > begin)
                {
                    output.Add((start + begin, start + at + next));
                    begin = at + next;
                }

                at += next + space.Length;
                while (bytes[at..].StartsWith(space))
                {
                    at += space.Length;
                }
            }

            output.Add((start + begin, end));
        }
    }
}
