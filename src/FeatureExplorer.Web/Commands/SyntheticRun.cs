using System.Globalization;
using System.Text.Json;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Synthetic;

namespace FeatureExplorer.Web.Commands;

/// <summary><c>run --synthetic</c>: what each recipe finds of a dictionary that was planted.</summary>
internal static class SyntheticRun
{
    private static readonly JsonSerializerOptions Indented = new(SyntheticReports.Json) { WriteIndented = true };

    public static int Run(SyntheticSettings settings, string data, bool queue, bool json, CancellationToken cancellation)
    {
        if (queue)
        {
            throw new ArgumentException("--queue: a test against planted activations runs at once; leave it out.");
        }

        if (settings.Problems() is { Count: > 0 } problems)
        {
            throw new ArgumentException(string.Join(" ", problems));
        }

        var reports = new SyntheticReports(new DataFolder(data));
        reports.DemandFree(settings.Name);
        var report = new SyntheticTest(TimeProvider.System).Run(settings, row => Console.Error.WriteLine(Line(row, settings)), cancellation);
        reports.Add(report);
        Console.WriteLine(json
            ? JsonSerializer.Serialize(report, Indented)
            : $"A server on {Path.GetFullPath(data)} shows the report at {Urls.Synthetic(settings.Name)}.");
        return ExitCodes.Success;
    }

    private static string Line(SyntheticRow row, SyntheticSettings settings) => string.Create(
        CultureInfo.InvariantCulture,
        $"{row.Variant,-11} m {row.Features}, {(RunChoices.FixesK(row.Variant) ? "k" : "λ")} {row.Sparsity:G4}: L0 {row.L0:0.0}, explained variance {row.ExplainedVariance:0.000}; of {settings.Planted.Features} planted features {row.Matched} matched, {row.Split} split, {row.Merged} merged, {row.Missed} missed; {row.Dead} dead; {row.Seconds:0.0} s");
}
