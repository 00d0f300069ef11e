using System.Globalization;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Dictionaries.Evaluation;

namespace FeatureExplorer.Analysis.Reproduction;

/// <summary>
/// The claims of the paper against a dictionary, one row each. The paper's figures are those of its own A/1, from its text or counted from the
/// files of its browser; ours come from what is known of the dictionary, so that a row without data says what would give it.
/// </summary>
public static class ReproductionReport
{
    /// <summary>The context of the paper's most detailed case.</summary>
    public const string Arabic = "arabic";

    private const string Relate = "Not measured yet: a run ends with it, and so does relate.";

    private static readonly (string Context, double Pearson, string Feature)[] Detectors =
        [(Arabic, 0.74, "A/1/3450"), ("dna", 0.80, "A/1/2937"), ("base64", 0.38, "A/1/2357"), ("hebrew", 0.55, "A/1/416")];

    /// <summary>The contexts whose features the paper finds again in its other model.</summary>
    public static IReadOnlyList<string> ComparedContexts => RelationRows.Contexts;

    /// <summary>All rows, in the order of the page.</summary>
    public static IReadOnlyList<ReproductionRow> Of(ReproductionFigures dictionary)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        var survey = dictionary.Survey;
        return
        [
            .. Quality(dictionary, survey),
            .. Density(dictionary, survey),
            .. Contexts(dictionary),
            .. Detection(dictionary, survey, dictionary.NeuronSurvey),
            .. Decoder(dictionary, survey),
            .. RelationRows.Universality(dictionary),
            .. RelationRows.Effects(dictionary, survey),
        ];
    }

    private static IEnumerable<ReproductionRow> Quality(ReproductionFigures dictionary, DictionarySurvey survey)
    {
        var metrics = dictionary.Metrics;
        yield return Row(
            "loss-recovered", "Quality", "The dictionary keeps most of what the MLP does for the loss.", ReproductionUnit.Share, 0.79, null,
            metrics.LossRecovered, $"{Three(metrics.Loss)} as it is, {Three(metrics.LossReconstructed)} reconstructed, {Three(metrics.LossZeroAblated)} without the MLP's activations",
            $"Against zero ablation, as in the paper, on {Count(metrics.Tokens)} held-out tokens. {Baselines(metrics)}",
            NotPublished(dictionary));
        var digits = SignificantDigits.Apart(metrics.L0, survey.TotalDensity);
        yield return !dictionary.Imported
            ? Row(
                "l0", "Quality", "Few features fire on a token.", ReproductionUnit.Number, 4.90, "sum of all densities", metrics.L0, null,
                $"Mean number of features that fire, on {Count(metrics.Tokens)} held-out tokens; {SignificantDigits.Show(survey.TotalDensity, digits)} on the {Count(dictionary.Tokens)} indexed ones.", null) with
            { Digits = digits }
            : Row(
                "l0", "Quality", "Few features fire on a token.", ReproductionUnit.Number, 4.90, "sum of all densities", survey.TotalDensity,
                $"of the {Count(survey.Features)} features that were imported", "Sum of the densities in the files: the paper's figure needs all of its 4,096 features.", null);
    }

    private static IEnumerable<ReproductionRow> Density(ReproductionFigures dictionary, DictionarySurvey survey)
    {
        var tokens = $"{Count(dictionary.Tokens)} {(!dictionary.Imported ? "indexed held-out tokens" : "tokens")}";
        yield return Row(
            "median-density", "Density", "A typical feature fires on about one token in a thousand.", ReproductionUnit.Share, 8.1e-4, "3,639 live features", survey.MedianDensity, $"{Count(survey.Live)} live features",
            $"Median over live features, on {tokens}.", null);
        yield return Row(
            "max-density", "Density", "No feature fires often.", ReproductionUnit.Share, 0.011, null, survey.MaxDensity, null, $"The largest density, on {tokens}.", null);
        yield return Row(
            "dense", "Density", "Hardly any feature fires on more than 1 % of the tokens.", ReproductionUnit.Share, 4.0 / 3639, "4 of 3,639", Ratio(survey.Dense, survey.Live), $"{Count(survey.Dense)} of {Count(survey.Live)}",
            "Share of live features with a density above 1 %. A corpus of few domains has more of them.", null);
        yield return Row(
            "dead", "Density", "Some features never fire.", ReproductionUnit.Share, 168.0 / 4096, "168 of 4,096, on 100 M tokens",
            !dictionary.Imported ? Ratio(dictionary.Dead, dictionary.Features) : double.NaN, $"{Count(dictionary.Dead)} of {Count(dictionary.Features)}", $"Share of all features without an activation on {tokens}.",
            NotPublished(dictionary, "Features without an activation were not published."));
        yield return Row(
            "ultralow", "Density", "A cluster of features fires on next to no token.", ReproductionUnit.Share, 292.0 / 4096, "292 of 4,096 below 10⁻⁶", Ratio(dictionary.Ultralow, dictionary.Features),
            $"{Count(dictionary.Ultralow)} of {Count(dictionary.Features)}", FormattableString.Invariant($"Share of all features that fire on fewer than {dictionary.UltralowLimit:0.0e0} of {tokens}: what is ultralow depends on how many tokens there are."), null);
        yield return PaperUltralow(dictionary);
        yield return Row(
            "lowest-tenth", "Activations", "Many activations are weak.", ReproductionUnit.Share, 0.36, "counted from its files", survey.LowestTenthShare, null,
            "Activations in the lowest tenth of a feature's range, from the histograms; mean over live features.", null);
        yield return Row(
            "lower-half", "Activations", "Most activations lie in the lower half of the feature's range.", ReproductionUnit.Share, 0.77, "counted from its files", survey.LowerHalfShare, null,
            "The same of the lower half.", null);
    }

    /// <summary>The paper's own threshold does not move with the number of tokens; an index of fewer than a million cannot see below it.</summary>
    private static ReproductionRow PaperUltralow(ReproductionFigures dictionary)
    {
        var count = dictionary.PaperUltralow;
        return Row(
            "ultralow-paper", "Density", "The same cluster by the paper's own threshold, a density below 10⁻⁶.", ReproductionUnit.Share, 292.0 / 4096, "292 of 4,096 below 10⁻⁶",
            count is { } below ? Ratio(below, dictionary.Features) : null, count is { } of ? $"{Count(of)} of {Count(dictionary.Features)}" : null,
            FormattableString.Invariant($"Share of all features that fire, with a density below 10⁻⁶. One activation in {dictionary.Tokens:N0} tokens is a density of {dictionary.Resolution:0.0e0}."),
            count is null ? FormattableString.Invariant($"The index has {dictionary.Tokens:N0} tokens: the smallest density that it can tell is {dictionary.Resolution:0.0e0}. Index more than 1,000,000 (indexTokens in a run's configuration).") : null);
    }

    /// <summary>Which baseline flatters more: the one that costs the model more.</summary>
    private static string Baselines(DictionaryMetrics metrics)
    {
        var (zero, mean) = (metrics.LossZeroAblated, metrics.LossMeanAblated);
        var digits = SignificantDigits.Apart(metrics.LossRecovered, metrics.LossRecoveredFromMean);
        var against = $"Against the mean {SignificantDigits.Show(metrics.LossRecoveredFromMean, digits)}, against zero {SignificantDigits.Show(metrics.LossRecovered, digits)}.";
        return zero == mean
            ? $"{against} Both baselines cost the model the same."
            : $"{against} {(mean > zero ? "The mean" : "Zero")} is the weaker baseline here and flatters: the loss is {Three(Math.Max(mean, zero))} with it, {Three(Math.Min(mean, zero))} with {(mean > zero ? "zero" : "the mean")}.";
    }

    private static IEnumerable<ReproductionRow> Contexts(ReproductionFigures dictionary)
    {
        foreach (var (name, paper, theirs) in Detectors)
        {
            var summary = dictionary.ContextSummaries.FirstOrDefault(s => s.Context.Name == name);
            var title = summary?.Context.Title ?? char.ToUpperInvariant(name[0]) + name[1..];
            var best = summary?.Feature;
            var digits = SignificantDigits.Apart(best?.Pearson ?? 0, summary?.Neuron?.Pearson ?? 0);
            yield return Row(
                $"{name}-pearson", "Contexts", $"A feature detects {title}.", ReproductionUnit.Correlation, paper, theirs, best?.Pearson,
                best is null ? null : $"{dictionary.Id}/{best.Index}, specificity {Percent(best.Specificity)}, recall {Percent(best.Recall)}",
                "Pearson correlation of the best feature's activation with membership, over the indexed tokens."
                + (summary?.Neuron is { } neuron ? $" Best neuron: {neuron.Index} with {SignificantDigits.Show(neuron.Pearson, digits)}, specificity {Percent(neuron.Specificity)}." : string.Empty),
                best is null ? NoContext(dictionary, title) : null, best?.Index) with
            { Digits = digits };
            if (name == Arabic)
            {
                foreach (var row in ArabicLevels(dictionary, title, best))
                {
                    yield return row;
                }
            }
        }
    }

    /// <summary>The paper's most detailed case: how specific the feature is by level.</summary>
    private static IEnumerable<ReproductionRow> ArabicLevels(ReproductionFigures dictionary, string title, ContextDetector? best)
    {
        var levels = best is null ? null : dictionary.ArabicLevels;
        var missing = levels is null ? NoContext(dictionary, title) : null;
        var strong = FeatureReport.Intervals * 5 / 9;
        yield return Row(
            "arabic-specificity", "Contexts", $"That feature fires on {title} alone.", ReproductionUnit.Share, 0.81, "of tokens where it is active", levels is null ? null : Inside(levels), null,
            "Share of all its activations that lie inside.", missing, best?.Index);
        yield return Row(
            "arabic-weak", "Contexts", "Weak activations are less specific.", ReproductionUnit.Share, 0.25, "barely active", levels is null ? null : Inside([levels[^1]]), null,
            $"The same in the lowest of {FeatureReport.Intervals} levels.", missing, best?.Index);
        yield return Row(
            "arabic-strong", "Contexts", "Strong activations are specific.", ReproductionUnit.Share, 0.98, "above 5 of 9", levels is null ? null : Inside([.. levels.Take(FeatureReport.Intervals - strong)]), null,
            $"The same in the highest {FeatureReport.Intervals - strong} of {FeatureReport.Intervals} levels.", missing, best?.Index);
    }

    private static IEnumerable<ReproductionRow> Detection(ReproductionFigures dictionary, DictionarySurvey survey, DictionarySurvey? neurons)
    {
        const string ByHand = "no such figure; scored by hand, the median is 12 of 14 for features and 0 for neurons";
        var specific = $"Share of live {{0}} with a context of {dictionary.Contexts.Count} in which at least {Percent(DictionarySurvey.HighSpecificity)} of their activations lie. Most features are finer than the contexts that have names here.";
        var detecting = $"Share of live {{0}} with a context for which specificity and recall are both at least {Percent(DictionarySurvey.DetectorShare)}. Dense units reach that most easily in the largest contexts.";
        var none = dictionary.Contexts.Count == 0 ? NoContext(dictionary, "any context") : null;
        var noNeurons = none ?? (neurons is null ? Relate : null);
        yield return Row("specific-features", "Meaning", "Features stand for one thing: a named context holds nearly all of their activations.", ReproductionUnit.Share, null, ByHand, survey.Specific, null, Format(specific, "features"), none);
        yield return Row("specific-neurons", "Meaning", "The same of neurons, for comparison.", ReproductionUnit.Share, null, ByHand, neurons?.Specific, null, Format(specific, "neurons"), noNeurons);
        yield return Row("detecting-features", "Meaning", "Features detect a named context: most of what they fire on lies in it, and they fire on most of it.", ReproductionUnit.Share, null, null, survey.Detectors, null, Format(detecting, "features"), none);
        yield return Row("detecting-neurons", "Meaning", "The same of neurons, for comparison.", ReproductionUnit.Share, null, null, neurons?.Detectors, null, Format(detecting, "neurons"), noNeurons);
        yield return Row(
            "single-token", "Meaning", "Many features are about one token.", ReproductionUnit.Share, 0.57, "counted from its files", survey.SingleToken, null,
            "The paper's test: the centre token of every top example is the same. There are 20, fewer where no more lie apart.", null);
    }

    private static IEnumerable<ReproductionRow> Decoder(ReproductionFigures dictionary, DictionarySurvey survey)
    {
        const string Counted = "counted from its files";
        yield return Row(
            "decoder-weight", "Decoder", "A feature is spread over many neurons.", ReproductionUnit.Number, 0.247, Counted, survey.MedianTopWeight, null,
            "Largest absolute entry of the unit-norm decoder vector; median over live features.", null);
        yield return Row(
            "decoder-share", "Decoder", "No neuron has a large share of a feature.", ReproductionUnit.Share, 0.018, Counted, survey.MedianTopShare, null,
            "Share of that entry in the sum of all absolute entries; median.", null);
        yield return Row(
            "decoder-l1", "Decoder", "Decoder vectors are dense.", ReproductionUnit.Number, 13.9, Counted + "; at most √512 = 22.6", survey.MedianL1, null,
            "Sum of the absolute entries; median. 1 for a feature that is a neuron, √n for one that is spread evenly.", null);
        yield return Row(
            "one-neuron", "Decoder", "No feature is a neuron.", ReproductionUnit.Number, 0, Counted, survey.NearlyOneNeuron, $"of {Count(survey.Live)}", "Live features with an entry above 0.9.",
            dictionary.Features == 0 ? "The dictionary has no features." : null);
    }

    /// <summary>A row whose figure counts only where nothing is missing and it is a number.</summary>
    internal static ReproductionRow Row(
        string id, string section, string claim, ReproductionUnit unit, double? paper, string? paperNote, double? value, string? note, string method,
        string? missing, int? feature = null)
    {
        var known = missing is null && value is { } number && double.IsFinite(number);
        return new ReproductionRow(
            id, section, claim, unit, paper, paperNote, known ? value : null, known ? note : null, method,
            known ? null : missing ?? "There is nothing to count it on.", known ? feature : null);
    }

    private static string? NotPublished(ReproductionFigures dictionary, string text = "The published files do not hold it.") => !dictionary.Imported ? null : text;

    private static string NoContext(ReproductionFigures dictionary, string title) => dictionary.Imported
        ? "Imported features have no corpus that contexts could be counted on."
        : $"The corpus has no context {title}: run --corpus with text that holds it.";

    private static double Inside(IReadOnlyList<ContextLevel> levels) => Ratio(levels.Sum(l => l.Inside), levels.Sum(l => l.Count));

    private static double Ratio(long part, long whole) => whole > 0 ? (double)part / whole : double.NaN;

    private static string Format(string text, string units) => string.Format(CultureInfo.InvariantCulture, text, units);

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Three(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Percent(double share) => (100 * share).ToString("0", CultureInfo.InvariantCulture) + " %";
}
