using System.Diagnostics;
using FeatureExplorer.Storage.Runs;

namespace FeatureExplorer.Training.Progress;

/// <summary>
/// A run that this process carries out: takes its reports, writes them down at a bounded pace, and shows them to whoever watches. Safe for
/// concurrent use.
/// </summary>
public sealed class LiveRun : IProgress<RunProgress>
{
    private const int EventsShown = 200;
    private const double SettlesAfterSeconds = 4;
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan CurveInterval = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private readonly long _id;
    private readonly RunStore _runs;
    private readonly RunHistory _history;
    private readonly IProgress<RunProgress>? _next;
    private readonly List<LiveCurve> _curves;
    private readonly HashSet<LiveCurve> _unsaved = [];
    private readonly List<RunEvent> _events;
    private readonly long _begun = Stopwatch.GetTimestamp();
    private readonly double _workedBefore;
    private RunProgress? _latest;
    private long _version = Stopwatch.GetTimestamp();
    private long _reported;
    private long _saved;
    private long _stageStart;
    private double _stageFrom;
    private double _stageFromOverall;
    private double _pace;
    private int _featuresWanted;

    /// <param name="id">The run.</param>
    /// <param name="runs">Where its progress is written.</param>
    /// <param name="history">Where its curves and its log are written; those of an earlier part of the run are taken up.</param>
    /// <param name="next">Gets every report, too; or null.</param>
    public LiveRun(long id, RunStore runs, RunHistory history, IProgress<RunProgress>? next)
    {
        (_id, _runs, _history, _next) = (id, runs, history, next);
        _curves = [.. history.Curves(id).Select(curve => new LiveCurve(Timed(curve)))];
        _workedBefore = _curves.SelectMany(static curve => curve.Points).Max(static point => point[^1]) ?? 0;
        _events = [.. history.Events(id, EventsShown)];
    }

    public void Report(RunProgress value)
    {
        _next?.Report(value);
        RunEvent? line = value.Note is { } note ? _history.Log(_id, note.Kind, note.Text) : null;
        lock (_gate)
        {
            Take(value, line);
        }

        var ends = value.Fraction is 0 or 1 && value.Point is null && value.Note is null;
        if (ends || Stopwatch.GetElapsedTime(_reported) >= ReportInterval)
        {
            _reported = Stopwatch.GetTimestamp();
            _runs.Report(_id, value.Stage, value.Overall, value.Detail);
        }

        if (ends || Stopwatch.GetElapsedTime(_saved) >= CurveInterval)
        {
            Save();
        }
    }

    /// <summary>Adds a line to the log.</summary>
    public void Log(RunEventKind kind, string text)
    {
        var line = _history.Log(_id, kind, text);
        lock (_gate)
        {
            AddLine(line);
        }
    }

    /// <summary>Writes down what has not been written yet.</summary>
    public void Save()
    {
        _saved = Stopwatch.GetTimestamp();
        List<RunCurve> changed;
        lock (_gate)
        {
            changed = [.. _unsaved.Select(curve => curve.Snapshot())];
            _unsaved.Clear();
        }

        changed.ForEach(curve => _history.Save(_id, curve));
    }

    /// <summary>What watchers see.</summary>
    /// <param name="run">The run's record.</param>
    public RunSnapshot Snapshot(RunInfo run)
    {
        lock (_gate)
        {
            return new RunSnapshot(
                run, _version, _latest, SecondsLeft(), [.. _curves.Select(c => c.Snapshot())], [.. _curves.Select(c => c.Generation)], [.. _events]);
        }
    }

    /// <summary>Asks for the features of the dictionary in training.</summary>
    public void WantFeatures() => Interlocked.Exchange(ref _featuresWanted, 1);

    /// <summary>True once after somebody has asked.</summary>
    public bool TakeFeaturesWanted() => Volatile.Read(ref _featuresWanted) == 1 && Interlocked.Exchange(ref _featuresWanted, 0) == 1;

    /// <summary>Changes with every report.</summary>
    public long Version => Interlocked.Read(ref _version);

    private void Take(RunProgress value, RunEvent? line)
    {
        if (value.Stage != _latest?.Stage || value.StageNumber != _latest?.StageNumber)
        {
            _stageStart = Stopwatch.GetTimestamp();
            _stageFrom = value.Fraction;
            _stageFromOverall = value.Overall;
        }

        // The first report of a stage that goes on from a checkpoint does not begin at 0.
        if (_stageFrom == 0 && _latest is { Fraction: 0 } && value.Fraction > 0.02 && Stopwatch.GetElapsedTime(_stageStart).TotalSeconds < 2)
        {
            (_stageFrom, _stageFromOverall) = (value.Fraction, value.Overall);
        }

        _latest = value;
        if (value.Point is { } point)
        {
            var curve = Curve(point);
            if (!Repeats(curve, point))
            {
                curve.Add(point.Step, [.. point.Values, _workedBefore + Stopwatch.GetElapsedTime(_begun).TotalSeconds]);
            }
        }

        if (line is not null)
        {
            AddLine(line);
        }

        Interlocked.Increment(ref _version);
    }

    // A stage that was finished before a pause tells its result again: the point keeps its time.
    private static bool Repeats(LiveCurve curve, CurvePoint point) =>
        curve.Points.Count > 0 && curve.Points[^1] is var last && last[0] == point.Step && point.Values.Select((value, i) => last[i + 1] == value).All(static same => same);

    private LiveCurve Curve(CurvePoint point)
    {
        var columns = Curves.Kept(point.Columns);
        var found = _curves.FindIndex(c => c.Name == point.Curve);
        if (found < 0 || _curves[found].Steps != point.Steps || !_curves[found].Columns.SequenceEqual(columns))
        {
            var added = new LiveCurve(point.Curve, point.Steps, columns);
            if (found >= 0)
            {
                _unsaved.Remove(_curves[found]);
                _curves[found] = added;
            }
            else
            {
                found = _curves.Count;
                _curves.Add(added);
            }
        }

        _unsaved.Add(_curves[found]);
        return _curves[found];
    }

    // Earlier versions did not note the time.
    private static RunCurve Timed(RunCurve kept) => kept.Columns.Contains(Curves.Seconds)
        ? kept
        : kept with { Columns = Curves.Kept(kept.Columns), Points = [.. kept.Points.Select(static point => (double?[])[.. point, null])] };

    private void AddLine(RunEvent line)
    {
        _events.Add(line);
        if (_events.Count > EventsShown)
        {
            _events.RemoveAt(0);
        }

        Interlocked.Increment(ref _version);
    }

    /// <summary>The current stage at its own pace, what follows at the pace at which the run has kept to its estimate so far.</summary>
    private double? SecondsLeft()
    {
        if (_latest is not { } now)
        {
            return null;
        }

        var elapsed = Stopwatch.GetElapsedTime(_stageStart).TotalSeconds;
        var done = now.Fraction - _stageFrom;
        // What a stage does first is seldom its pace: caches are cold, files are opened.
        if (done > 0.02 && elapsed > SettlesAfterSeconds)
        {
            var covered = now.Overall - _stageFromOverall;
            _pace = covered > 0 ? elapsed / covered : _pace;
        }

        return _pace > 0 ? _pace * (1 - now.Overall) : null;
    }
}
