using FeatureExplorer.Storage.Runs;

namespace FeatureExplorer.Training.Progress;

/// <summary>A curve that grows, thinned whenever it has grown too long: the distance between its points doubles. Not safe for concurrent use.</summary>
public sealed class LiveCurve
{
    /// <summary>Points that are kept at most.</summary>
    public const int MostPoints = 512;

    private readonly List<double?[]> _points;
    private double _gap;

    /// <summary>An empty curve.</summary>
    public LiveCurve(string name, long steps, IReadOnlyList<string> columns)
        : this(new RunCurve(name, steps, columns, []))
    {
    }

    /// <summary>A curve that goes on where one that was kept has ended.</summary>
    public LiveCurve(RunCurve kept)
    {
        (Name, Steps, Columns) = (kept.Name, kept.Steps, kept.Columns);
        _points = [.. kept.Points];
        _gap = _points.Count < MostPoints / 4 ? 0 : 0.99 * (_points[^1][0]!.Value - _points[0][0]!.Value) / (_points.Count - 1);
    }

    public string Name { get; }

    public long Steps { get; }

    public IReadOnlyList<string> Columns { get; }

    /// <summary>Changes whenever points that were there before are no longer there.</summary>
    public int Generation { get; private set; }

    public IReadOnlyList<double?[]> Points => _points;

    /// <summary>Adds a point, unless it follows the last one too closely. Points at later steps are forgotten: the training went on from an earlier state.</summary>
    public void Add(long step, IReadOnlyList<double> values)
    {
        if (_points.RemoveAll(p => p[0] >= step) > 0)
        {
            Generation++;
        }

        if (_points.Count > 0 && step - _points[^1][0]!.Value < _gap && step < Steps)
        {
            return;
        }

        _points.Add([step, .. values.Select(v => double.IsFinite(v) ? v : (double?)null)]);
        if (_points.Count > MostPoints)
        {
            Thin();
        }
    }

    /// <summary>As it stands.</summary>
    public RunCurve Snapshot() => new(Name, Steps, Columns, [.. _points]);

    private void Thin()
    {
        var kept = _points.Where((_, i) => i % 2 == 0).ToList();
        _points.Clear();
        _points.AddRange(kept);
        _gap = 0.99 * (_points[^1][0]!.Value - _points[0][0]!.Value) / (_points.Count - 1);
        Generation++;
    }
}
