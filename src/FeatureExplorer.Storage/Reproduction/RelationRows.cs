using System.Globalization;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Relations;

namespace FeatureExplorer.Storage.Reproduction;

/// <summary>The claims on universality and on the effect of features: they rest on what the command relate has measured.</summary>
internal sealed class RelationRows(FeatureStore store, RelationStore relations, AblationSurveys ablations)
{
    private const string Relate = "Measured when the run ends.";

    private const string Counted = "counted from its files";
    private const string Helps = "A feature helps to predict the next token where it fires most.";
    private const string Mostly = "It does so mostly.";

    private const string NoSecondModel =
        "No second model yet: run --model B --seed 2 with the same corpus trains one and compares the two.";

    private static readonly (string Context, double Pearson, string Pair)[] Counterparts =
        [("arabic", 0.91, "A/1/3450 and B/1/1334"), ("dna", 0.92, "A/1/2937 and B/1/3680"), ("base64", 0.85, "A/1/2357 and B/1/2165"), ("hebrew", 0.92, "A/1/416 and B/1/1901")];

    /// <summary>Medians of the best counterparts in another model, of features and of neurons; then the four features' own.</summary>
    public IEnumerable<ReproductionRow> Universality(DictionaryInfo dictionary)
    {
        var features = OtherModel(dictionary);
        yield return Median(
            dictionary, "universality-features", "Another model has the same features.", 0.72, features,
            "Correlation of each live feature's activations with its best counterpart in the other model's dictionary, over the same indexed tokens; median.");
        var neurons = store.FindDictionary(dictionary.Model, DictionaryDraft.Neurons) is { } units ? OtherModel(units) : null;
        yield return Median(
            dictionary, "universality-neurons", "Its neurons are less alike.", 0.46, neurons, "The same of the two models' neurons.");
        foreach (var (name, paper, pair) in Counterparts)
        {
            var best = dictionary.ContextSummaries.FirstOrDefault(s => s.Context.Name == name)?.Feature;
            var found = best is null || features is null ? null : relations.Find(dictionary, best.Index).FirstOrDefault(r => r.Id == features.Id);
            yield return ReproductionReport.Row(
                $"{name}-counterpart", "Universality", $"The feature for {dictionary.TitleOf(name)} has a counterpart.", ReproductionUnit.Correlation, paper, pair,
                found?.Relations.Best?.Pearson, found?.Relations.Best is { } match ? $"{dictionary.Id}/{best!.Index} and {found.Id}/{match.Unit}" : null,
                "Correlation of the two features' activations over the same indexed tokens.", Missing(dictionary, features) ?? (best is null ? "No feature detects it here." : null), best?.Index);
        }
    }

    /// <summary>What removing a feature costs: as measured here, or as an imported dictionary's examples say.</summary>
    public IEnumerable<ReproductionRow> Effects(DictionaryInfo dictionary, DictionarySurvey survey) =>
        dictionary.Source is null ? Measured(dictionary) : Published(survey);

    private static IEnumerable<ReproductionRow> Published(DictionarySurvey survey)
    {
        var examples = $"{survey.Ablations.ToString("N0", CultureInfo.InvariantCulture)} top examples";
        var missing = survey.Ablations > 0 ? null : "The published files do not hold it.";
        yield return ReproductionReport.Row(
            "ablation-effect", "Effect", Helps, ReproductionUnit.Nats, 1.49, Counted, survey.MeanLossEffect, examples,
            "Rise of the loss of the token after the centre when the feature is removed, as the files say; the paper's figure is over all of its features.", missing);
        yield return ReproductionReport.Row(
            "ablation-positive", "Effect", Mostly, ReproductionUnit.Share, 0.73, "of top examples, " + Counted, survey.PositiveLossEffect, examples, "Share of them in which the loss rises.", missing);
    }

    private IEnumerable<ReproductionRow> Measured(DictionaryInfo dictionary)
    {
        var survey = ablations.Of(dictionary);
        var missing = survey is null ? Relate : null;
        var digits = survey is null ? SignificantDigits.Usual : SignificantDigits.Apart(survey.Effect, survey.Control ?? survey.Effect);
        yield return ReproductionReport.Row(
            "ablation-effect", "Effect", Helps, ReproductionUnit.Nats, 1.49, Counted, survey?.Effect,
            survey?.Control is { } control ? $"{SignificantDigits.Show(control, digits)} with random features of like density" : null,
            $"Rise of the loss of the token after the top examples when the feature is removed and the dictionary's error kept, in a real forward pass; mean over {Count(survey?.Features)} live features of each one's mean.",
            missing) with
        { Digits = digits };
        yield return ReproductionReport.Row(
            "ablation-positive", "Effect", Mostly, ReproductionUnit.Share, 0.73, "of top examples, " + Counted, survey?.Helped,
            survey is null ? null : $"of {Count(survey.Examples)} top examples", "Share of the top examples of live features in which the loss rises.", missing);
    }

    // The dictionary of another model: of the same name where there is one, since that was trained alike.
    private UniversalityOf? OtherModel(DictionaryInfo dictionary) => relations.Universality(dictionary)
        .Where(u => u.Model != dictionary.Model && u.Name == DictionaryDraft.Neurons == dictionary.AreNeurons)
        .OrderByDescending(u => u.Name == dictionary.Name).FirstOrDefault();

    private ReproductionRow Median(DictionaryInfo dictionary, string id, string claim, double paper, UniversalityOf? found, string method) => ReproductionReport.Row(
        id, "Universality", claim, ReproductionUnit.Correlation, paper, "median", found?.Result.Median,
        found is null ? null : $"{dictionary.Model} against {found.Id}, {found.Result.Units.ToString("N0", CultureInfo.InvariantCulture)} compared", method, Missing(dictionary, found));

    private string? Missing(DictionaryInfo dictionary, UniversalityOf? found) => found is not null ? null
        : dictionary.Source is not null ? "The published files do not hold it."
        : store.Dictionaries().Any(d => d.Model != dictionary.Model && d.Provenance.CorpusHash == dictionary.Provenance.CorpusHash) ? Relate
        : NoSecondModel;

    private static string Count(long? value) => (value ?? 0).ToString("N0", CultureInfo.InvariantCulture);
}
