namespace FeatureExplorer.Analysis.Verdicts;

/// <summary>The verdict on one claim about a feature.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Verdict">What the figures say of it, by the rule of <see cref="EvidenceRules"/>.</param>
public sealed record EvidenceVerdict(EvidenceClaim Claim, Verdict Verdict);
