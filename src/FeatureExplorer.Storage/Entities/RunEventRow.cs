using FeatureExplorer.Storage.Runs;

namespace FeatureExplorer.Storage.Entities;

/// <summary>One line of a run's log.</summary>
internal sealed class RunEventRow
{
    public long Id { get; set; }

    public long RunId { get; set; }

    public RunRow? Run { get; set; }

    public DateTime Time { get; set; }

    public RunEventKind Kind { get; set; }

    public required string Text { get; set; }
}
