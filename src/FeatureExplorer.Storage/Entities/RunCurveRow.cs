using FeatureExplorer.Storage.Runs;

namespace FeatureExplorer.Storage.Entities;

/// <summary>One curve of a run: bounded, so that it is written as one.</summary>
internal sealed class RunCurveRow
{
    public long RunId { get; set; }

    public RunRow? Run { get; set; }

    public required string Name { get; set; }

    /// <summary>The <see cref="RunCurve"/> as JSON.</summary>
    public required string Json { get; set; }
}
