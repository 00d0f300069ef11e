namespace FeatureExplorer.Web.Exports;

/// <summary>The formats by the names that the command line and addresses give them.</summary>
public static class ExportFormats
{
    private static readonly (ExportFormat Format, string Name, string Title)[] All =
    [
        (ExportFormat.SaeLens, "saelens", "SAELens folder"),
        (ExportFormat.DictionaryLearning, "dictionary-learning", "dictionary_learning folder"),
        (ExportFormat.HuggingFaceModel, "huggingface-model", "Model for Hugging Face"),
        (ExportFormat.Neuronpedia, "neuronpedia", "Neuronpedia files"),
        (ExportFormat.CircuitTracer, "circuit-tracer", "circuit-tracer features"),
        (ExportFormat.Html, "html", "Page to read offline"),
        (ExportFormat.Parquet, "parquet", "Parquet tables"),
        (ExportFormat.Csv, "csv", "CSV tables"),
    ];

    /// <summary>All names, in the order in which pages list them.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(static format => format.Name)];

    /// <summary>All formats, in the same order.</summary>
    public static IReadOnlyList<ExportFormat> Values { get; } = [.. All.Select(static format => format.Format)];

    /// <summary>The format of a name; null where it is none.</summary>
    public static ExportFormat? Parse(string? name)
    {
        foreach (var format in All)
        {
            if (format.Name == name)
            {
                return format.Format;
            }
        }

        return null;
    }

    /// <summary>Its name.</summary>
    public static string NameOf(ExportFormat format) => All[(int)format].Name;

    /// <summary>What a page calls it.</summary>
    public static string TitleOf(ExportFormat format) => All[(int)format].Title;

    /// <summary>Whether it is one file; otherwise it is a folder.</summary>
    public static bool IsFile(ExportFormat format) => format == ExportFormat.Html;

    /// <summary>Whether it can be written of some features alone.</summary>
    public static bool TakesFeatures(ExportFormat format) => !NeedsWeights(format);

    /// <summary>Whether it is made of weights, which a published dictionary without any does not have.</summary>
    public static bool NeedsWeights(ExportFormat format) => format is ExportFormat.SaeLens or ExportFormat.DictionaryLearning or ExportFormat.HuggingFaceModel;
}
