using System.Globalization;
using FeatureExplorer.Analysis.Ablations;
using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Analysis.Verdicts;

/// <summary>
/// From a feature's figures to the words on its page: one rule for each claim, with all thresholds here. The thresholds of specificity, Pearson and
/// universality are chosen so that the paper's Arabic, DNA and Hebrew features hold and its base64 feature, whose proxy it calls too broad, is weak.
/// </summary>
public static class EvidenceRules
{
    /// <summary>Specificity above chance from which <see cref="EvidenceClaim.Specific"/> holds.</summary>
    public const double SpecificHolds = 0.8;

    /// <summary>… and from which it is weak.</summary>
    public const double SpecificWeak = 0.5;

    /// <summary>Pearson correlation with the context from which <see cref="EvidenceClaim.Sensitive"/> holds.</summary>
    public const double SensitiveHolds = 0.5;

    /// <summary>… and from which it is weak.</summary>
    public const double SensitiveWeak = 0.3;

    /// <summary>Mean effect of ablation, nats, from which <see cref="EvidenceClaim.Causal"/> holds.</summary>
    public const double CausalHolds = 0.1;

    /// <summary>… and from which it is weak.</summary>
    public const double CausalWeak = 0.01;

    /// <summary>To hold, the effect must be this many times that of the control.</summary>
    public const double CausalOverControl = 2;

    /// <summary>To hold, more than this share of the examples must be helped.</summary>
    public const double CausalHelped = 0.5;

    /// <summary>Correlation with a neuron up to which <see cref="EvidenceClaim.NotANeuron"/> holds.</summary>
    public const double NeuronHolds = 0.5;

    /// <summary>… and up to which it is weak.</summary>
    public const double NeuronWeak = 0.8;

    /// <summary>Correlation with a counterpart from which <see cref="EvidenceClaim.Universal"/> holds: the paper's median is 0.72.</summary>
    public const double UniversalHolds = 0.7;

    /// <summary>… and from which it is weak.</summary>
    public const double UniversalWeak = 0.4;

    /// <summary>The five verdicts, in the order of <see cref="EvidenceClaim"/>.</summary>
    public static IReadOnlyList<EvidenceVerdict> Judge(EvidenceFigures figures)
    {
        ArgumentNullException.ThrowIfNull(figures);
        return [.. Enum.GetValues<EvidenceClaim>().Select(claim => new EvidenceVerdict(claim, Judge(claim, figures)))];
    }

    /// <summary>Specificity with chance taken out: 0 where the feature fires in the context as often as anywhere, 1 where it fires nowhere else.</summary>
    /// <param name="specificity">Share of the activations inside.</param>
    /// <param name="share">Share of the tokens inside.</param>
    public static double AboveChance(double specificity, double share) => share < 1 ? (specificity - share) / (1 - share) : 0;

    /// <summary>The rule for a claim in a sentence.</summary>
    public static string Describe(EvidenceClaim claim) => claim switch
    {
        EvidenceClaim.Specific => string.Create(CultureInfo.InvariantCulture, $"With s the share of its activations inside the context and p the context's share of all tokens, (s − p) / (1 − p) is at least {SpecificHolds:P0}; weak from {SpecificWeak:P0}. Without a best context it fails."),
        EvidenceClaim.Sensitive => string.Create(CultureInfo.InvariantCulture, $"The Pearson correlation with the context is at least {SensitiveHolds:0.0}; weak from {SensitiveWeak:0.0}. Without a best context it fails."),
        EvidenceClaim.Causal => string.Create(CultureInfo.InvariantCulture, $"Without the feature the next token's loss rises by at least {CausalHolds:0.0#} nats on average over its top examples, and in more than {CausalHelped:P0} of them, and by at least {CausalOverControl:0} times as much as without random features of like density; weak from {CausalWeak:0.0#} nats where that is more than the random features' effect."),
        EvidenceClaim.NotANeuron => string.Create(CultureInfo.InvariantCulture, $"The correlation with the neuron most like it is at most {NeuronHolds:0.0}; weak up to {NeuronWeak:0.0}. Where no neuron fires together with it, it holds; for a neuron it fails."),
        EvidenceClaim.Universal => string.Create(CultureInfo.InvariantCulture, $"The correlation with its best counterpart in another model's dictionary is at least {UniversalHolds:0.0}; weak from {UniversalWeak:0.0}. Where no feature there fires together with it, it fails."),
        _ => throw new ArgumentOutOfRangeException(nameof(claim), claim, "There is no rule for this claim."),
    };

    /// <summary>What the rule for a claim asks for, in a few words; <see cref="Describe"/> has all of it.</summary>
    public static string Summarize(EvidenceClaim claim) => claim switch
    {
        EvidenceClaim.Specific => string.Create(CultureInfo.InvariantCulture, $"at least {SpecificHolds:P0} above chance"),
        EvidenceClaim.Sensitive => string.Create(CultureInfo.InvariantCulture, $"Pearson at least {SensitiveHolds:0.0}"),
        EvidenceClaim.Causal => string.Create(CultureInfo.InvariantCulture, $"at least {CausalHolds:0.0#} nats and {CausalOverControl:0} × random"),
        EvidenceClaim.NotANeuron => string.Create(CultureInfo.InvariantCulture, $"correlation at most {NeuronHolds:0.0}"),
        EvidenceClaim.Universal => string.Create(CultureInfo.InvariantCulture, $"correlation at least {UniversalHolds:0.0}"),
        _ => throw new ArgumentOutOfRangeException(nameof(claim), claim, "There is no rule for this claim."),
    };

    private static Verdict Judge(EvidenceClaim claim, EvidenceFigures figures) => claim switch
    {
        EvidenceClaim.Specific => OfContext(figures, score => AtLeast(AboveChance(score.Specificity, figures.ContextShare), SpecificHolds, SpecificWeak)),
        EvidenceClaim.Sensitive => OfContext(figures, static score => AtLeast(score.Pearson, SensitiveHolds, SensitiveWeak)),
        EvidenceClaim.Causal => Causal(figures.Ablation),
        EvidenceClaim.NotANeuron => NotANeuron(figures),
        EvidenceClaim.Universal => !figures.OtherModelCompared ? Verdict.NotMeasured : AtLeast(figures.CounterpartCorrelation ?? 0, UniversalHolds, UniversalWeak),
        _ => throw new ArgumentOutOfRangeException(nameof(claim), claim, "There is no rule for this claim."),
    };

    private static Verdict OfContext(EvidenceFigures figures, Func<ContextScore, Verdict> judge) =>
        !figures.HasContexts ? Verdict.NotMeasured : figures.Context is { } score ? judge(score) : Verdict.Fails;

    private static Verdict Causal(AblationReport? ablation)
    {
        if (ablation is not { Measured: > 0 })
        {
            return Verdict.NotMeasured;
        }

        var control = Math.Max(ablation.Control ?? 0, 0);
        return ablation.Effect >= CausalHolds && ablation.Helped > CausalHelped && ablation.Effect >= CausalOverControl * control ? Verdict.Holds
            : ablation.Effect >= CausalWeak && ablation.Effect > control ? Verdict.Weak
            : Verdict.Fails;
    }

    private static Verdict NotANeuron(EvidenceFigures figures) =>
        figures.IsNeuron ? Verdict.Fails
        : !figures.NeuronsCompared ? Verdict.NotMeasured
        : (figures.NeuronCorrelation ?? 0) switch
        {
            <= NeuronHolds => Verdict.Holds,
            <= NeuronWeak => Verdict.Weak,
            _ => Verdict.Fails,
        };

    private static Verdict AtLeast(double value, double holds, double weak) =>
        value >= holds ? Verdict.Holds : value >= weak ? Verdict.Weak : Verdict.Fails;
}
