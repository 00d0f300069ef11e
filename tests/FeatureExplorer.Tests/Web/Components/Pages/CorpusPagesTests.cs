using AngleSharp.Dom;
using Bunit;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Corpora;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Storage.Runs;
using FeatureExplorer.Tests.Training;
using FeatureExplorer.Tests.Web.Security;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Stages;
using FeatureExplorer.Web;
using FeatureExplorer.Web.Components.CorpusParts;
using FeatureExplorer.Web.Components.Forms;
using FeatureExplorer.Web.Components.Pages.Act;
using FeatureExplorer.Web.Corpora;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;

namespace FeatureExplorer.Tests.Web.Components.Pages;

/// <summary>The pages of corpora in each of their states.</summary>
public sealed class CorpusPagesTests : StudioContext
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public CorpusPagesTests()
        : base(static folder => AccountSite.Patient with { Training = new TrainingOptions { Enabled = false, CorpusRoot = folder }, Fetch = new FetchOptions { MaxMegabytes = 1 } })
    {
    }

    private CorpusStore Store => Site.Service<CorpusStore>();

    [Fact]
    public void List_Empty_SaysSo()
    {
        var page = Render<CorpusList>();
        Assert.Contains("No corpus has been added yet.", page.Markup, StringComparison.Ordinal);
        Assert.Contains("demo corpus", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("a.button"));
    }

    [Fact]
    public async Task List_WhileOneIsRead_FollowsItsState()
    {
        await SignIn(Role.Admin);
        Store.TryAdd(Tales with { State = CorpusState.Preparing, Message = "3 MB received" });
        var page = Render<CorpusList>();
        Assert.Equal("preparing", page.Find(".badge").TextContent);
        Assert.Contains("3 MB received", page.Markup, StringComparison.Ordinal);
        Assert.NotEmpty(page.FindAll($"a[href='{Urls.NewCorpus}']"));
        Store.Save(Tales);
        page.WaitForAssertion(() => Assert.Equal("ready", page.Find(".badge").TextContent), Patience);
    }

    [Fact]
    public async Task Detail_WhileItIsRead_TurnsIntoWhatWasFound()
    {
        await SignIn(Role.Admin);
        Store.TryAdd(Tales with { State = CorpusState.Preparing, Message = "Being read" });
        var page = Detail();
        Assert.Contains("Being read", page.Find(".mud-alert").TextContent, StringComparison.Ordinal);
        Assert.NotEmpty(page.FindAll("[role=progressbar]"));
        Assert.Contains(page.FindAll("button"), b => b.TextContent.Contains("Cancel", StringComparison.Ordinal));
        Store.Save(Tales);
        page.WaitForAssertion(() => Assert.Contains("<b>un</b> deux", page.Find("pre.excerpt").TextContent, StringComparison.Ordinal), Patience);
        Assert.Equal("/charts/corpora/tales", page.Find("#domains").GetAttribute("data-chart"));
        Assert.Contains("1 problem while reading", page.Find("details.warning summary").TextContent, StringComparison.Ordinal);
        Assert.NotEmpty(page.FindAll("a[href='/runs/new?corpus=tales']"));
    }

    [Fact]
    public void Detail_ThatFailed_SaysWhy()
    {
        Store.TryAdd(Tales with { State = CorpusState.Failed, Message = "No text was found in tales.bin" });
        var page = Detail();
        Assert.Contains("No text was found in tales.bin", page.Find(".mud-alert").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain(page.FindAll("button"), b => b.TextContent.Contains("Delete", StringComparison.Ordinal));
        Assert.Empty(page.FindAll("dl.tiles"));
    }

    [Fact]
    public async Task Delete_Corpus_TellsWhatIsLostAndWhoUsesIt()
    {
        await SignIn(Role.Admin);
        Store.TryAdd(Tales);
        var runs = Site.Service<RunStore>();
        var configuration = RunConfigurationJson.Write(SmallRun.Configuration with { Corpus = [CorpusFolder.Prefix + "tales"] });
        runs.Bring(runs.Add("custom", configuration).Id, RunStatus.Finished);
        runs.Bring(runs.Add("custom", configuration).Id, RunStatus.Paused);
        runs.Add("custom", configuration);
        var dialogs = Render<MudDialogProvider>();
        var page = Detail();
        await page.InvokeAsync(() => Button(page, "Delete").Click());
        dialogs.WaitForAssertion(() => Assert.Contains("Delete tales?", dialogs.Markup, StringComparison.Ordinal), Patience);
        Assert.Equal(["run 3", "run 2", "run 1"], dialogs.FindAll("li a").Select(a => a.TextContent));
        Assert.Contains("cannot be resumed without it", dialogs.FindAll("li")[1].TextContent, StringComparison.Ordinal);
        Assert.True(Button(dialogs, "Delete").HasAttribute("disabled"));

        runs.Bring(3, RunStatus.Cancelled);
        await dialogs.InvokeAsync(() => Button(dialogs, "Keep").Click());
        await page.InvokeAsync(() => Button(page, "Delete").Click());
        dialogs.WaitForAssertion(() => Assert.False(Button(dialogs, "Delete").HasAttribute("disabled")), Patience);
        await dialogs.InvokeAsync(() => Button(dialogs, "Delete").Click());
        dialogs.WaitForAssertion(() => Assert.Empty(Store.All()), Patience);
        dialogs.WaitForAssertion(() => Assert.EndsWith(Urls.Corpora, Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal), Patience);
    }

    [Theory]
    [InlineData(Role.Viewer)]
    [InlineData(Role.Annotator)]
    public async Task Library_WithoutTheRole_RefusesEverything(Role role)
    {
        await SignIn(role);
        Store.TryAdd(Tales);
        var library = Site.Service<CorpusLibrary>();
        await Assert.ThrowsAsync<AccessDeniedException>(() => library.Delete(User, "tales"));
        await Assert.ThrowsAsync<AccessDeniedException>(() => library.Upload(User, "other", [new SentFile("a.txt", 1, static _ => Task.CompletedTask)]));
        await Assert.ThrowsAsync<AccessDeniedException>(() => library.Fetch(User, "other", "https://example.org/a.txt"));
        Assert.Throws<AccessDeniedException>(() => library.AddFolder(User, "other", "."));
        Assert.Equal("tales", Assert.Single(Store.All()).Name);
    }

    [Theory]
    [InlineData("two words", "is part of addresses")]
    [InlineData("new", "but not \"new\"")]
    [InlineData("tales", "tales-2 is free")]
    [InlineData("TALES", "capital letters alone")]
    public async Task New_NameThatCannotBe_IsToldWhileItIsTyped(string name, string says)
    {
        await SignIn(Role.Admin);
        Store.TryAdd(Tales);
        var page = Render<CorpusNew>();
        await page.InvokeAsync(() => page.Find("#folder-name").Input(name));
        page.WaitForAssertion(() => Assert.Contains(says, page.Find("#folder-name").Closest(".setting")!.TextContent, StringComparison.Ordinal), Patience);
    }

    [Theory]
    [InlineData("address", "address", "ftp://example.org", "not an http or https address")]
    [InlineData("folder", "path", "../secret", "leads out")]
    [InlineData("folder", "path", "missing", "There is no \"missing\"")]
    public async Task New_PlaceThatCannotBe_IsToldAtItsFieldAndKept(string form, string field, string value, string says)
    {
        await SignIn(Role.Admin);
        var page = Render<CorpusNew>();
        await page.InvokeAsync(() => page.Find($"#{form}-name").Input("other"));
        await page.InvokeAsync(() => page.Find($"#{field}").Input(value));
        await page.InvokeAsync(() => page.Find($"form[action='/corpora/{form}']").Submit());
        page.WaitForAssertion(() => Assert.Contains(says, page.Find($"#{field}").Closest(".setting")!.TextContent, StringComparison.Ordinal), Patience);
        Assert.Equal(value, page.Find($"#{field}").GetAttribute("value"));
        Assert.Empty(Store.All());
    }

    [Fact]
    public async Task New_Folder_IsAddedAndShown()
    {
        await SignIn(Role.Admin);
        Directory.CreateDirectory(Path.Combine(Outside, "books"));
        await File.WriteAllTextAsync(Path.Combine(Outside, "books", "a.txt"), "one two");
        var page = Render<CorpusNew>();
        await page.InvokeAsync(() => page.Find("#folder-name").Input("books"));
        await page.InvokeAsync(() => page.Find("#path").Input("books"));
        await page.InvokeAsync(() => page.Find("form[action='/corpora/folder']").Submit());
        page.WaitForAssertion(() => Assert.EndsWith(Urls.Corpus("books"), Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal), Patience);
        for (var i = 0; i < 600 && Store.Find("books")!.State == CorpusState.Preparing; i++)
        {
            await Task.Delay(50);
        }

        Assert.Equal((CorpusState.Ready, 1), (Store.Find("books")!.State, Store.Find("books")!.Documents));
    }

    [Fact]
    public async Task Upload_Script_TellsOfFilesProgressAndProblems()
    {
        await SignIn(Role.Admin);
        var upload = Render<CorpusUpload>();
        Assert.Equal(("multipart/form-data", "post"), (upload.Find("form").GetAttribute("enctype"), upload.Find("form").GetAttribute("method")));

        await upload.InvokeAsync(() => upload.Instance.Chosen([new ChosenFile("a.txt", 400_000), new ChosenFile("b.txt", 700_000)]));
        Assert.Contains("The 2 files together are larger than 1 MB; the setting Fetch:MaxMegabytes allows more.", upload.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.True(Button(upload, "Upload").HasAttribute("disabled"));

        await upload.InvokeAsync(() => upload.Instance.Chosen([new ChosenFile("empty.txt", 0)]));
        Assert.Contains("empty.txt is empty", upload.Find("[role=alert]").TextContent, StringComparison.Ordinal);

        await upload.InvokeAsync(() => upload.Instance.Chosen([new ChosenFile("a.txt", 400_000), new ChosenFile("b.txt", 200_000)]));
        Assert.Empty(upload.FindAll("[role=alert]"));
        Assert.Contains("2 files, 600 kB", upload.Find("summary").TextContent, StringComparison.Ordinal);

        await upload.InvokeAsync(() => upload.Instance.Progress(150_000, 600_000));
        Assert.Contains("25 % of 600 kB sent", upload.Find("[role=status]").TextContent, StringComparison.Ordinal);
        Assert.NotNull(Button(upload, "Cancel"));

        await upload.InvokeAsync(() => upload.Instance.Ended("There is a corpus \"x\" already."));
        Assert.Contains("already", upload.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.NotNull(Button(upload, "Upload"));
    }

    private static CorpusInfo Tales => new()
    {
        Name = "tales",
        Origin = CorpusOrigin.Upload,
        From = "tales.jsonl",
        Paths = ["sources/tales/tales.jsonl"],
        State = CorpusState.Ready,
        Documents = 1,
        TextBytes = 20,
        FileBytes = 40,
        Domains = [new CorpusDomain("french", 1, 20)],
        Preview = [new CorpusExcerpt("tales.jsonl:1", "french", "<b>un</b> deux")],
        Problems = ["line 3: no text"],
        Created = DateTime.UnixEpoch,
    };

    private IRenderedComponent<CorpusDetail> Detail() => Render<CorpusDetail>(parameters => parameters.Add(p => p.Name, "tales"));

    private static IElement Button(IRenderedComponent<IComponent> page, string text) => page.FindAll("button").First(b => b.TextContent.Trim() == text);
}
