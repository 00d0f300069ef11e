using FeatureExplorer.Storage.Runs;

namespace FeatureExplorer.Training.Progress;

/// <summary>Numbers a run's stages and passes their progress on, with the points of their curves and the lines of their log.</summary>
public sealed class StageProgress
{
    private readonly IProgress<RunProgress>? _progress;
    private readonly List<double> _weights;
    private int _number;
    private string _stage = string.Empty;
    private double _fraction;
    private string _detail = string.Empty;

    /// <summary>Stages that are expected to take equally long.</summary>
    public StageProgress(int stages, IProgress<RunProgress>? progress)
        : this(Enumerable.Repeat(1.0, stages), progress)
    {
    }

    /// <param name="weights">The time that each stage is expected to take, in any unit.</param>
    /// <param name="progress">Receives the reports.</param>
    public StageProgress(IEnumerable<double> weights, IProgress<RunProgress>? progress)
    {
        _weights = [.. weights.Select(weight => Math.Max(weight, 1e-3))];
        _progress = progress;
    }

    /// <summary>Begins the next stage.</summary>
    public void Begin(string stage)
    {
        _number++;
        _stage = stage;
        while (_weights.Count < _number)
        {
            _weights.Add(1);
        }

        Report(0, string.Empty);
    }

    /// <summary>Reports the share of the current stage that is done.</summary>
    public void Report(double fraction, string detail)
    {
        (_fraction, _detail) = (Math.Clamp(fraction, 0, 1), detail);
        _progress?.Report(Now());
    }

    /// <summary>Ends the current stage.</summary>
    public void End(string detail)
    {
        (_fraction, _detail) = (1, detail);
        _progress?.Report(Now() with { Note = new RunNote(RunEventKind.Stage, $"{_stage}: {detail}") });
    }

    /// <summary>Adds a point to a curve.</summary>
    public void Point(CurvePoint point) => _progress?.Report(Now() with { Point = point });

    /// <summary>Adds a line to the log.</summary>
    public void Note(RunEventKind kind, string text) => _progress?.Report(Now() with { Note = new RunNote(kind, text) });

    /// <summary>A rate as the end of a line of figures; nothing before it is known, as at the first step after a pause.</summary>
    public static string Rate(double perSecond, string unit) =>
        double.IsFinite(perSecond) && perSecond > 0 ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $", {perSecond:N0} {unit}") : string.Empty;

    /// <summary>A rate as a point of a curve: none before it is known.</summary>
    public static double Known(double perSecond) => perSecond > 0 ? perSecond : double.NaN;

    /// <summary>For parts that report nothing but a share.</summary>
    public IProgress<double> Fractions() => new Direct<double>(fraction => Report(Math.Min(fraction, 0.999), string.Empty));

    private RunProgress Now()
    {
        var before = _weights.Take(_number - 1).Sum();
        return new RunProgress(_stage, _number, _weights.Count, _fraction, _detail)
        {
            Overall = (before + (_weights[_number - 1] * _fraction)) / _weights.Sum(),
        };
    }

    /// <summary>Calls back at once on the reporting thread; <see cref="Progress{T}"/> would use the thread pool and change the order.</summary>
    public sealed class Direct<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
