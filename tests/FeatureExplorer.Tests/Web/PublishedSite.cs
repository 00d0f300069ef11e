using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Tests.Analysis.Imports;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureExplorer.Tests.Web;

/// <summary>A server whose one dictionary was imported from the paper's browser: its own files where they are, and made-up ones with the indexes 7 and 12 otherwise.</summary>
public sealed class PublishedSite : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private WebApplication? _app;

    /// <summary>The folder with the paper's files, or null.</summary>
    public static string? Files => SharedFolder.Find("data/anthropic-a1");

    public HttpClient Client { get; } = new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false });

    public string Address { get; private set; } = string.Empty;

    public PublishedImportResult Result { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var source = Files ?? MadeUp();
        var database = FeatureDatabase.Open(new DataFolder(Path.Combine(_folder.Path, "data")));
        Result = new PublishedImport(database, TimeProvider.System).Run(source);
        _app = WebHost.Build(new WebHostOptions { Database = database, Urls = ["http://127.0.0.1:0"] });
        await _app.StartAsync();
        Address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Client.BaseAddress = new Uri(Address);
    }

    public async Task<IDocument> Page(string url) =>
        await new HtmlParser().ParseDocumentAsync(await Client.GetStringAsync(new Uri(url, UriKind.Relative)));

    public async Task DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }

    public void Dispose()
    {
        Client.Dispose();
        _folder.Dispose();
    }

    private string MadeUp()
    {
        var files = Directory.CreateDirectory(Path.Combine(_folder.Path, "files")).FullName;
        SamplePublished.Write(files, SamplePublished.Feature(7));
        SamplePublished.Write(files, SamplePublished.Feature(12));
        return files;
    }
}
