using AngleSharp.Dom;
using Bunit;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Corpora;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Storage.Runs;
using FeatureExplorer.Tests.Training;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Devices;
using FeatureExplorer.Web;
using FeatureExplorer.Web.Components.NewRuns;
using FeatureExplorer.Web.Components.Pages.Act;
using FeatureExplorer.Web.Runs;
using FeatureExplorer.Web.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;

namespace FeatureExplorer.Tests.Web.Components.Pages;

/// <summary>The form for a run while an administrator fills it in.</summary>
public sealed class RunNewTests : StudioContext
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Machine _devices = new();

    public RunNewTests() => Services.AddSingleton<IComputeDevices>(_devices);

    [Fact]
    public async Task Page_First_IsEstimated()
    {
        var page = await Open();
        Assert.Equal("2", page.Find("#estimate-dictionaries").TextContent);
        Assert.Empty(page.FindAll(".problems"));
        Assert.Contains("standard", page.Find("[aria-current=true]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Field_Changed_ChangesTheEstimate()
    {
        var page = await Open("preset=demo");
        var before = page.Find("#estimate-time").TextContent;
        Fill(page, "transformer.tokens", "400000000");
        page.WaitForAssertion(() => Assert.NotEqual(before, page.Find("#estimate-time").TextContent), Patience);
        var expected = RunEstimate.Of(RunPreset.Demo with { Transformer = RunPreset.Demo.Transformer with { Tokens = 400_000_000 } }, MachineSpeed.Known(Site.Service<FeatureExplorer.Storage.Folder.DataFolder>()), RunEstimator.DemoBytes);
        Assert.StartsWith(FeatureExplorer.Web.Features.Show.Duration(expected.Seconds), page.Find("#estimate-time").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fields_SeveralWrong_AreAllTold_AtTheirFieldsAndAsLinks()
    {
        var page = await Open("preset=demo");
        Fill(page, "heldOutTokens", "abc");
        Fill(page, "transformer.vocabulary", "12");
        Fill(page, "dictionaries[0].features", "many");
        page.WaitForAssertion(() => Assert.Equal("Fix 3 settings", page.Find(".problems h2").TextContent), Patience);
        Assert.Equal(["Held-out tokens", "Vocabulary", "Dictionary 1, Features"], page.FindAll(".problems a").Select(a => a.TextContent));
        foreach (var (field, says) in new[] { ("heldOutTokens", "\"abc\" is not"), ("transformer.vocabulary", "Vocabulary is 12"), ("dictionaries[0].features", "\"many\" is not") })
        {
            Assert.Equal("true", Field(page, field).GetAttribute("aria-invalid"));
            Assert.Contains(says, Field(page, field).Closest(".setting")!.TextContent, StringComparison.Ordinal);
        }

        Assert.Contains("From the last settings without a problem", page.Find(".estimate").TextContent, StringComparison.Ordinal);

        // One is mended, and the run is not started with the others.
        Fill(page, "heldOutTokens", "20000");
        page.WaitForAssertion(() => Assert.Equal("Fix 2 settings", page.Find(".problems h2").TextContent), Patience);
        Click(page, () => Button(page, "Start run"));
        Assert.Empty(Site.Service<RunStore>().Latest(5));
        Fill(page, "transformer.vocabulary", "500");
        page.WaitForAssertion(() => Assert.Equal("Fix 1 setting", page.Find(".problems h2").TextContent), Patience);
    }

    [Fact]
    public async Task Link_OfAProblem_ShowsItsStepAndOpensItsDictionary()
    {
        var script = JSInterop.SetupModule(call => call.Arguments[0] is string address && address.Contains("js/draft", StringComparison.Ordinal));
        script.Mode = JSRuntimeMode.Loose;
        var page = await Open("preset=demo");
        Fill(page, "dictionaries[0].features", "many");
        page.WaitForAssertion(() => Assert.Single(page.FindAll(".problems a")), Patience);
        Click(page, () => Button(page, "Close"));
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("[id='dictionaries[0].features']")), Patience);
        Click(page, () => page.Find(".problems a"));
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("[id='dictionaries[0].features']")), Patience);
        Assert.Contains("Dictionaries", page.Find("[role=tab][aria-selected=true]").TextContent, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.Contains(script.Invocations["focus"], call => Equals(call.Arguments[0], "dictionaries[0].features")), Patience);
    }

    [Fact]
    public async Task Preset_AfterChoices_LeavesThemAndSaysWhatItChanged()
    {
        Add("tales");
        var page = await Open("corpus=tales");
        Fill(page, "transformer.tokens", "7000000");
        page.WaitForAssertion(() => Assert.Contains("Discard draft", page.Markup, StringComparison.Ordinal), Patience);
        Click(page, () => page.FindAll(".presets a").Single(a => a.TextContent == "demo"));
        page.WaitForAssertion(() => Assert.Equal("2048", Value(page, "transformer.vocabulary")), Patience);
        Assert.Equal("7000000", Value(page, "transformer.tokens"));
        Assert.StartsWith("tales: 2 documents", Value(page, "corpus"), StringComparison.Ordinal);
        var told = page.Find(".preset-changes").TextContent;
        Assert.Contains("What you chose is kept: Corpus; Tokens.", told, StringComparison.Ordinal);
        Assert.Contains("Vocabulary: 8,192 → 2,048", told, StringComparison.Ordinal);

        Click(page, () => Button(page, "Undo"));
        page.WaitForAssertion(() => Assert.Equal("8192", Value(page, "transformer.vocabulary")), Patience);
        Assert.Empty(page.FindAll(".preset-changes"));
    }

    [Fact]
    public async Task Draft_AfterAReload_ComesBackAndCanBeDiscarded()
    {
        var draft = RunForm.Of(RunPreset.Demo, null);
        draft.Choose("heldOutTokens", "123456");
        Keep("/runs/new?preset=demo\n" + draft.Save());
        var page = await Open("preset=demo");
        page.WaitForAssertion(() => Assert.Equal("123456", Value(page, "heldOutTokens")), Patience);
        Click(page, () => Button(page, "Discard draft"));
        page.WaitForAssertion(() => Assert.Equal("300000", Value(page, "heldOutTokens")), Patience);
        Assert.DoesNotContain(page.FindAll("button"), b => b.TextContent.Contains("Discard draft", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Draft_OfAnotherAddress_IsOfferedOnly()
    {
        var draft = RunForm.Of(RunPreset.Demo, null);
        draft.Choose("heldOutTokens", "123456");
        Keep("/runs/new?from=7\n" + draft.Save());
        var page = await Open("preset=standard");
        Assert.Equal("2200000", Value(page, "heldOutTokens"));
        Click(page, () => Button(page, "Continue it"));
        page.WaitForAssertion(() => Assert.Equal("123456", Value(page, "heldOutTokens")), Patience);
    }

    [Fact]
    public async Task Clone_Run_BeginsWithItsSettings()
    {
        Site.Service<RunStore>().Add("custom", RunConfigurationJson.Write(SmallRun.Configuration with { Model = "Q", Seed = 9 }));
        var page = await Open("from=1");
        Assert.Equal(("Q", "9", "48"), (Value(page, "model"), Value(page, "seed"), Value(page, "dictionaries[0].features")));
        Assert.Equal("New run from run 1", page.Find("h1").TextContent);

        Click(page, () => Button(page, "Start run"));
        page.WaitForAssertion(() => Assert.Equal(2, Site.Service<RunStore>().Latest(5).Count), Patience);
        Assert.Equal(1, Site.Service<RunStore>().Find(2)!.ClonedFrom);
    }

    [Fact]
    public async Task Start_RunThatIsReady_QueuesItAndGoesToIt()
    {
        var page = await Open("preset=demo");
        Click(page, () => Button(page, "Start run"));
        page.WaitForAssertion(() => Assert.Single(Site.Service<RunStore>().Latest(5)), Patience);
        var run = Site.Service<RunStore>().Find(1)!;
        Assert.Equal((RunStatus.Queued, User.AccountName(), RunConfigurationJson.Write(DevicePlacement.Place(RunPreset.Demo, new EngineDevices()))), (run.Status, run.RequestedBy, RunConfigurationJson.Write(RunConfigurationJson.Of(run)!)));
        page.WaitForAssertion(() => Assert.EndsWith("/runs/1", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal), Patience);
    }

    [Fact]
    public async Task Start_NameThatIsTaken_IsRefusedUntilItsReplacementIsTicked()
    {
        var runs = Site.Service<RunStore>();
        runs.Bring(runs.Add("demo", RunConfigurationJson.Write(SmallRun.Configuration)).Id, RunStatus.Paused);
        runs.Bring(runs.Add("demo", RunConfigurationJson.Write(SmallRun.Configuration)).Id, RunStatus.Paused);
        var page = await Open("from=1");
        Assert.Empty(page.FindAll("input[type=checkbox]"));
        Fill(page, "dictionaries[0].features", "32");
        page.WaitForAssertion(() => Assert.Contains("A/2 is free", page.Find(".problems").TextContent, StringComparison.Ordinal), Patience);
        Click(page, () => Button(page, "Start run"));
        page.WaitForAssertion(() => Assert.False(Button(page, "Start run").HasAttribute("disabled")), Patience);
        Assert.Equal(2, runs.Latest(5).Count);

        await page.InvokeAsync(() => page.Find("input[type=checkbox]").Change(true));
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".problems")), Patience);
        Click(page, () => Button(page, "Start run"));
        page.WaitForAssertion(() => Assert.Equal(3, runs.Latest(5).Count), Patience);
        Assert.True(RunConfigurationJson.Of(runs.Latest(5)[0]) is { Replace: true });
    }

    [Fact]
    public async Task Start_WithoutTheRole_IsRefusedByTheService()
    {
        await SignIn(Role.Viewer);
        var page = await Open("preset=demo", signIn: false);
        Click(page, () => Button(page, "Start run"));
        page.WaitForAssertion(() => Assert.Contains("needs the role admin", page.Find(".mud-alert").TextContent, StringComparison.Ordinal), Patience);
        Assert.Empty(Site.Service<RunStore>().Latest(5));
    }

    [Fact]
    public async Task Rows_AddedAndRemoved_ChangeTheRun()
    {
        var page = await Open("preset=demo");
        Click(page, () => Button(page, "Add a dictionary"));
        page.WaitForAssertion(() => Assert.Equal("3", page.Find("#estimate-dictionaries").TextContent), Patience);
        Assert.Equal("2048", Value(page, "dictionaries[2].features"));
        Click(page, () => page.Find("[aria-label='Remove dictionary 1']"));
        page.WaitForAssertion(() => Assert.Equal("2", page.Find("#estimate-dictionaries").TextContent), Patience);
    }

    [Fact]
    public async Task Mixture_WithAnUnknownDomain_NamesItAndThoseThatThereAre()
    {
        Add("tales");
        var page = await Open("preset=demo");
        Fill(page, "keep", "arabic=0.5, klingon=0.1");
        page.WaitForAssertion(() => Assert.Contains("the mixture names the domain klingon, but the corpus has arabic, ", page.Find(".problems").TextContent, StringComparison.Ordinal), Patience);
        Assert.NotNull(page.Find("details.advanced[open] [id='keep']"));

        // Corrected, it is still there: the cursor is in it.
        Fill(page, "keep", "arabic=0.5, dna=0.1");
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".problems")), Patience);
        Assert.NotNull(page.Find("details.advanced[open] [id='keep']"));
        await Choose(page, "corpus", "corpus:tales");
        page.WaitForAssertion(() => Assert.Contains("names the domain arabic, dna, but the corpus has no domains", page.Find(".problems").TextContent, StringComparison.Ordinal), Patience);
    }

    [Fact]
    public async Task Value_ThatTheRecipeDoesNotRead_IsEmptied_ItsFieldStays()
    {
        var page = await Open("preset=demo");
        Fill(page, "dictionaries[0].lambda", "0.5");
        await Choose(page, "dictionaries[0].variant", "topk");
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(".problems")), Patience);
        Fill(page, "dictionaries[0].lambda", "");
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".problems")), Patience);
        Assert.Equal("", Value(page, "dictionaries[0].lambda") ?? "");
        await Choose(page, "dictionaries[0].variant", "batchtopk");
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("[id='dictionaries[0].lambda']")), Patience);
    }

    [Fact]
    public async Task Device_OfThisMachine_IsOffered_AndOneOfAnotherIsAProblem()
    {
        _devices.HasCard = true;
        Site.Service<RunStore>().Add("custom", RunConfigurationJson.Write(SmallRun.Configuration with { Model = "Q", Device = "cuda:3", Precision = "tf32" }));
        await SignIn(Role.Admin);
        Services.GetRequiredService<NavigationManager>().NavigateTo($"{Urls.NewRun}?from=1");
        var page = Render<RunNew>();
        page.WaitForAssertion(() => Assert.Contains("There is no device cuda:3 on this machine; there is cuda:0, cpu.", page.Find(".problems").TextContent, StringComparison.Ordinal), Patience);
        Assert.Equal("true", Field(page, "device").GetAttribute("aria-invalid"));
        Assert.Contains("cuda:1 is in use elsewhere.", page.Find(".device-fault").TextContent, StringComparison.Ordinal);
        Assert.Equal(
            [("auto", "auto"), ("cuda:0", "cuda:0: Card, 17.2 GB, libtorch 2.10"), ("cpu", $"cpu: Processor, {FeatureExplorer.Web.Features.Show.Bytes(EngineDevices.Processor.Memory!.Value)}, engine"), ("cuda:3", "cuda:3: not on this machine")],
            Choice(page, "device").Choices);

        await Choose(page, "device", "cuda:0");
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".problems")), Patience);
        Assert.Equal("tf32", Value(page, "precision"));

        // The processor has one precision; the other one is shown until it is taken back.
        await Choose(page, "device", "cpu");
        page.WaitForAssertion(() => Assert.Contains("computes in float32 only", page.Find(".problems").TextContent, StringComparison.Ordinal), Patience);
        await Choose(page, "precision", "float32");
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".problems")), Patience);
        Assert.Empty(page.FindAll("#precision"));
    }

    private async Task<IRenderedComponent<RunNew>> Open(string query = "", bool signIn = true)
    {
        if (signIn)
        {
            await SignIn(Role.Admin);
        }

        Services.GetRequiredService<NavigationManager>().NavigateTo($"{Urls.NewRun}?{query}");
        var page = Render<RunNew>();
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("#estimate-time")), Patience);
        return page;
    }

    private void Keep(string draft)
    {
        var script = JSInterop.SetupModule(call => call.Arguments[0] is string address && address.Contains("js/draft", StringComparison.Ordinal));
        script.Mode = JSRuntimeMode.Loose;
        script.Setup<string>("load", "run-draft").SetResult(draft);
    }

    private void Add(string corpus) => Site.Service<CorpusStore>().TryAdd(new CorpusInfo
    {
        Name = corpus,
        Origin = CorpusOrigin.Upload,
        From = "tales.jsonl",
        Paths = ["sources/tales/tales.jsonl"],
        State = CorpusState.Ready,
        Documents = 2,
        TextBytes = 20_000_000,
    });

    private static IElement Field(IRenderedComponent<RunNew> page, string field) => page.Find($"[id='{field}']");

    private static string? Value(IRenderedComponent<RunNew> page, string field) => Field(page, field).GetAttribute("value");

    // The page may change by itself between looking for an element and using it, unless both are done on its own thread.
    private static void Fill(IRenderedComponent<RunNew> page, string field, string value) => page.InvokeAsync(() => Field(page, field).Input(value));

    private static void Click(IRenderedComponent<RunNew> page, Func<IElement> element) => page.InvokeAsync(() => element().Click());

    private static SettingChoice Choice(IRenderedComponent<RunNew> page, string field) => page.FindComponents<SettingChoice>().Select(c => c.Instance).Single(c => c.Field == field);

    private static Task Choose(IRenderedComponent<RunNew> page, string field, string value) =>
        page.InvokeAsync(() => page.FindComponents<SettingChoice>().Single(c => c.Instance.Field == field).FindComponent<MudSelect<string>>().Instance.ValueChanged.InvokeAsync(value));

    /// <summary>The processor, and a card where a test wants one.</summary>
    private sealed class Machine : IComputeDevices
    {
        public bool HasCard { get; set; }

        public IReadOnlyList<ComputeDevice> All => HasCard ? [new("cuda:0", "Card", 17_200_000_000, "libtorch 2.10"), EngineDevices.Processor] : [EngineDevices.Processor];

        public string? Problem => HasCard ? "cuda:1 is in use elsewhere." : null;

        public IComputeBackend Open(string id, string precision) => throw new NotSupportedException();
    }

    private static IElement Button(IRenderedComponent<RunNew> page, string text) => page.FindAll("button").First(b => b.TextContent.Trim() == text);
}
