using FeatureExplorer.Analysis.Verdicts;

namespace FeatureExplorer.Analysis.Reproduction;

/// <summary>
/// What a dictionary's figures say of the paper's claims. Where a claim is the stronger the larger the figure, it holds from four fifths of the paper's figure on
/// and is weak from half of it; where it is the stronger the smaller the figure, up to five quarters and up to twice; where it is about a size, within a
/// factor of two and within five.
/// </summary>
public static class ReproductionVerdicts
{
    private const double Near = 0.8;
    private const double Half = 0.5;
    private const double Fifth = 0.2;

    private static readonly HashSet<string> Smaller =
        ["l0", "max-density", "dense", "decoder-weight", "decoder-share", "one-neuron", "arabic-weak", "universality-neurons"];

    private static readonly HashSet<string> OfASize = ["median-density", "dead", "ultralow", "ultralow-paper"];

    /// <summary>The rule in a sentence.</summary>
    public static string Rule =>
        "A claim holds where the figure comes within 20 % of the paper's in the direction of the claim, or goes beyond it, and is weak within a factor of two; claims about a size hold within a factor of two and are weak within five.";

    /// <summary>The verdict on a claim; null where the paper has no figure to compare with.</summary>
    public static Verdict? Of(ReproductionRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row.Value is not { } value ? Verdict.NotMeasured
            : row.Paper is not { } paper ? null
            : Smaller.Contains(row.Id) ? ByRatio(Ratio(paper, value), Near, Half)
            : OfASize.Contains(row.Id) ? ByRatio(Math.Min(Ratio(value, paper), Ratio(paper, value)), Half, Fifth)
            : ByRatio(Ratio(value, paper), Near, Half);
    }

    // Of two zeros neither is larger.
    private static double Ratio(double one, double other) => other == 0 ? (one >= 0 ? double.PositiveInfinity : double.NegativeInfinity) : one / other;

    private static Verdict ByRatio(double ratio, double holds, double weak) => ratio >= holds ? Verdict.Holds : ratio >= weak ? Verdict.Weak : Verdict.Fails;
}
