using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Steering;
using FeatureExplorer.Analysis.Verdicts;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>The evidence card as the API tells of it; null stands for what has not been measured.</summary>
public sealed record EvidenceJson(
    string? Context, double? Specificity, double? MassSpecificity, double? Pearson, double? Recall, double? AblationEffect, double? AblationControl, SteeringEffect? Steering, ControlJson? AsOnControl,
    int? Neuron, float? NeuronCorrelation, MembershipAgreement? NeuronContext, IReadOnlyList<EvidenceJson.Counterpart> Counterparts,
    IReadOnlyList<EvidenceJson.Judged> Verdicts)
{
    public static EvidenceJson Of(EvidenceSummary evidence, SteeringEffect? steering, ControlJson? control) => new(
        evidence.Context?.Context, evidence.Context?.Specificity, evidence.Context?.MassSpecificity, evidence.Context?.Pearson, evidence.Context?.Recall,
        evidence.Ablation?.Effect, evidence.Ablation?.Control, steering, control, evidence.Neuron?.Unit, evidence.Neuron?.Pearson, evidence.NeuronContext,
        [.. evidence.Counterparts.Select(c => new Counterpart(c.OtherModel, MatchJson.Of(c.Dictionary, c.Match)))],
        [.. evidence.Verdicts.Select(v => new Judged(v.Claim, v.Verdict, EvidenceRules.Describe(v.Claim)))]);

    /// <summary>The verdict on a claim, and the rule that it follows.</summary>
    public sealed record Judged(EvidenceClaim Claim, Verdict Verdict, string Rule);

    /// <summary>The best match in another dictionary.</summary>
    public sealed record Counterpart(bool OtherModel, MatchJson Match);
}
