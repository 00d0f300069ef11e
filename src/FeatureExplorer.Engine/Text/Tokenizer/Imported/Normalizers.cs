using FeatureExplorer.Engine.Text.Tokenizer.Patterns;

namespace FeatureExplorer.Engine.Text.Tokenizer.Imported;

/// <summary>"Prepend": characters in front of every text that is not empty.</summary>
internal sealed class PrependNormalizer(byte[] prefix) : INormalizer
{
    public bool Leaves(ReadOnlySpan<byte> text) => text.IsEmpty;

    public void Apply(AlignedText from, AlignedText to)
    {
        to.Insert(prefix);
        to.Copy(from, 0, from.Length);
    }
}

/// <summary>"Replace": characters for every match of a pattern.</summary>
internal sealed class ReplaceNormalizer(Pattern pattern, byte[] content) : INormalizer
{
    public Pattern Pattern => pattern;

    public bool Leaves(ReadOnlySpan<byte> text)
    {
        var run = new PatternRun(text, pattern.Text);
        return !pattern.Find(ref run, 0, out _, out _);
    }

    public void Apply(AlignedText from, AlignedText to)
    {
        var text = from.Bytes;
        var run = new PatternRun(text, pattern.Text);
        var at = 0;
        foreach (var (start, end) in new PatternMatches(pattern, text.Length).All(ref run))
        {
            to.Copy(from, at, start);
            if (to.Length == 0)
            {
                to.Begin(from.PlaceAt(end)); // as the field's own program has it: what replaces a text's start does not begin there
            }

            to.Put(content, from.PlaceAt(end));
            at = end;
        }

        to.Copy(from, at, text.Length);
    }
}

/// <summary>"Strip": white space at the text's start, its end, or both is left out.</summary>
internal sealed class StripNormalizer(bool left, bool right) : INormalizer
{
    public bool Leaves(ReadOnlySpan<byte> text) => Kept(text) == (0, text.Length);

    public void Apply(AlignedText from, AlignedText to)
    {
        var (start, end) = Kept(from.Bytes);
        to.Copy(from, start, end);
    }

    private (int Start, int End) Kept(ReadOnlySpan<byte> text)
    {
        var (start, end) = (0, text.Length);
        var run = new PatternRun(text);
        while (left && start < end && CodePointSet.Space.Contains(run.CodePoint(start, out var length)))
        {
            start += length;
        }

        while (right && end > start && CodePointSet.Space.Contains(run.CodePointBefore(end)))
        {
            do
            {
                end--;
            }
            while ((text[end] & 0xC0) == 0x80);
        }

        return (start, end);
    }
}
