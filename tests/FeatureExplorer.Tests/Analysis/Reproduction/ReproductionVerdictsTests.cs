using FeatureExplorer.Analysis.Reproduction;
using FeatureExplorer.Analysis.Verdicts;

namespace FeatureExplorer.Tests.Analysis.Reproduction;

public sealed class ReproductionVerdictsTests
{
    [Theory]
    [InlineData("loss-recovered", 0.79, 0.79, Verdict.Holds)]
    [InlineData("loss-recovered", 0.79, 0.64, Verdict.Holds)]
    [InlineData("loss-recovered", 0.79, 0.63, Verdict.Weak)]
    [InlineData("loss-recovered", 0.79, 0.39, Verdict.Fails)]
    [InlineData("l0", 4.9, 1.0, Verdict.Holds)]
    [InlineData("l0", 4.9, 6.1, Verdict.Holds)]
    [InlineData("l0", 4.9, 9.7, Verdict.Weak)]
    [InlineData("l0", 4.9, 19.3, Verdict.Fails)]
    [InlineData("one-neuron", 0.0, 0.0, Verdict.Holds)]
    [InlineData("one-neuron", 0.0, 3.0, Verdict.Fails)]
    [InlineData("median-density", 0.001, 0.002, Verdict.Holds)]
    [InlineData("median-density", 0.001, 0.0004, Verdict.Weak)]
    [InlineData("median-density", 0.001, 0.1, Verdict.Fails)]
    [InlineData("ablation-effect", 1.49, -0.2, Verdict.Fails)]
    [InlineData("dna-pearson", 0.8, null, Verdict.NotMeasured)]
    [InlineData("specific-features", null, 0.5, null)]
    public void Of_Figures_FollowsTheDirectionOfTheClaim(string id, double? paper, double? value, Verdict? expected) => Assert.Equal(
        expected, new ReproductionRow(id, "Section", "Claim.", ReproductionUnit.Number, paper, null, value, null, "Method.", null).Verdict);
}
