using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Analysis.Statistics;

/// <summary>Cuts windows around activations out of the held-out text, within their documents.</summary>
internal sealed class ExampleWindows(ActivationIndex index, TokenStore tokens)
{
    /// <summary>Tokens shown before the centre.</summary>
    public const int Before = 8;

    /// <summary>Tokens shown after the centre.</summary>
    public const int After = 6;

    /// <summary>Two windows repeat each other when this many tokens on each side of the centre, and the centre, are equal.</summary>
    public const int SameAround = 3;

    private readonly string?[] _domains = [.. tokens.Domains];
    private uint[] _positions = [];

    /// <summary>The tokens before a centre, and the centre with those after it, each as one number of 32 bits a token; beyond the document's ends all bits are set, as in no id.</summary>
    public (UInt128 Before, UInt128 After) Around(long position, int document)
    {
        var start = tokens.DocumentStart(document);
        var end = tokens.DocumentEnd(document);
        var from = Math.Max(start, position - SameAround);
        var ids = tokens.Read(from, (int)(Math.Min(end, position + SameAround + 1) - from));
        UInt128 before = 0, after = 0;
        for (var at = position - SameAround; at <= position + SameAround; at++)
        {
            var token = at >= start && at < end ? (uint)ids[(int)(at - from)] : uint.MaxValue;
            (before, after) = at < position ? ((before << 32) | token, after) : (before, (after << 32) | token);
        }

        return (before, after);
    }

    /// <summary>The window around one activation of a feature.</summary>
    public Example At(int feature, long position, int document) => At(feature, position, document, position - Before, position + After + 1);

    /// <summary>The tokens from … to − 1 around one activation of a feature, as far as its document and the index reach.</summary>
    public Example At(int feature, long position, int document, long from, long to)
    {
        from = Math.Max(tokens.DocumentStart(document), from);
        to = Math.Min(End(document), to);
        var ids = tokens.Read(from, (int)(to - from));
        var window = new int[ids.Length];
        for (var i = 0; i < window.Length; i++)
        {
            window[i] = ids[i];
        }

        var domain = tokens.DomainOf(document);
        return new Example(
            position, document, domain < 0 ? null : _domains[domain], (int)(position - from), window, Activations(feature, from, window.Length));
    }

    /// <summary>After the last token of a document that can be shown: beyond the indexed tokens nothing is known.</summary>
    public long End(int document) => Math.Min(tokens.DocumentEnd(document), index.Tokens);

    private float[] Activations(int feature, long from, int length)
    {
        var activations = new float[length];
        var values = index.Within(feature, from, from + length, ref _positions);
        for (var at = 0; at < values.Length; at++)
        {
            activations[_positions[at] - from] = (float)values[at];
        }

        return activations;
    }
}
