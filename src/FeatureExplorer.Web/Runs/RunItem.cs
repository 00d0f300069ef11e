using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Runs;

/// <summary>A run as lists show it. All readers share one.</summary>
/// <param name="Run">Without its configuration, which lists do not show.</param>
/// <param name="Model">Name of its model; its kind where this version cannot read what it was asked for.</param>
/// <param name="Makes">Its dictionaries in a few words.</param>
public sealed record RunItem(RunInfo Run, string Model, string Makes)
{
    private const int Named = 6;

    public long Id => Run.Id;

    public RunStatus Status => Run.Status;

    public double Progress => Run.Progress;

    public DateTime Created => Run.Created;

    public string Note => Run.Note;

    /// <summary>Tags in one text, for sorting and searching.</summary>
    public string Tags { get; } = string.Join(' ', Run.Tags);

    /// <summary>Seconds from its first beginning to its end, pauses included; null before it has ended.</summary>
    public double? Took => Run is { Started: { } start, Ended: { } end } ? (end - start).TotalSeconds : null;

    /// <summary>Whether it belongs to the queue: it runs, waits for its turn, or waits for somebody to resume it.</summary>
    public bool InQueue => Run.Active || Run.Status == RunStatus.Paused;

    /// <summary>How far it is, or how it ended.</summary>
    public string About => Run.Status switch
    {
        RunStatus.Running => $"{Show.WholePercent(Run.Progress)} · {Run.Stage}",
        RunStatus.Finished => Took is { } seconds ? $"in {Show.Duration(seconds)}" : string.Empty,
        RunStatus.Queued => Run.Started is null ? string.Empty : $"goes on at {Show.WholePercent(Run.Progress)}",
        _ => Run.Error ?? $"{Show.WholePercent(Run.Progress)} · {Run.Stage}",
    };

    /// <summary>A run of the store.</summary>
    public static RunItem Of(RunInfo run)
    {
        var configuration = RunConfigurationJson.Of(run);
        var makes = configuration is null ? run.Kind
            : string.Join(", ", configuration.Dictionaries.Take(Named).Select(d => $"{d.Name} ({Show.Count(d.Features)})")) + (configuration.Dictionaries.Count > Named ? ", …" : string.Empty);
        return new RunItem(run with { Configuration = string.Empty }, configuration?.Model ?? run.Kind, makes);
    }

    /// <summary>Whether a text that somebody searches for is in what the list shows of it.</summary>
    public bool Matches(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries).All(word =>
        new[] { Run.Kind, Urls.Word(Run.Status), Model, Makes, Tags, Run.Note, Run.RequestedBy, Run.Stage, $"run {Run.Id}" }
            .Any(field => field?.Contains(word, StringComparison.OrdinalIgnoreCase) == true));
}
