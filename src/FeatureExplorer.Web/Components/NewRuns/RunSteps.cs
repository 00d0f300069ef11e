using FeatureExplorer.Training.Configuration;

namespace FeatureExplorer.Web.Components.NewRuns;

/// <summary>The steps of the form for a run.</summary>
public static class RunSteps
{
    private const int Text = 0;
    private const int Model = 1;
    private const int Dictionaries = 2;
    private const int Review = 3;

    /// <summary>Their names, in order.</summary>
    public static IReadOnlyList<string> Names { get; } = ["Text", "Model", "Dictionaries", "Review"];

    /// <summary>The step that a field stands in.</summary>
    public static int Of(string field) =>
        field == "corpus" || RunSetting.OfText.Any(s => s.Field == field) ? Text
        : RunSetting.OfModel.Any(s => s.Field == field) ? Model
        : field.StartsWith("dictionaries", StringComparison.Ordinal) || RunSetting.OfIndex.Any(s => s.Field == field) ? Dictionaries
        : Review;

    /// <summary>How many of the problems stand in a step, as its badge says; null for none.</summary>
    public static string? Badge(RunReading reading, int step)
    {
        ArgumentNullException.ThrowIfNull(reading);
        var count = reading.Problems.Count(p => Of(p.Field) == step);
        return count > 0 ? Features.Show.Count(count) : null;
    }
}
