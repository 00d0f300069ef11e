using System.Globalization;
using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Analysis.Reproduction;

/// <summary>The claims on universality and on the effect of features: they rest on what the command relate has measured.</summary>
internal static class RelationRows
{
    private const string Relate = "Not measured yet: a run ends with it, and so does relate.";

    private const string Counted = "counted from its files";
    private const string Helps = "A feature helps to predict the next token where it fires most.";
    private const string Mostly = "It does so mostly.";

    private const string NoSecondModel =
        "No second model yet: run --model B --seed 2 with the same corpus trains one and compares the two.";

    private static readonly (string Context, double Pearson, string Pair)[] Counterparts =
        [("arabic", 0.91, "A/1/3450 and B/1/1334"), ("dna", 0.92, "A/1/2937 and B/1/3680"), ("base64", 0.85, "A/1/2357 and B/1/2165"), ("hebrew", 0.92, "A/1/416 and B/1/1901")];

    /// <summary>The contexts of the four features.</summary>
    public static IReadOnlyList<string> Contexts { get; } = [.. Counterparts.Select(static c => c.Context)];

    /// <summary>Medians of the best counterparts in another model, of features and of neurons; then the four features' own.</summary>
    public static IEnumerable<ReproductionRow> Universality(ReproductionFigures dictionary)
    {
        var features = dictionary.FeaturesElsewhere;
        yield return Median(
            dictionary, "universality-features", "Another model has the same features.", 0.72, features,
            "Correlation of each live feature's activations with its best counterpart in the other model's dictionary, over the same indexed tokens; median.");
        yield return Median(
            dictionary, "universality-neurons", "Its neurons are less alike.", 0.46, dictionary.NeuronsElsewhere, "The same of the two models' neurons.");
        foreach (var (name, paper, pair) in Counterparts)
        {
            var best = dictionary.Best(name);
            UnitMatch? found = dictionary.Counterparts.TryGetValue(name, out var match) ? match : null;
            yield return ReproductionReport.Row(
                $"{name}-counterpart", "Universality", $"The feature for {dictionary.TitleOf(name)} has a counterpart.", ReproductionUnit.Correlation, paper, pair,
                found?.Pearson, found is null ? null : $"{dictionary.Id}/{best!.Index} and {features!.Id}/{match.Unit}",
                "Correlation of the two features' activations over the same indexed tokens.", Missing(dictionary, features) ?? (best is null ? "No feature detects it here." : null), best?.Index);
        }
    }

    /// <summary>What removing a feature costs: as measured here, or as an imported dictionary's examples say.</summary>
    public static IEnumerable<ReproductionRow> Effects(ReproductionFigures dictionary, DictionarySurvey survey) =>
        !dictionary.Imported ? Measured(dictionary) : Published(survey);

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

    private static IEnumerable<ReproductionRow> Measured(ReproductionFigures dictionary)
    {
        var survey = dictionary.Ablations;
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

    private static ReproductionRow Median(ReproductionFigures dictionary, string id, string claim, double paper, FoundAgain? found, string method) => ReproductionReport.Row(
        id, "Universality", claim, ReproductionUnit.Correlation, paper, "median", found?.Result.Median,
        found is null ? null : $"{dictionary.Model} against {found.Id}, {found.Result.Units.ToString("N0", CultureInfo.InvariantCulture)} compared", method, Missing(dictionary, found));

    private static string? Missing(ReproductionFigures dictionary, FoundAgain? found) => found is not null ? null
        : dictionary.Imported ? "The published files do not hold it."
        : dictionary.SecondModel ? Relate
        : NoSecondModel;

    private static string Count(long? value) => (value ?? 0).ToString("N0", CultureInfo.InvariantCulture);
}
