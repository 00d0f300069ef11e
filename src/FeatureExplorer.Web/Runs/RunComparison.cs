using System.Globalization;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Components.Plots;
using Plotly.Blazor;

namespace FeatureExplorer.Web.Runs;

/// <summary>Several runs side by side: in every chart a colour for each run, and a style of line for each of a run's trainings.</summary>
/// <param name="Frames">The runs that are there, in the order in which they were named.</param>
/// <param name="Missing">Numbers that no run has.</param>
public sealed record RunComparison(IReadOnlyList<RunFrame> Frames, IReadOnlyList<long> Missing)
{
    /// <summary>Runs at most.</summary>
    public const int Most = 16;

    /// <summary>The figures that have something to draw.</summary>
    public IReadOnlyList<RunFigure> Figures => [.. RunFigure.All.Where(figure => Frames.Any(frame => frame.Figures.Contains(figure)))];

    /// <summary>Whether the points of every run can be drawn by time.</summary>
    public bool HasTimes => Frames.All(static frame => frame.HasTimes);

    /// <summary>The runs that an address names.</summary>
    /// <param name="feed">Where they are.</param>
    /// <param name="lists">Lists of numbers, separated by commas, which have been checked.</param>
    /// <exception cref="AddressException">There are too many.</exception>
    public static RunComparison Of(RunFeed feed, IEnumerable<string> lists)
    {
        ArgumentNullException.ThrowIfNull(feed);
        var ids = lists.SelectMany(static list => list.Split(',')).Select(static word => long.Parse(word, CultureInfo.InvariantCulture)).Distinct().ToList();
        if (ids.Count > Most)
        {
            throw new AddressException($"These are {ids.Count} runs; {Most} can be compared at most.");
        }

        var found = ids.Select(id => (Id: id, Frame: feed.Latest(id))).ToList();
        return new RunComparison([.. found.Select(static f => f.Frame).OfType<RunFrame>()], [.. found.Where(static f => f.Frame is null).Select(static f => f.Id)]);
    }

    /// <summary>The lines of a figure, each named for its run.</summary>
    public IReadOnlyList<RunLine> Lines(RunFigure figure, RunAxis x) =>
        [.. Frames.SelectMany((frame, run) => frame.Lines(figure, x).Select((line, i) => line with
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"run {frame.Snapshot.Run.Id} · {line.Name}"),
            Colour = run,
            Dash = i,
            Limit = null,
        }))];

    /// <summary>The chart of a figure.</summary>
    public ChartDefinition Chart(RunFigure figure, RunChartView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return RunChart.Of(figure, Lines(figure, view.X), view);
    }
}
