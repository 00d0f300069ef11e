using Bunit;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Web.Components.RunViews;
using FeatureExplorer.Web.Runs;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace FeatureExplorer.Tests.Web.Components.RunViews;

public sealed class RunActionsTests : RunViewContext
{
    private readonly List<RunOutcome?> _outcomes = [];

    [Theory]
    [InlineData(RunStatus.Queued, "Pause,Cancel,Earlier,Later,Delete,Clone")]
    [InlineData(RunStatus.Running, "Show features now,Pause,Cancel,Clone")]
    [InlineData(RunStatus.Paused, "Resume,Cancel,Delete,Clone")]
    [InlineData(RunStatus.Failed, "Resume,Delete,Clone")]
    [InlineData(RunStatus.Cancelled, "Resume,Delete,Clone")]
    [InlineData(RunStatus.Finished, "Delete,Clone")]
    public void Buttons_OfAState_AreThoseThatItAllows(RunStatus status, string expected)
    {
        var shown = Show(Run(status));
        Assert.Equal(expected, string.Join(',', shown.FindAll(".run-acts :is(button:not([disabled]), a)").Select(b => b.TextContent.Trim())));
    }

    [Fact]
    public void Buttons_OfARunWhoseStateChanges_KeepTheirPlaces()
    {
        var run = Run(RunStatus.Running);
        var shown = Show(run);
        const string Places = "Show features now,Pause,Resume,Cancel,Earlier,Later,Delete,Clone";
        foreach (var status in Enum.GetValues<RunStatus>())
        {
            shown.Render(p => p.Add(a => a.Run, run with { Status = status }));
            Assert.Equal(Places, string.Join(',', shown.FindAll(".run-acts :is(button, a)").Select(b => b.TextContent.Trim())));
        }
    }

    [Fact]
    public void Buttons_OfAViewer_AreNone()
    {
        BecomeViewer();
        Assert.Empty(Show(Run(RunStatus.Running)).Markup.Trim());
    }

    [Fact]
    public void Delete_IsAskedFor_AndNothingHappensWhenTheRunIsKept()
    {
        var dialogs = Render<MudDialogProvider>();
        var run = Run(RunStatus.Finished);
        var shown = Show(run);
        shown.FindAll("button").Single(b => b.TextContent == "Delete").Click();
        dialogs.WaitForAssertion(() => Assert.Contains("Gone for good: the record of run 1", dialogs.Markup, StringComparison.Ordinal));
        dialogs.FindAll("button").Single(b => b.TextContent == "Keep the run").Click();
        Assert.NotNull(Store.Find(run.Id));
        Assert.Empty(_outcomes);
    }

    [Fact]
    public async Task Act_OfSomebodyWhoseSessionIsNone_IsRefusedByTheService()
    {
        // The page takes its visitor for an administrator; the server has no such session.
        var run = Run(RunStatus.Queued);
        var shown = Show(run);
        await shown.FindAll("button").Single(b => b.TextContent == "Pause").ClickAsync(new());
        shown.WaitForAssertion(() => Assert.Contains("needs the role admin", Assert.Single(_outcomes)!.Message, StringComparison.Ordinal));
        Assert.Equal(RunStatus.Queued, Store.Find(run.Id)!.Status);
    }

    [Fact]
    public void Message_OfWhatCanBeUndone_OffersIt()
    {
        var undone = Render<RunMessage>(p => p.Add(m => m.Outcome, new RunOutcome(1, RunAct.Cancel, true, "Run 1 is cancelled.", RunAct.Resume)));
        Assert.Contains("Run 1 is cancelled.", undone.Markup, StringComparison.Ordinal);
        Assert.Contains(undone.FindAll("button"), b => b.TextContent == "Undo");
        var final = Render<RunMessage>(p => p.Add(m => m.Outcome, new RunOutcome(1, RunAct.Delete, true, "Run 1 is deleted.", null)));
        Assert.DoesNotContain(final.FindAll("button"), b => b.TextContent == "Undo");
        Assert.Empty(Render<RunMessage>(p => p.Add(m => m.Outcome, null)).Markup.Trim());
    }

    [Fact]
    public void Message_OfARunThatStops_ChangesOnceItHasStopped()
    {
        var run = Run(RunStatus.Running);
        Store.Request(run.Id, RunMove.Pause);
        var outcome = new RunOutcome(run.Id, RunAct.Pause, true, "Run 1 is being paused.", RunAct.Resume) { Passing = true };
        var message = Render<RunMessage>(p => p.Add(m => m.Outcome, outcome));
        Assert.Contains("is being paused", message.Markup, StringComparison.Ordinal);
        Store.Move(run.Id, RunMove.Pause);
        message.Render(p => p.Add(m => m.Outcome, outcome));
        Assert.Contains($"Run {run.Id} is paused.", message.Markup, StringComparison.Ordinal);
        Store.Move(run.Id, RunMove.Resume);
        message.Render(p => p.Add(m => m.Outcome, outcome));
        Assert.Empty(message.Markup.Trim());
    }

    private IRenderedComponent<RunActions> Show(RunInfo run) => Render<RunActions>(p => p
        .Add(a => a.Run, run).Add(a => a.Forming, true)
        .Add(a => a.OnDone, EventCallback.Factory.Create<RunOutcome?>(this, _outcomes.Add)));
}
