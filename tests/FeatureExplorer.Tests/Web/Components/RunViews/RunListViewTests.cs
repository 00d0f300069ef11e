using Bunit;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Web.Components.RunViews;
using FeatureExplorer.Web.Runs;
using Microsoft.AspNetCore.Components;

namespace FeatureExplorer.Tests.Web.Components.RunViews;

public sealed class RunListViewTests : RunViewContext
{
    private RunGridView _view = RunGridView.Usual;

    [Fact]
    public void Queue_Empty_SaysSo()
    {
        var queue = Render<RunQueueCard>(p => p.Add(q => q.Runs, []).Add(q => q.Allowed, false));
        Assert.Contains("Nothing runs and nothing waits.", queue.Markup, StringComparison.Ordinal);
        Assert.Contains("An administrator can start a run here", queue.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Queue_RunsOfAllStates_HasThoseThatGoOnInTheirOrder()
    {
        var (waits, paused, last, running) = (Run(RunStatus.Queued, "W"), Run(RunStatus.Paused, "P"), Run(RunStatus.Queued, "L"), Run(RunStatus.Running, "R"));
        Run(RunStatus.Finished, "F");
        Run(RunStatus.Failed, "X", "The text ended.");
        Store.TryShift(last.Id, earlier: true);
        var queue = Render<RunQueueCard>(p => p.Add(q => q.Runs, RunListing.Queue(Items())).Add(q => q.Allowed, false));
        Assert.Equal(
            [$"now Run {running.Id}", $"1 Run {last.Id}", $"2 Run {waits.Id}", $"– Run {paused.Id}"],
            queue.FindAll("tbody tr").Select(row => $"{row.Children[0].TextContent} {row.Children[1].TextContent}"));
        Assert.Empty(queue.FindAll("button"));
    }

    [Fact]
    public void Grid_NoRuns_SaysSo() => Assert.Contains("There is no run yet.", Grid().Markup, StringComparison.Ordinal);

    [Fact]
    public void Grid_Runs_AreSortedSearchedAndGroupedAsTheAddressSays()
    {
        Run(RunStatus.Finished, "Narrow");
        Run(RunStatus.Failed, "Wide", "The text ended.");
        Run(RunStatus.Finished, "Narrow");
        Store.TryRemark(2, RunRemarks.Of("the <b>widest</b>", "seed=7"));
        Assert.Equal(["Run 3", "Run 2", "Run 1"], Rows(Grid()));
        Assert.Equal(["Run 1", "Run 2", "Run 3"], Rows(Grid(RunGridView.Of(null, null, "id", "asc", null, null))));
        Assert.Equal(["Run 2"], Rows(Grid(RunGridView.Of("SEED=7 wide", null, null, null, null, null))));
        Assert.Equal(["Run 2"], Rows(Grid(RunGridView.Of(null, "failed", null, null, null, null))));
        Assert.Contains("No run matches.", Grid(RunGridView.Of("nowhere", null, null, null, null, null)).Markup, StringComparison.Ordinal);
        var grouped = Grid(RunGridView.Of(null, null, null, null, "model", "note"));
        Assert.Equal(2, grouped.FindAll(".mud-table-row-group-indented-1, .mud-datagrid-group").Count);
        Assert.DoesNotContain("widest", grouped.Markup, StringComparison.Ordinal);
        Assert.Contains("the &lt;b&gt;widest", Grid().Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Grid_HeaderClicked_SortsAndTellsTheAddress()
    {
        Run(RunStatus.Finished, "B");
        Run(RunStatus.Finished, "A");
        var grid = Grid();
        grid.FindAll("th .sortable-column-header").Single(h => h.TextContent.Trim() == "Model").Click();
        grid.WaitForAssertion(() => Assert.Equal(("model", false), (_view.Sort, _view.Descending)));
        Assert.Equal(["Run 2", "Run 1"], Rows(grid));
        Assert.Equal("/runs?sort=model", _view.Address());
    }

    [Fact]
    public void Grid_RunsChosen_CanBeCompared()
    {
        Run(RunStatus.Finished);
        Run(RunStatus.Finished);
        var grid = Grid();
        Assert.DoesNotContain("/runs/compare?ids=", grid.Markup, StringComparison.Ordinal);
        foreach (var box in (string[])["Compare run 2", "Compare run 1"])
        {
            grid.Find($"input[aria-label='{box}']").Change(true);
        }

        grid.WaitForAssertion(() => Assert.Equal("/runs/compare?ids=1,2", grid.FindAll("a").Single(a => a.TextContent.Contains("Compare selected (2)", StringComparison.Ordinal)).GetAttribute("href")));
    }

    [Theory]
    [InlineData("/runs")]
    [InlineData("/runs?order=asc")]
    [InlineData("/runs?q=seed%3D3&state=failed&sort=took&order=desc&group=model&hide=tags,note")]
    public void View_OfAnAddress_HasThatAddress(string address)
    {
        var query = System.Web.HttpUtility.ParseQueryString(address.Contains('?', StringComparison.Ordinal) ? address[(address.IndexOf('?', StringComparison.Ordinal) + 1)..] : string.Empty);
        Assert.Equal(address, RunGridView.Of(query["q"], query["state"], query["sort"], query["order"], query["group"], query["hide"]).Address().Replace("%2C", ",", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Rows(IRenderedComponent<RunGrid> grid) => grid.FindAll("tbody td a[href^='/runs/']").Select(a => a.TextContent).Where(t => t.StartsWith("Run ", StringComparison.Ordinal));

    private IRenderedComponent<RunGrid> Grid(RunGridView? view = null) => Render<RunGrid>(p => p
        .Add(g => g.Runs, Items()).Add(g => g.Allowed, false).Add(g => g.View, view ?? RunGridView.Usual)
        .Add(g => g.ViewChanged, EventCallback.Factory.Create<RunGridView>(this, changed => _view = changed)));
}
