using FeatureExplorer.Analysis;
using FeatureExplorer.Analysis.Ablations;
using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Analysis.Verdicts;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Relations;

namespace FeatureExplorer.Web.Features;

/// <summary>
/// The five things that make a feature believable (paper, section on detailed investigations): it is specific to a context, sensitive to it, does something, is
/// not a neuron, and is found again elsewhere. What has not been measured is null.
/// </summary>
/// <param name="Context">The context that the feature is judged by: the chosen one, else its best.</param>
/// <param name="Ablation">What removing it does.</param>
/// <param name="Neuron">The neuron of the model that correlates best with it; null when neurons have not been compared or none fires with it.</param>
/// <param name="NeuronContext">How well that neuron agrees with the same context.</param>
/// <param name="NeuronsCompared">Whether neurons have been compared at all.</param>
/// <param name="Counterparts">The best match in every other dictionary, those of other models first, best first.</param>
/// <param name="Verdicts">What the figures say of the five claims, in the order of <see cref="EvidenceClaim"/>.</param>
public sealed record EvidenceSummary(
    ContextScore? Context, AblationReport? Ablation, UnitMatch? Neuron, MembershipAgreement? NeuronContext, bool NeuronsCompared,
    IReadOnlyList<EvidenceSummary.Counterpart> Counterparts, IReadOnlyList<EvidenceVerdict> Verdicts)
{
    /// <summary>The best match in another dictionary.</summary>
    /// <param name="Dictionary">Its name: "B/1".</param>
    /// <param name="OtherModel">Whether it belongs to another model: only then is it a matter of universality.</param>
    /// <param name="Match">The unit and how well it matches.</param>
    public sealed record Counterpart(string Dictionary, bool OtherModel, UnitMatch Match);

    /// <summary>The best counterpart in another model, or null.</summary>
    public Counterpart? Universal => Counterparts.FirstOrDefault(counterpart => counterpart.OtherModel);

    /// <summary>The verdict on a claim.</summary>
    public Verdict this[EvidenceClaim claim] => Verdicts[(int)claim].Verdict;

    /// <summary>Whether another model's features have been compared at all.</summary>
    public bool OtherModelCompared => this[EvidenceClaim.Universal] != Verdict.NotMeasured;

    /// <summary>Collects what is known.</summary>
    /// <param name="dictionary">The feature's dictionary.</param>
    /// <param name="report">The feature.</param>
    /// <param name="context">Name of the context that the reader has chosen, or null.</param>
    /// <param name="related">Its relations.</param>
    /// <param name="ablation">Its ablation, or null.</param>
    /// <param name="neuronAgrees">How well a neuron of the same model agrees with a context, or null where that is not known.</param>
    public static EvidenceSummary Of(
        DictionaryInfo dictionary, FeatureReport report, string? context, IReadOnlyList<RelatedDictionary> related, AblationReport? ablation,
        Func<int, string, MembershipAgreement?> neuronAgrees)
    {
        var score = report.Contexts.FirstOrDefault(s => s.Context == context) ?? report.BestContext;
        var neurons = related.FirstOrDefault(r => r.AreNeurons && r.Model == dictionary.Model && !dictionary.AreNeurons);
        var neuron = neurons?.Relations.Best;
        Counterpart[] counterparts = [.. related
            .Where(r => r.Id != dictionary.Id && r.AreNeurons == dictionary.AreNeurons && r.Relations.Best is not null)
            .Select(r => new Counterpart(r.Id, r.Model != dictionary.Model, r.Relations.Best!.Value))
            .OrderByDescending(c => c.OtherModel).ThenByDescending(c => c.Match.Pearson).ThenBy(c => c.Dictionary, NaturalOrder.Names)];
        var figures = new EvidenceFigures
        {
            HasContexts = dictionary.Contexts.Count > 0,
            Context = score,
            ContextShare = dictionary.FindContext(score?.Context)?.Share ?? 0,
            Ablation = ablation,
            IsNeuron = dictionary.AreNeurons,
            NeuronsCompared = neurons is not null,
            NeuronCorrelation = neuron?.Pearson,
            OtherModelCompared = related.Any(r => r.Model != dictionary.Model && r.AreNeurons == dictionary.AreNeurons),
            CounterpartCorrelation = counterparts.FirstOrDefault(static c => c.OtherModel)?.Match.Pearson,
        };
        return new EvidenceSummary(
            score, ablation, neuron, neuron is { } best && score is not null ? neuronAgrees(best.Unit, score.Context) : null, neurons is not null, counterparts,
            EvidenceRules.Judge(figures));
    }
}
