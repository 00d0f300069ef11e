using System.Buffers;
using FeatureExplorer.Engine.Text.Tokenizer.Patterns;

namespace FeatureExplorer.Engine.Text.Tokenizer.Imported;

/// <summary>Finds added tokens in a text: leftmost first, then longest.</summary>
internal sealed class AddedTokens
{
    private readonly List<AddedToken> _tokens = [];
    private readonly List<int> _ends = [-1]; // by node of the tree of all contents: number of the token that ends there, or −1
    private readonly Dictionary<(int Node, byte Next), int> _nodes = [];
    private readonly SearchValues<byte> _first;

    /// <param name="tokens">The tokens and how each is written in the text that is searched, never as nothing.</param>
    public AddedTokens(IEnumerable<(AddedToken Token, byte[] Written)> tokens)
    {
        var first = new HashSet<byte>();
        foreach (var (token, written) in tokens)
        {
            first.Add(written[0]);
            var node = 0;
            foreach (var value in written)
            {
                if (!_nodes.TryGetValue((node, value), out var next))
                {
                    next = _ends.Count;
                    _ends.Add(-1);
                    _nodes.Add((node, value), next);
                }

                node = next;
            }

            _ends[node] = _tokens.Count;
            _tokens.Add(token);
        }

        _first = SearchValues.Create([.. first]);
    }

    public bool IsEmpty => _tokens.Count == 0;

    /// <summary>Appends the tokens of a text in order, each with what it covers; none overlaps another.</summary>
    /// <param name="withSpecial">Whether special tokens are found, too.</param>
    public void Find(ReadOnlySpan<byte> text, bool withSpecial, List<(int Id, int Start, int End)> found)
    {
        var covered = 0;
        for (var at = 0; at < text.Length;)
        {
            var skip = text[at..].IndexOfAny(_first);
            if (skip < 0)
            {
                return;
            }

            at += skip;
            var (token, end) = LongestAt(text, at);
            if (token is null)
            {
                at++;
                continue;
            }

            var start = at;
            at = end;
            if ((withSpecial || !token.Special) && (!token.SingleWord || StandsAlone(text, start, end)))
            {
                start = token.LeftStrip ? StartOfSpace(text, start) : start;
                end = token.RightStrip ? EndOfSpace(text, end) : end;
                start = Math.Max(start, covered);
                covered = Math.Max(start, end);
                found.Add((token.Id, start, covered));
            }
        }
    }

    private (AddedToken? Token, int End) LongestAt(ReadOnlySpan<byte> text, int at)
    {
        var (node, longest, end) = (0, -1, at);
        while (at < text.Length && _nodes.TryGetValue((node, text[at]), out node))
        {
            at++;
            if (_ends[node] >= 0)
            {
                (longest, end) = (_ends[node], at);
            }
        }

        return (longest < 0 ? null : _tokens[longest], end);
    }

    private static bool StandsAlone(ReadOnlySpan<byte> text, int start, int end)
    {
        var run = new PatternRun(text);
        return (start == 0 || !IsWord(run.CodePointBefore(start))) && (end == text.Length || !IsWord(run.CodePoint(end, out _)));
    }

    // As the field's own program has it, the signs that join letters or keep them apart count as letters here.
    private static bool IsWord(int codePoint) => codePoint is 0x200C or 0x200D || CodePointSet.Word.Contains(codePoint);

    private static int StartOfSpace(ReadOnlySpan<byte> text, int start)
    {
        var run = new PatternRun(text);
        while (start > 0 && CodePointSet.Space.Contains(run.CodePointBefore(start)))
        {
            do
            {
                start--;
            }
            while ((text[start] & 0xC0) == 0x80);
        }

        return start;
    }

    private static int EndOfSpace(ReadOnlySpan<byte> text, int end)
    {
        var run = new PatternRun(text);
        while (end < text.Length && CodePointSet.Space.Contains(run.CodePoint(end, out var length)))
        {
            end += length;
        }

        return end;
    }
}
