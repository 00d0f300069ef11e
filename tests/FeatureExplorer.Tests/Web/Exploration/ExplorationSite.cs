using System.Net;
using System.Text.Json;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Tests.Training;
using FeatureExplorer.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureExplorer.Tests.Web.Exploration;

/// <summary>A server over a small run with every part real: corpus, model, dictionary, index.</summary>
public sealed class ExplorationSite : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private WebApplication? _app;

    public HttpClient Client { get; } = new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false });

    public string Address { get; private set; } = string.Empty;

    public FeatureDatabase Database { get; private set; } = null!;

    public DictionaryInfo Dictionary { get; private set; } = null!;

    /// <summary>A feature that fires often.</summary>
    public int Busy { get; private set; }

    public T Service<T>()
        where T : notnull => _app!.Services.GetRequiredService<T>();

    public async Task InitializeAsync()
    {
        SmallRun.CopyFinished(_folder.Path);
        Database = FeatureDatabase.Open(new DataFolder(_folder.Path));
        var store = new FeatureStore(Database);
        Dictionary = store.Dictionaries().Single();
        SmallRun.KeepHistory(Database.Folder, Dictionary);
        Busy = store.Summaries(Dictionary, Enumerable.Range(0, Dictionary.Features)).Values.MaxBy(static f => f.Density)!.Index;
        _app = WebHost.Build(new WebHostOptions { Database = Database, Urls = ["http://127.0.0.1:0"] });
        await _app.StartAsync();
        Address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Client.BaseAddress = new Uri(Address);
    }

    public async Task<IDocument> Page(string url, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var answer = await Client.GetAsync(new Uri(url, UriKind.Relative));
        Assert.True(answer.StatusCode == status, $"{url}: {answer.StatusCode}");
        return await new HtmlParser().ParseDocumentAsync(await answer.Content.ReadAsStringAsync());
    }

    public async Task<JsonElement> Json(string url, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var answer = await Client.GetAsync(new Uri(url, UriKind.Relative));
        Assert.True(answer.StatusCode == status, $"{url}: {answer.StatusCode}");
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }

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
}
