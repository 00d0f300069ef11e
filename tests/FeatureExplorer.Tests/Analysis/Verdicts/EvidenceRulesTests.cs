using FeatureExplorer.Analysis.Ablations;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Analysis.Verdicts;

namespace FeatureExplorer.Tests.Analysis.Verdicts;

public sealed class EvidenceRulesTests
{
    private static readonly EvidenceFigures Nothing = new() { HasContexts = false, IsNeuron = false, NeuronsCompared = false, OtherModelCompared = false };

    [Fact]
    public void Judge_NothingMeasured_SaysSoOfEveryClaim()
    {
        var verdicts = EvidenceRules.Judge(Nothing);
        Assert.Equal(Enum.GetValues<EvidenceClaim>(), verdicts.Select(v => v.Claim));
        Assert.All(verdicts, v => Assert.Equal(Verdict.NotMeasured, v.Verdict));
    }

    [Theory]
    [InlineData(0.81, 0.0013, Verdict.Holds)] // the paper's Arabic feature
    [InlineData(0.80, 0, Verdict.Holds)]
    [InlineData(0.79, 0, Verdict.Weak)]
    [InlineData(0.50, 0, Verdict.Weak)]
    [InlineData(0.49, 0, Verdict.Fails)]
    [InlineData(0.85, 0.70, Verdict.Weak)] // half of what chance leaves
    [InlineData(0.90, 0.90, Verdict.Fails)] // no oftener inside than anywhere
    [InlineData(1, 1, Verdict.Fails)] // a context that everything lies in
    public void Judge_Specific_ByTheShareInsideAboveChance(double specificity, double share, Verdict expected) =>
        Assert.Equal(expected, Of(EvidenceClaim.Specific, Nothing with { HasContexts = true, Context = Score(0.5, specificity), ContextShare = share }));

    [Theory]
    [InlineData(0.74, Verdict.Holds)] // the paper's four
    [InlineData(0.80, Verdict.Holds)]
    [InlineData(0.55, Verdict.Holds)]
    [InlineData(0.38, Verdict.Weak)]
    [InlineData(0.5, Verdict.Holds)]
    [InlineData(0.3, Verdict.Weak)]
    [InlineData(0.29, Verdict.Fails)]
    [InlineData(-0.9, Verdict.Fails)]
    public void Judge_Sensitive_ByPearson(double pearson, Verdict expected) =>
        Assert.Equal(expected, Of(EvidenceClaim.Sensitive, Nothing with { HasContexts = true, Context = Score(pearson, 1) }));

    [Theory]
    [InlineData(EvidenceClaim.Specific)]
    [InlineData(EvidenceClaim.Sensitive)]
    public void Judge_NoContextFound_Fails(EvidenceClaim claim) => Assert.Equal(Verdict.Fails, Of(claim, Nothing with { HasContexts = true }));

    [Theory]
    [InlineData(1.49, 0.73, null, Verdict.Holds)] // the paper's mean
    [InlineData(0.1, 0.51, 0.05, Verdict.Holds)]
    [InlineData(0.1, 0.5, 0.0, Verdict.Weak)] // it helps in no more than half
    [InlineData(0.1, 0.9, 0.06, Verdict.Weak)] // not twice as much as random features
    [InlineData(0.1, 0.9, -0.5, Verdict.Holds)] // random features that hurt are no yardstick
    [InlineData(0.0225, 0.6, 0.0074, Verdict.Weak)]
    [InlineData(0.01, 0.6, null, Verdict.Weak)]
    [InlineData(0.02, 0.6, 0.02, Verdict.Fails)] // no more than random features
    [InlineData(0.004, 1, null, Verdict.Fails)] // reads 0.00 nats
    [InlineData(-1, 0, null, Verdict.Fails)]
    public void Judge_Causal_ByEffectHelpAndControl(double effect, double helped, double? control, Verdict expected) =>
        Assert.Equal(expected, Of(EvidenceClaim.Causal, Nothing with { Ablation = new AblationReport(1, 20, effect, helped, control, []) }));

    [Fact]
    public void Judge_AblationWithoutExamples_IsNotMeasured() =>
        Assert.Equal(Verdict.NotMeasured, Of(EvidenceClaim.Causal, Nothing with { Ablation = new AblationReport(1, 0, 0, 0, null, []) }));

    [Theory]
    [InlineData(0.18, Verdict.Holds)]
    [InlineData(0.5, Verdict.Holds)]
    [InlineData(0.51, Verdict.Weak)]
    [InlineData(0.8, Verdict.Weak)]
    [InlineData(0.99, Verdict.Fails)]
    [InlineData(null, Verdict.Holds)] // compared, and none fires together with it
    public void Judge_NotANeuron_ByTheNearestOne(double? correlation, Verdict expected) =>
        Assert.Equal(expected, Of(EvidenceClaim.NotANeuron, Nothing with { NeuronsCompared = true, NeuronCorrelation = correlation }));

    [Fact]
    public void Judge_Neuron_FailsToBeNone() => Assert.Equal(Verdict.Fails, Of(EvidenceClaim.NotANeuron, Nothing with { IsNeuron = true }));

    [Theory]
    [InlineData(0.72, Verdict.Holds)]
    [InlineData(0.69, Verdict.Weak)]
    [InlineData(0.4, Verdict.Weak)]
    [InlineData(0.01, Verdict.Fails)]
    [InlineData(null, Verdict.Fails)]
    public void Judge_Universal_ByTheCounterpart(double? correlation, Verdict expected) =>
        Assert.Equal(expected, Of(EvidenceClaim.Universal, Nothing with { OtherModelCompared = true, CounterpartCorrelation = correlation }));

    [Theory]
    [InlineData(EvidenceClaim.Specific, "80 %", "50 %")]
    [InlineData(EvidenceClaim.Sensitive, "0.5", "0.3")]
    [InlineData(EvidenceClaim.Causal, "0.1 nats", "0.01 nats")]
    [InlineData(EvidenceClaim.NotANeuron, "0.5", "0.8")]
    [InlineData(EvidenceClaim.Universal, "0.7", "0.4")]
    public void Describe_EachClaim_NamesBothThresholds(EvidenceClaim claim, string holds, string weak)
    {
        var rule = EvidenceRules.Describe(claim);
        Assert.Contains(holds, rule, StringComparison.Ordinal);
        Assert.Contains(weak, rule, StringComparison.Ordinal);
    }

    private static Verdict Of(EvidenceClaim claim, EvidenceFigures figures) => EvidenceRules.Judge(figures).Single(v => v.Claim == claim).Verdict;

    private static ContextScore Score(double pearson, double specificity) => new("dna", pearson, specificity, specificity, 0.5, []);
}
