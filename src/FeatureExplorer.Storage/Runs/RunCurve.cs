namespace FeatureExplorer.Storage.Runs;

/// <summary>What a training measured while it went on: a few hundred points at most, whatever its length.</summary>
/// <param name="Name">What was trained: "transformer", or a dictionary such as "A/1".</param>
/// <param name="Steps">Steps of the whole training.</param>
/// <param name="Columns">Names of the figures of a point: "loss", "L0". The step comes first and has no name.</param>
/// <param name="Points">[points][1 + columns] the step, then a figure for each column; null where it was not measured.</param>
public sealed record RunCurve(string Name, long Steps, IReadOnlyList<string> Columns, IReadOnlyList<double?[]> Points)
{
    /// <summary>The points at which a column was measured, in the order of the steps.</summary>
    public IEnumerable<(double Step, double Value)> Column(string column)
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            if (Columns[i] == column)
            {
                return Points.Where(p => p[i + 1] is not null).Select(p => (p[0]!.Value, p[i + 1]!.Value));
            }
        }

        return [];
    }
}
