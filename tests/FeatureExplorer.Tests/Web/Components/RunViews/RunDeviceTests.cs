using Bunit;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Storage.Runs;
using FeatureExplorer.Tests.Training;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Web.Components.RunViews;
using FeatureExplorer.Web.Runs;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace FeatureExplorer.Tests.Web.Components.RunViews;

/// <summary>A server with the processor alone, and runs that want a card.</summary>
public sealed class RunDeviceTests : RunViewContext
{
    private readonly List<RunOutcome?> _outcomes = [];

    [Fact]
    public void Device_OfAFailedRunIsGone_OffersAnotherAndSaysWhatChanges()
    {
        var dialogs = Render<MudDialogProvider>();
        var shown = Show(OnACard(RunStatus.Failed, "tf32"));
        shown.WaitForAssertion(() => Assert.Contains("There is no device cuda:7 on this machine; there is cpu.", shown.Markup, StringComparison.Ordinal));

        shown.Find("button").Click();

        Assert.Equal("Resume on another device", shown.Find("button").TextContent.Trim());
        dialogs.WaitForAssertion(() => Assert.Contains("differ in their last digits", dialogs.Markup, StringComparison.Ordinal));
        Assert.Contains("float32 in the place of tf32", dialogs.Markup, StringComparison.Ordinal);
        dialogs.FindAll("button").Single(static b => b.TextContent.Trim() == "Resume on cpu").Click();
        // The page takes its visitor for an administrator; the server has no such session.
        shown.WaitForAssertion(() => Assert.Contains("needs the role admin", Assert.Single(_outcomes)!.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Device_OfARunThatHasNotBegunIsGone_LosesNothing()
    {
        var dialogs = Render<MudDialogProvider>();
        var shown = Show(OnACard(RunStatus.Queued, "float32"));
        shown.WaitForElement("button").Click();

        dialogs.WaitForAssertion(() => Assert.Contains("The run has not begun: all of it is computed on cpu.", dialogs.Markup, StringComparison.Ordinal));
        Assert.DoesNotContain("last digits", dialogs.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Device_ForAViewer_IsToldWithoutAButton()
    {
        BecomeViewer();
        var shown = Show(OnACard(RunStatus.Paused, "float32"));

        shown.WaitForAssertion(() => Assert.Contains("There is no device cuda:7", shown.Markup, StringComparison.Ordinal));
        Assert.Empty(shown.FindAll("button"));
    }

    [Theory]
    [InlineData(RunStatus.Failed)]
    [InlineData(RunStatus.Queued)]
    [InlineData(RunStatus.Finished)]
    public void Device_ThatIsThere_IsNotMentioned(RunStatus status) => Assert.Empty(Show(Run(status)).Markup.Trim());

    private RunInfo OnACard(RunStatus status, string precision)
    {
        var run = Store.Add("custom", RunConfigurationJson.Write(SmallRun.Configuration with { Device = "cuda:7", Precision = precision, BeganOn = "cuda Card, libtorch 2.10.0, float32" }));
        Store.Bring(run.Id, status);
        return Store.Find(run.Id)!;
    }

    private IRenderedComponent<RunDevice> Show(RunInfo run) => Render<RunDevice>(p => p
        .Add(d => d.Run, run).Add(d => d.Configuration, RunConfigurationJson.Of(run))
        .Add(d => d.OnDone, EventCallback.Factory.Create<RunOutcome?>(this, _outcomes.Add)));
}
