using Bunit;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Storage.Runs;
using FeatureExplorer.Tests.Training;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Web.Components.Pages.Act;
using FeatureExplorer.Web.Components.Plots;
using FeatureExplorer.Web.Components.RunViews;
using FeatureExplorer.Web.Devices;
using FeatureExplorer.Web.Runs;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureExplorer.Tests.Web.Components.RunViews;

public sealed class RunMonitorViewTests : RunViewContext
{
    private readonly CardMemory _memory;
    private int _asked;

    public RunMonitorViewTests()
    {
        _memory = new CardMemory(TimeProvider.System, () =>
        {
            _asked++;
            return [new("Other", 1, 1), new("Card", 80_000_000_000, 12_000_000_000)];
        });
        Services.AddSingleton(_memory);
    }

    [Fact]
    public void Head_Running_ShowsStageShareAndTimeOnlyOnceItIsKnown()
    {
        var run = Run(RunStatus.Running);
        var progress = new RunProgress("Training the transformer", 2, 8, 0.5, "loss 4.1");
        Assert.DoesNotContain("left", Head(new RunSnapshot(run, 1, progress, null, [], [], [])), StringComparison.Ordinal);
        var later = Head(new RunSnapshot(run, 1, progress, 125, [], [], []));
        Assert.Contains("stage 2 of 8, 50 %", later, StringComparison.Ordinal);
        Assert.Contains("2 min 5 s", later, StringComparison.Ordinal);
    }

    [Fact]
    public void Head_OnACard_ShowsItsPrecisionAndTheMemoryInUseOnlyWhileTheRunRuns()
    {
        var run = Run(RunStatus.Running);
        var configuration = SmallRun.Configuration with { Device = "cuda:1", Precision = "tf32" };
        string Shown(RunStatus status) => Render<RunHead>(p => p.Add(h => h.Snapshot, new RunSnapshot(run with { Status = status }, 1, null, null, [], [], []))
            .Add(h => h.Configuration, configuration)).Find(".device").TextContent;

        Assert.Equal("Device cuda:1, tf32", Shown(RunStatus.Paused));
        Assert.Null(_memory.Of("cpu"));
        Assert.Equal(0, _asked);
        Shown(RunStatus.Running);
        Assert.True(SpinWait.SpinUntil(() => _memory.Of("cuda:1") is not null, TimeSpan.FromSeconds(4)));
        Assert.Equal("Device cuda:1, tf32 · 12.0 GB of 80.0 GB of the card’s memory in use", Shown(RunStatus.Running));
        Assert.Equal("Device cuda:1, tf32", Shown(RunStatus.Finished));
        Assert.Equal(1, _asked);
    }

    [Fact]
    public void Head_Failed_TellsWhy() =>
        Assert.Contains("The text ended.", Head(new RunSnapshot(Run(RunStatus.Failed, error: "The text ended."), 1, null, null, [], [], [])), StringComparison.Ordinal);

    [Fact]
    public void Log_EmptyAndFull_ShowsTheNewestFirst()
    {
        Assert.Contains("Nothing yet.", Render<RunLogCard>(p => p.Add(l => l.Events, [])).Markup, StringComparison.Ordinal);
        var lines = Render<RunLogCard>(p => p.Add(l => l.Events, [new(DateTime.UtcNow, RunEventKind.State, "Begun"), new(DateTime.UtcNow, RunEventKind.Warning, "A <b> line")]));
        Assert.Equal(["A <b> line", "Begun"], lines.FindAll(".log li > span:last-child").Select(l => l.TextContent));
    }

    [Fact]
    public void Controls_Changed_TellTheWholeView()
    {
        RunChartView? view = null;
        var controls = Render<RunChartControls>(p => p.Add(c => c.View, RunChartView.Usual).Add(c => c.HasTimes, false)
            .Add(c => c.ViewChanged, EventCallback.Factory.Create<RunChartView>(this, changed => view = changed)));
        controls.Find("input[type=range]").Change("0.85");
        Assert.Equal("/runs/1?smooth=0.85", view!.On("/runs/1"));
        Assert.Equal(RunChartView.Of("time", "0.5", "x,y", "b,a"), RunChartView.Of("time", "0.5", "x,y", "a,b"));
        Assert.Equal("/runs/1?x=time&smooth=0.5&log=x%2Cy&hide=a%2Cb", RunChartView.Of("time", "0.5", "x,y", "b,a").On("/runs/1"));
    }

    [Fact]
    public void Remarks_OfAViewer_AreTextAlone()
    {
        BecomeViewer();
        var run = Run(RunStatus.Finished);
        Assert.Empty(Render<RunRemarksCard>(p => p.Add(c => c.Run, run)).Markup.Trim());
        var shown = Render<RunRemarksCard>(p => p.Add(c => c.Run, run with { Note = "two\nlines", Tags = ["wide"] }));
        Assert.Equal("two\nlines", shown.Find(".text").TextContent);
        Assert.Equal("/runs?q=wide", shown.Find("a.badge").GetAttribute("href"));
        Assert.Empty(shown.FindAll("button"));
    }

    [Fact]
    public void Remarks_Refused_SayWhyAndKeepWhatWasTyped()
    {
        var shown = Render<RunRemarksCard>(p => p.Add(c => c.Run, Run(RunStatus.Finished)));
        shown.FindAll("button").Single(b => b.TextContent == "Edit").Click();
        shown.Find("textarea").Change("why");
        shown.FindAll("button").Single(b => b.TextContent == "Save").Click();
        shown.WaitForAssertion(() => Assert.Contains("needs the role admin", shown.Find(".problem").TextContent, StringComparison.Ordinal));
        Assert.Empty(Store.Find(1)!.Note);
    }

    [Theory]
    [InlineData("granted", "You will be notified")]
    [InlineData("denied", "does not allow notifications")]
    [InlineData("unsupported", "has no notifications")]
    public void Notify_AsTheBrowserAnswers_SaysWhatComes(string answer, string expected)
    {
        var module = JSInterop.SetupModule("/notify.js");
        module.Setup<string>("ask").SetResult(answer);
        module.Mode = JSRuntimeMode.Loose;
        var script = new PageScript(JSInterop.JSRuntime, "/notify.js");
        var shown = Render<RunNotify>(p => p.Add(n => n.Run, Run(RunStatus.Running)).Add(n => n.Script, script));
        shown.Find("button").Click();
        shown.WaitForAssertion(() => Assert.Contains(expected, shown.Markup, StringComparison.Ordinal));
        Assert.Empty(Render<RunNotify>(p => p.Add(n => n.Run, Run(RunStatus.Finished)).Add(n => n.Script, script)).Markup.Trim());
    }

    [Fact]
    public void Settings_OfTwoRuns_AreThoseThatDiffer()
    {
        RunInfo[] runs = [Run(RunStatus.Queued, "A"), Run(RunStatus.Queued, "B")];
        var differences = Render<RunSettingsTable>(p => p.Add(t => t.Runs, runs).Add(t => t.Differences, true));
        var row = Assert.Single(differences.FindAll("tbody tr"));
        Assert.Equal(["Name of the model", "A", "B"], row.Children.Select(c => c.TextContent));
        var all = Render<RunSettingsTable>(p => p.Add(t => t.Runs, runs)).FindAll("tbody tr").Select(r => r.Children[0].TextContent).ToList();
        Assert.Contains("Tokens", all);
        Assert.Contains("Dictionary 1: Features", all);
        Assert.Contains("All settings are the same.", Render<RunSettingsTable>(p => p.Add(t => t.Runs, [runs[0], runs[0]]).Add(t => t.Differences, true)).Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_RunGoesOn_ShowsItWithoutBeingLoadedAgain()
    {
        var run = Run(RunStatus.Running);
        var page = Render<RunDetail>(p => p.Add(d => d.Id, run.Id));
        Assert.Contains("Training the transformer", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("figure"));

        Site.Service<RunHistory>().Save(run.Id, new RunCurve(Curves.Transformer, 9, Curves.Kept(Curves.OfTransformer), [[1, 4.0, 0.001, 1, 100, 0.5]]));
        Store.Report(run.Id, "Training dictionary A/1", 0.5, "L0 12");
        Site.Service<RunFeed>().Refresh(run.Id);
        page.WaitForAssertion(() => Assert.Contains("Training dictionary A/1", page.Find("h2").TextContent, StringComparison.Ordinal));
        Assert.Equal(["transformer-loss", "transformer-learning-rate", "gradient-norm", "tokens-per-second"], page.FindAll("figure").Select(f => f.Id!["run-1-".Length..]));

        Store.End(run.Id, RunStatus.Failed, "The text ended.");
        Site.Service<RunFeed>().Refresh(run.Id);
        page.WaitForAssertion(() => Assert.Contains("The text ended.", page.Find(".cause").TextContent, StringComparison.Ordinal));

        Store.Delete(run.Id);
        Site.Service<RunFeed>().Refresh(run.Id);
        page.WaitForAssertion(() => Assert.Contains("The run has been deleted.", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public void Frames_OfACurveThatGrows_AddWhatIsNewAndAskForAllWhenItWasThinned()
    {
        var run = Run(RunStatus.Running);
        double?[][] points = [[1, 4.0], [2, 2.0], [3, 8.0]];
        var (first, grown, thinned) = (Frame(1, 0, points[..2], null), (RunFrame?)null, (RunFrame?)null);
        grown = Frame(2, 0, points, first);
        thinned = Frame(3, 1, [points[0], points[2]], grown);
        Assert.Null(first.Additions(RunChartView.Usual));
        Assert.Equal("""[{"figure":"transformer-loss","traces":[0,1],"x":[[3],[3]],"y":[[8],[5.5]]}]""", grown.Additions(RunChartView.Usual with { Smooth = 0.5 }));
        Assert.Same(grown.Additions(RunChartView.Usual), grown.Additions(RunChartView.Usual with { LogY = true }));
        Assert.Empty(Frame(4, 0, points, grown).Additions(RunChartView.Usual)!);
        Assert.Null(thinned.Additions(RunChartView.Usual));

        RunFrame Frame(long number, int generation, double?[][] of, RunFrame? before) => new(
            number, new RunSnapshot(run, number, null, null, [new RunCurve(Curves.Transformer, 9, [Curves.Loss], of)], [generation], []), null, new Dictionary<string, double>(), before);
    }

    private string Head(RunSnapshot snapshot) => Render<RunHead>(p => p.Add(h => h.Snapshot, snapshot)).Find("section").TextContent;
}
