using System.Globalization;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Imports;

namespace FeatureExplorer.Training.Imports;

/// <summary>Compares the mean number of active features that was measured with the one that a dictionary's files claim.</summary>
internal static class ClaimedL0
{
    /// <summary>Share by which they may differ before it is said.</summary>
    public const double Tolerance = 0.1;

    /// <summary>A warning with likely causes; null where they agree, or the files claim nothing.</summary>
    /// <param name="imported">The dictionary.</param>
    /// <param name="measured">L0 on held-out tokens.</param>
    /// <param name="model">Name of the model here.</param>
    /// <param name="hasStart">Whether a token of its own stands before the model's windows.</param>
    public static string? Warning(ImportedDictionary imported, double measured, string model, bool hasStart)
    {
        var claimed = imported.L0 ?? 0;
        return claimed <= 0 || Math.Abs(measured - claimed) <= Tolerance * claimed ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"Its L0 is {measured:0.0} here; its files claim {claimed:0.0} ({imported.L0Source}). Likely causes: {string.Join("; ", Causes(imported, model, hasStart))}.");
    }

    private static IEnumerable<string> Causes(ImportedDictionary imported, string model, bool hasStart)
    {
        if (imported.Site is null)
        {
            yield return $"it reads another place than {imported.Dictionary.Site}, which its files do not name";
        }

        if (imported.ModelName != model)
        {
            yield return $"{model} is not the model{(imported.ModelName is { } name ? $" {name}" : string.Empty)} that it was trained on";
        }

        yield return "the text is of another kind than that of its training";
        if (imported.PrependsBos is { } began && began != hasStart)
        {
            yield return $"its contexts {(began ? "began" : "did not begin")} with a token of their own (BOS) in training, and the model's here {(hasStart ? "do" : "do not")}";
        }

        yield return imported.Scale == 1 ? "its activations were scaled in training by a factor that its files do not have (--scale)" : "the factor of its activations is another than the one that was used (--scale)";
        if (imported.Dictionary.Activation == DictionaryActivation.JumpRelu)
        {
            yield return "its thresholds were saved before the lengths of its decoder rows or the factor of its activations were folded, or twice";
        }
    }
}
