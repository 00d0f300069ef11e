using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Analysis.Exploration;

/// <summary>Shows more of the text around an example than its report holds, and no character in halves.</summary>
public sealed class ExampleReach
{
    // A character has four bytes at most, and a token one at least.
    private const int WholeCharacter = 3;

    private readonly ExampleWindows _windows;
    private readonly TokenStore _heldOut;
    private readonly TokenText _text;
    private readonly int _feature;

    /// <param name="index">The dictionary's activations.</param>
    /// <param name="heldOut">The tokens that the index covers.</param>
    /// <param name="text">Their text.</param>
    /// <param name="feature">The feature.</param>
    public ExampleReach(ActivationIndex index, TokenStore heldOut, TokenText text, int feature)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(heldOut);
        ArgumentNullException.ThrowIfNull(text);
        (_windows, _heldOut, _text, _feature) = (new ExampleWindows(index, heldOut), heldOut, text, feature);
    }

    /// <summary>The example as it is, or with the tokens that complete the characters at its ends where those are cut.</summary>
    public Example Whole(Example example)
    {
        ArgumentNullException.ThrowIfNull(example);
        return IsCut(example.Tokens[0]) || IsCut(example.Tokens[^1]) ? Around(example, example.Centre, example.Tokens.Count - example.Centre - 1) : example;
    }

    private bool IsCut(int token) => _text.Of(token).Contains("\\x", StringComparison.Ordinal);

    /// <summary>The example with so many tokens before and after its centre, and those that complete the characters at its ends; within its document.</summary>
    public Example Around(Example example, int before, int after)
    {
        ArgumentNullException.ThrowIfNull(example);
        var (start, end) = (_heldOut.DocumentStart(example.Document), _windows.End(example.Document));
        var (from, to) = (Math.Max(start, example.Position - before), Math.Min(end, example.Position + after + 1));
        var (first, last) = (Math.Max(start, from - WholeCharacter), Math.Min(end, to + WholeCharacter));
        foreach (var piece in _text.Pieces(_heldOut.Read(first, (int)(last - first))))
        {
            var (begins, ends) = (first + piece.Start, first + piece.Start + piece.Length);
            from = begins < from && ends > from ? begins : from;
            to = begins < to && ends > to ? ends : to;
        }

        return _windows.At(_feature, example.Position, example.Document, from, to) with { Repeated = example.Repeated, Ablation = null };
    }
}
