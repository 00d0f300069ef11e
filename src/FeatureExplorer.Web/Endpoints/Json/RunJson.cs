using System.Text.Json;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Progress;

namespace FeatureExplorer.Web.Endpoints.Json;

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

    public static RunJson Of(RunInfo run, double? secondsLeft = null)
    {
        using var configuration = JsonDocument.Parse(run.Configuration.Length > 0 ? run.Configuration : "{}");
        return new RunJson(
            run.Id, run.Kind, run.Status, run.Stage, run.Progress, run.Message, run.Error, run.Origin, run.RequestedBy, run.Created, run.Started, run.Ended,
            run.Updated, secondsLeft, configuration.RootElement.Clone(), RunMoves.Possible(run.Status))
        { Note = run.Note, Tags = run.Tags };
    }

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
