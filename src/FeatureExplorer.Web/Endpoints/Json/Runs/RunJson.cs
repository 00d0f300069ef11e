using System.Text.Json;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Imports;
using FeatureExplorer.Training.Progress;

namespace FeatureExplorer.Web.Endpoints.Json.Runs;

/// <summary>A run as the API tells of it.</summary>
/// <param name="Progress">Share of the whole run that is done, 0 to 1.</param>
/// <param name="SecondsLeft">Until its end; null where that cannot be told.</param>
/// <param name="Possible">What administrators can do with it in this state.</param>
public sealed record RunJson(
    long Id, string Kind, RunStatus Status, string Stage, double Progress, string Message, string? Error, RunOrigin Origin, string? RequestedBy,
    DateTime Created, DateTime? Started, DateTime? Ended, DateTime Updated, double? SecondsLeft, JsonElement Configuration, IReadOnlyList<RunMove> Possible)
{
    /// <summary>What somebody has written about it; empty for nothing.</summary>
    public string Note { get; init; } = string.Empty;

    /// <summary>Words to find it by.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Number of the run that it was cloned from, which may be deleted since; null for none.</summary>
    public long? ClonedFrom { get; init; }

    /// <summary>Where it computes: <c>cpu</c>, <c>torch:cpu</c>, <c>cuda:0</c>, <c>mps</c>; <c>auto</c> or null where that is not decided yet.</summary>
    public string? Device { get; init; }

    /// <summary>Of the matrix products: <c>float32</c>, <c>tf32</c>, <c>bf16</c>; null: float32.</summary>
    public string? Precision { get; init; }

    /// <summary>Kind of device, library and precision that it began on, to which its bits are tied; null where it has none yet. Where it goes on with another device, the log says so.</summary>
    public string? BeganOn { get; init; }

    public static RunJson Of(RunInfo run, double? secondsLeft = null)
    {
        using var configuration = JsonDocument.Parse(Readable(run));
        return new RunJson(
            run.Id, run.Kind, run.Status, run.Stage, run.Progress, run.Message, run.Error, run.Origin, run.RequestedBy, run.Created, run.Started, run.Ended,
            run.Updated, secondsLeft, configuration.RootElement.Clone(), RunMoves.Possible(run.Status))
        { Note = run.Note, Tags = run.Tags, ClonedFrom = run.ClonedFrom, Device = Text("device"), Precision = Text("precision"), BeganOn = Text("beganOn") };

        string? Text(string setting) => configuration.RootElement.TryGetProperty(setting, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    // Where the server keeps the files of an import is not for everyone.
    private static string Readable(RunInfo run) => run.Configuration.Length == 0 ? "{}"
        : run.Kind == RunConfiguration.ImportKind && RunConfigurationJson.Of(run) is { } import ? RunConfigurationJson.Write(ImportPipeline.Hidden(import)) : run.Configuration;

    /// <summary>
    /// What changes while it goes on. <paramref name="PageSeconds"/>: for how long the threads that train have drawn pages instead since the server started,
    /// all of them together.
    /// </summary>
    public sealed record Live(
        long Id, RunStatus Status, string Stage, int? StageNumber, int? Stages, double? Fraction, double Progress, string Detail, double? SecondsLeft, double PageSeconds, string? Error,
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, double?>> Latest)
    {
        public static Live Of(RunSnapshot snapshot) => new(
            snapshot.Run.Id, snapshot.Run.Status, snapshot.Progress?.Stage ?? snapshot.Run.Stage, snapshot.Progress?.StageNumber, snapshot.Progress?.Stages,
            snapshot.Progress?.Fraction, snapshot.Progress?.Overall ?? snapshot.Run.Progress, snapshot.Progress?.Detail ?? snapshot.Run.Message,
            snapshot.SecondsLeft, WorkerPool.GuestTime.TotalSeconds, snapshot.Run.Error, snapshot.Curves.Where(c => c.Points.Count > 0).ToDictionary(c => c.Name, LastOf));

        private static IReadOnlyDictionary<string, double?> LastOf(RunCurve curve)
        {
            var values = new Dictionary<string, double?> { ["step"] = curve.Points[^1][0], ["steps"] = curve.Steps };
            for (var i = 0; i < curve.Columns.Count; i++)
            {
                values[curve.Columns[i]] = curve.Points[^1][i + 1];
            }

            return values;
        }
    }
}
