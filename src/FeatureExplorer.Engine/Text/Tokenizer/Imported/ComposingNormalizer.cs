using System.Text;
using FeatureExplorer.Engine.Text.Tokenizer.Patterns;

namespace FeatureExplorer.Engine.Text.Tokenizer.Imported;

/// <summary>"NFC": letters and their marks become one character where there is one.</summary>
internal sealed class ComposingNormalizer : INormalizer
{
    // Characters below U+0300 stay as they are unless others follow; in UTF-8 all others begin with this byte or a greater one.
    private const byte FirstLead = 0xCC;
    private const int FirstChanging = 0x300;

    private static readonly CodePointSet Continues = new(static code => code >= FirstChanging && CanonicalForms.Instance.Continues(code));
    private static readonly CodePointSet Changes = new(static code => code >= FirstChanging && (CanonicalForms.Instance.Continues(code) || CanonicalForms.Instance.IsNeverComposed(code)));

    public bool Leaves(ReadOnlySpan<byte> text)
    {
        var run = new PatternRun(text);
        for (var at = 0; at < text.Length;)
        {
            var skip = text[at..].IndexOfAnyInRange(FirstLead, byte.MaxValue);
            if (skip < 0)
            {
                return true;
            }

            at += skip;
            if (Changes.Contains(run.CodePoint(at, out var size)))
            {
                return false;
            }

            at += size;
        }

        return true;
    }

    public void Apply(AlignedText from, AlignedText to)
    {
        var text = from.Bytes;
        var run = new PatternRun(text);
        var kept = 0; // what lies before is written
        var codes = new List<int>();
        for (var at = 0; at < text.Length;)
        {
            var start = at;
            codes.Clear();
            codes.Add(run.CodePoint(at, out var size));
            at += size;
            while (at < text.Length && Continues.Contains(run.CodePoint(at, out size)))
            {
                codes.Add(run.CodePoint(at, out _));
                at += size;
            }

            if ((codes.Count > 1 || Changes.Contains(codes[0])) && CanonicalForms.Instance.Compose(codes) is var composed && !composed.SequenceEqual(codes))
            {
                to.Copy(from, kept, start);
                to.Put(Utf8(composed), from.PlaceAt(at));
                kept = at;
            }
        }

        to.Copy(from, kept, text.Length);
    }

    private static byte[] Utf8(List<int> codes)
    {
        var text = new StringBuilder(codes.Count);
        foreach (var code in codes)
        {
            text.Append(new Rune(code).ToString());
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
