using System.IO.Compression;
using System.Net;
using AngleSharp.Html.Parser;
using FeatureExplorer.Engine.Dictionaries.Imports;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Tests.Storage;

namespace FeatureExplorer.Tests.Web.Endpoints;

/// <summary>Downloads for other programs.</summary>
[Collection(SampleSiteTests.Name)]
public sealed class ExportEndpointsTests(SampleSite site)
{
    [Fact]
    public async Task Export_Csv_IsAnArchiveOfTablesAndLeavesNothingBehind()
    {
        using var answer = await site.Client.GetAsync(new Uri("/A/1/export/csv?features=4,0", UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(("application/zip", "A-1-csv.zip"), (answer.Content.Headers.ContentType!.MediaType, answer.Content.Headers.ContentDisposition!.FileName));
        Assert.True(answer.Headers.CacheControl!.NoStore);
        using var archive = new ZipArchive(await answer.Content.ReadAsStreamAsync());
        Assert.Equal(["A-1-csv/features.csv", "A-1-csv/tokens.csv", "A-1-csv/about.json"], archive.Entries.Select(static entry => entry.FullName));
        using var text = new StreamReader(archive.Entries[0].Open());
        var lines = (await text.ReadToEndAsync()).Split("\r\n");
        Assert.Equal(["4", "0"], lines[1..3].Select(static line => line.Split(',')[0]));
        Assert.Empty(Directory.GetFiles(site.Service<DataFolder>().Root, "download-*"));
    }

    [Fact]
    public async Task Export_SaeLens_IsAFolderThatIsImported()
    {
        using var answer = await site.Client.GetAsync(new Uri("/A/1/export/saelens", UriKind.Relative));
        using var folder = new TemporaryFolder();
        using (var archive = new ZipArchive(await answer.Content.ReadAsStreamAsync()))
        {
            archive.ExtractToDirectory(folder.Path);
        }

        using var imported = DictionaryImport.Read(Path.Combine(folder.Path, "A-1-saelens"), new DictionaryImportOptions { KeepsNorms = true });
        Assert.Equal(site.Analysis.Dictionary.Features, imported.Dictionary.Features);
    }

    [Fact]
    public async Task Export_Html_HoldsTheFeaturesOfTheList()
    {
        using var answer = await site.Client.GetAsync(new Uri("/A/1/export/html?list=state%3Ddead", UriKind.Relative));

        Assert.Equal("text/html", answer.Content.Headers.ContentType!.MediaType);
        // It is saved, not shown: its own policy is not the server's.
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
        var page = await new HtmlParser().ParseDocumentAsync(await answer.Content.ReadAsStringAsync());
        Assert.Equal(["f1"], page.QuerySelectorAll("section.feature").Select(static section => section.Id));
    }

    [Fact]
    public async Task List_OfADictionary_LinksToWhatCanBeHad()
    {
        string[] ofFeatures = ["neuronpedia", "circuit-tracer", "html", "parquet", "csv"];
        Assert.Equal(["/A/1/export/saelens", "/A/1/export/dictionary-learning", "/A/1/export/huggingface-model", .. ofFeatures.Select(static name => $"/A/1/export/{name}?list=state%3Dlive")], await Links("/A/1?state=live"));
        // Its weights are not on this server.
        Assert.Equal([.. ofFeatures.Select(static name => $"/B/1/export/{name}")], await Links("/B/1"));

        async Task<IEnumerable<string?>> Links(string url) => (await site.Page(url)).QuerySelectorAll(".downloads a").Select(static link => link.GetAttribute("href"));
    }

    [Theory]
    [InlineData("/A/1/export/gguf", HttpStatusCode.NotFound, "saelens, dictionary-learning")]
    [InlineData("/A/7/export/csv", HttpStatusCode.NotFound, "no dictionary A/7")]
    [InlineData("/B/1/export/saelens", HttpStatusCode.NotFound, "weights of B/1 are not here")]
    [InlineData("/A/1/export/csv?features=4000", HttpStatusCode.BadRequest, "no feature A/1/4000")]
    [InlineData("/A/1/export/csv?features=x", HttpStatusCode.BadRequest, "indexes of features")]
    [InlineData("/A/1/export/html?list=state%3Dlive&features=1", HttpStatusCode.BadRequest, "not both")]
    public async Task Export_OfWhatIsNot_SaysSo(string url, HttpStatusCode status, string says)
    {
        using var answer = await site.Client.GetAsync(new Uri(url, UriKind.Relative));
        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(says, WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()), StringComparison.Ordinal);
    }
}
