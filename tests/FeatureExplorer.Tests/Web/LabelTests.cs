using System.Net;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Labels;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Tests.Web.Security;

namespace FeatureExplorer.Tests.Web;

/// <summary>Labels that people write.</summary>
public sealed class LabelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Store_SeveralVersions_TheNewestHoldsAndAllStay()
    {
        var (store, dictionary) = Store();
        store.Save(dictionary, 3, "  Arabic \n script ", "note", "ada");
        store.Save(dictionary, 3, "Arabic", "", "bob");
        store.Save(dictionary, 4, "DNA", "", "ada");
        Assert.Equal(["Arabic", "Arabic script"], store.History(dictionary, 3).Select(l => l.Text));
        Assert.Equal(("bob", false), (store.Current(dictionary, [3, 5])[3].Author, store.History(dictionary, 3)[0].IsOfOlderPublication));
        Assert.Equal([3, 4], store.All(dictionary).Keys.Order());
        store.Save(dictionary, 4, "", "", "ada");
        Assert.Equal([3], store.All(dictionary).Keys);
        Assert.Equal(2, store.History(dictionary, 4).Count);
    }

    [Fact]
    public void Store_PublishedAgain_KeepsLabelsAndSaysThatTheyAreOlder()
    {
        var (store, dictionary) = Store();
        store.Save(dictionary, 3, "Arabic", "", "ada");
        Assert.True(store.History(dictionary with { Stamp = dictionary.Stamp + 1 }, 3).Single().IsOfOlderPublication);
    }

    [Fact]
    public void Store_TooLong_IsRefusedWithTheLimit()
    {
        var (store, dictionary) = Store();
        Assert.Contains("at most 120", Assert.Throws<ArgumentException>(() => store.Save(dictionary, 3, new string('x', 121), "", "ada")).Message, StringComparison.Ordinal);
        Assert.Empty(store.All(dictionary));
    }

    [Fact]
    public async Task Page_Annotator_WritesALabelThatEverybodySees()
    {
        await using var site = await AccountSite.Start(AccountSite.Patient);
        Publish(site);
        using var stranger = site.Visitor();
        Assert.Null((await stranger.Page("/B/1/2")).QuerySelector("#label"));
        using var annotator = await site.Visitor(Role.Annotator);
        using (var answer = await annotator.Post("/B/1/2", "/B/1/2/label", ("text", "<b>DNA</b>"), ("note", "see\nbelow")))
        {
            Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
            Assert.Equal("/B/1/2#label", answer.Headers.Location!.OriginalString);
        }

        var page = await stranger.Page("/B/1/2");
        Assert.Equal("<b>DNA</b>", page.QuerySelector("#label .label")!.TextContent);
        Assert.Contains(annotator.Name, page.QuerySelector("#label")!.TextContent, StringComparison.Ordinal);
        Assert.Empty(page.QuerySelectorAll("#label form"));
        Assert.Contains("<b>DNA</b>", (await stranger.Page("/B/1")).QuerySelector("table.features")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("label.save", string.Join(' ', site.Service<AuditStore>().Page(1).Items.Select(e => e.What)), StringComparison.Ordinal);
    }

    /// <summary>Gives a site the dictionary B/1.</summary>
    internal static void Publish(AccountSite site)
    {
        var writer = new RunWriter(site.Service<FeatureDatabase>());
        var folder = site.Service<DataFolder>();
        Directory.CreateDirectory(folder.Model("B"));
        SampleVocabulary.Tokenizer.Save(folder.Tokenizer("B"));
        writer.SaveModel(SampleReports.Model("B"));
        writer.Publish(SampleReports.Draft(6, model: "B"), SampleReports.Reports(6), SampleVocabulary.Text);
    }

    private (LabelStore Store, DictionaryInfo Dictionary) Store()
    {
        var database = FeatureDatabase.Open(new DataFolder(_folder.Path));
        var writer = new RunWriter(database);
        writer.SaveModel(SampleReports.Model());
        return (new LabelStore(database, TimeProvider.System), writer.Publish(SampleReports.Draft(6), SampleReports.Reports(6), SampleVocabulary.Text));
    }
}
