using System.Globalization;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Evaluation;
using FeatureExplorer.Engine.Dictionaries.Imports;
using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Training.Imports;

/// <summary>What gives reason to doubt the figures of a dictionary that was imported, or that is indexed over another text than it was trained on.</summary>
internal static class FigureWarnings
{
    /// <summary>Share by which the measured L0 and the one that files claim may differ before it is said.</summary>
    public const double Tolerance = 0.1;

    /// <summary>Sentences with likely causes; empty where nothing is odd.</summary>
    /// <param name="origin">What its files say; null of a dictionary that was trained here.</param>
    /// <param name="metrics">Measured on held-out tokens.</param>
    /// <param name="work">The dictionary, its model and the text.</param>
    public static IReadOnlyList<string> Of(DictionaryOrigin? origin, DictionaryMetrics metrics, PublishedWork work)
    {
        var warnings = new List<string>();
        if (origin?.L0 is > 0 and var claimed && Math.Abs(metrics.L0 - claimed) > Tolerance * claimed)
        {
            warnings.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"Its L0 is {metrics.L0:0.0} here; its files claim {claimed:0.0} ({origin.L0Source}). Likely causes: {string.Join("; ", CausesOfL0(origin, work))}."));
        }

        if (metrics.ExplainedVariance < 0)
        {
            warnings.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"Its reconstruction is worse than the mean activation (explained variance {metrics.ExplainedVariance:0.00}). Likely causes: {string.Join("; ", CausesOfVariance(origin, work))}."));
        }

        return warnings;
    }

    private static IEnumerable<string> CausesOfL0(DictionaryOrigin origin, PublishedWork work)
    {
        var (model, dictionary, hasStart) = (work.Info.Name, work.Dictionary, work.Model.Config.StartToken is not null);
        if (DictionaryImport.SiteOf(origin.Hook) is null)
        {
            yield return $"it reads another place than {dictionary.Site}, which its files do not name";
        }

        if (origin.ModelName != model)
        {
            yield return $"{model} is not the model{(origin.ModelName is { } name ? $" {name}" : string.Empty)} that it was trained on";
        }

        yield return "the text is of another kind than that of its training";
        if (origin.PrependsBos is { } began && began != hasStart)
        {
            yield return $"its contexts {(began ? "began" : "did not begin")} with a token of their own (BOS) in training, and the model's here {(hasStart ? "do" : "do not")}";
        }

        yield return "its activations were multiplied by another factor in training than its import used (--scale)";
        if (dictionary.Activation == DictionaryActivation.JumpRelu)
        {
            yield return "its thresholds were saved before the lengths of its decoder rows or the factor of its activations were folded, or twice";
        }
    }

    private static IEnumerable<string> CausesOfVariance(DictionaryOrigin? origin, PublishedWork work)
    {
        if (origin is null || work.Text.Other is not null)
        {
            yield return "the text is of another kind than that of its training";
        }

        if (origin is not null)
        {
            yield return "it belongs to another model or site";
            yield return "its activations were multiplied by another factor in training than its import used (--scale)";
            yield return "its weights are random";
        }
    }
}
