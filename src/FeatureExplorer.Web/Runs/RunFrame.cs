using System.Collections.Concurrent;
using System.Text.Json;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Web.Components.Plots;

namespace FeatureExplorer.Web.Runs;

/// <summary>
/// A run as it is at a moment, with its charts: all who look at it share one, and what one of them has asked for is there for the others. Safe for concurrent use.
/// </summary>
public sealed class RunFrame
{
    /// <summary>Charts and additions that are kept; readers who look in other ways have theirs computed for them.</summary>
    private const int MostKept = 96;

    private readonly ConcurrentDictionary<(string Figure, RunChartView View), byte[]> _charts = new();
    private readonly ConcurrentDictionary<(RunAxis X, double Smooth), string?> _additions = new();
    private readonly RunSnapshot? _before;

    /// <param name="number">Counts the frames of a run.</param>
    /// <param name="snapshot">The run.</param>
    /// <param name="configuration">What it was asked to do; null where this version cannot read it.</param>
    /// <param name="limits">The machine's limits, by curve.</param>
    /// <param name="before">The frame before, or null.</param>
    public RunFrame(long number, RunSnapshot snapshot, RunConfiguration? configuration, IReadOnlyDictionary<string, double> limits, RunFrame? before)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        (Number, Snapshot, Configuration, Limits) = (number, snapshot, configuration, limits);
        (_before, After) = (before?.Snapshot, before?.Number);
        Figures = [.. RunFigure.All.Where(figure => Lines(figure, RunAxis.Step).Count > 0)];
        HasTimes = snapshot.Curves.Any(static curve => curve.Columns.Contains(Curves.Seconds) && curve.Points.Any(static point => point[^1] is not null));
    }

    public long Number { get; }

    /// <summary>Number of the frame before, or null.</summary>
    public long? After { get; }

    public RunSnapshot Snapshot { get; }

    public RunConfiguration? Configuration { get; }

    public IReadOnlyDictionary<string, double> Limits { get; }

    /// <summary>The figures that have something to draw.</summary>
    public IReadOnlyList<RunFigure> Figures { get; }

    /// <summary>Whether its points can be drawn by time; earlier versions did not note it.</summary>
    public bool HasTimes { get; }

    /// <summary>The lines of a figure.</summary>
    public IReadOnlyList<RunLine> Lines(RunFigure figure, RunAxis x) => RunLine.Of(figure, Snapshot.Curves, Configuration, x, Limits);

    /// <summary>The chart of a figure as <see cref="ChartJson"/>.</summary>
    public byte[] Chart(RunFigure figure, RunChartView view)
    {
        ArgumentNullException.ThrowIfNull(figure);
        ArgumentNullException.ThrowIfNull(view);
        var key = (figure.Key, view);
        if (_charts.TryGetValue(key, out var kept))
        {
            return kept;
        }

        var chart = ChartJson.Of(RunChart.Of(figure, Lines(figure, view.X), view));
        if (_charts.Count < MostKept)
        {
            _charts[key] = chart;
        }

        return chart;
    }

    /// <summary>
    /// What has been added to the charts since the frame before, as JSON for the charts' script: for each figure the traces and their new points; empty when nothing
    /// was. Null when that is not all that has changed: the charts are to be drawn again then.
    /// </summary>
    public string? Additions(RunChartView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var key = (view.X, view.Smooth);
        if (_additions.TryGetValue(key, out var kept))
        {
            return kept;
        }

        var additions = Compute(view);
        if (_additions.Count < MostKept)
        {
            _additions[key] = additions;
        }

        return additions;
    }

    private string? Compute(RunChartView view)
    {
        if (_before is null || !Grew())
        {
            return null;
        }

        var added = new List<object>();
        foreach (var figure in Figures)
        {
            var (now, then) = (Lines(figure, view.X), RunLine.Of(figure, _before.Curves, Configuration, view.X, Limits));
            if (now.Count != then.Count)
            {
                return null;
            }

            var (traces, x, y) = (new List<int>(), new List<double[]>(), new List<double[]>());
            for (var i = 0; i < now.Count; i++)
            {
                var from = then[i].X.Length;
                if (now[i].X.Length > from)
                {
                    Add(now[i].Y, RunChart.TracesOf(view) * i);
                    if (view.Smooth > 0)
                    {
                        Add(Smoothing.Exponential(now[i].Y, view.Smooth), (RunChart.TracesOf(view) * i) + 1);
                    }
                }

                void Add(double[] values, int trace)
                {
                    traces.Add(trace);
                    x.Add(now[i].X[from..]);
                    y.Add(values[from..]);
                }
            }

            if (traces.Count > 0)
            {
                added.Add(new { figure = figure.Key, traces, x, y });
            }
        }

        return added.Count == 0 ? string.Empty : JsonSerializer.Serialize(added);
    }

    /// <summary>Whether every curve of the frame before is the beginning of the same curve now, and none is new.</summary>
    private bool Grew() =>
        _before!.Curves.Count == Snapshot.Curves.Count && Snapshot.Generations.SequenceEqual(_before.Generations)
        && Snapshot.Curves.Zip(_before.Curves).All(static pair =>
            pair.First.Name == pair.Second.Name && pair.First.Steps == pair.Second.Steps && pair.First.Points.Count >= pair.Second.Points.Count);
}
