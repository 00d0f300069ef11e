using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Analysis.Verdicts;

namespace FeatureExplorer.Analysis.Reproduction;

/// <summary>One claim of the paper, its figure, and ours.</summary>
/// <param name="Id">Name that does not change: "loss-recovered".</param>
/// <param name="Section">What the claim is about.</param>
/// <param name="Claim">The claim in a sentence.</param>
/// <param name="Unit">What kind of number both figures are.</param>
/// <param name="Paper">The paper's figure for A/1, or null where it gives none.</param>
/// <param name="PaperNote">What belongs to the paper's figure.</param>
/// <param name="Value">This dictionary's figure, or null where it is not known.</param>
/// <param name="Note">What belongs to it.</param>
/// <param name="Method">How it was measured here, and where that differs from the paper.</param>
/// <param name="Missing">Why there is no figure and what would give it; null where there is one.</param>
/// <param name="Feature">The feature of this dictionary that the figure belongs to, or null.</param>
public sealed record ReproductionRow(
    string Id, string Section, string Claim, ReproductionUnit Unit, double? Paper, string? PaperNote, double? Value, string? Note, string Method,
    string? Missing, int? Feature = null)
{
    /// <summary>Significant digits with which the figure differs from what its note or its method compares it with.</summary>
    public int Digits { get; init; } = SignificantDigits.Usual;

    /// <summary>The same figure of the dictionary on the model with shuffled weights; null where there is none.</summary>
    public double? Control { get; init; }

    /// <summary>What the figure says of the claim, by the rule of <see cref="ReproductionVerdicts"/>; null where the paper has no figure.</summary>
    public Verdict? Verdict => ReproductionVerdicts.Of(this);
}
