using System.Net;
using System.Numerics.Tensors;
using System.Text.Json;
using System.Text.Json.Nodes;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Tests.Training;
using FeatureExplorer.Training.Imports;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureExplorer.Tests.Web;

/// <summary>A server over the small run, with a transcoder as A/2, and as A/3 its own dictionary taken for one whose latents may be negative.</summary>
public sealed class ImportedSite : IAsyncLifetime, IDisposable
{
    private const int Features = 40;

    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _files = new();
    private WebApplication? _app;

    public FeatureDatabase Database { get; private set; } = null!;

    public DictionaryInfo Trained { get; private set; } = null!;

    public DictionaryInfo Transcoder { get; private set; } = null!;

    public DictionaryInfo Signed { get; private set; } = null!;

    public string Files => _files.Path;

    /// <summary>A feature that fires often.</summary>
    public int Busy { get; private set; }

    public HttpClient Client { get; } = new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false });

    public T Service<T>()
        where T : notnull => _app!.Services.GetRequiredService<T>();

    public async Task InitializeAsync()
    {
        SmallRun.CopyFinished(_folder.Path);
        Database = FeatureDatabase.Open(new DataFolder(_folder.Path));
        var store = new FeatureStore(Database);
        Save(_files.Path, SmallRun.Configuration.Transformer.DModel);
        new DictionaryImporter(Database, TimeProvider.System, static _ => { }).Run(
            new DictionaryImportRequest { Path = _files.Path, Model = "A", Ablates = true }, new StageProgress(DictionaryImporter.Stages, null));
        ImportSigned();
        (Trained, Transcoder, Signed) = (store.FindDictionary("A", "1")!, store.FindDictionary("A", "2")!, store.FindDictionary("A", "3")!);
        Busy = store.Summaries(Transcoder).MaxBy(static f => f.Density)!.Index;
        _app = WebHost.Build(new WebHostOptions { Database = Database, Urls = ["http://127.0.0.1:0"] });
        await _app.StartAsync();
        Client.BaseAddress = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public async Task<IDocument> Page(string url) => await new HtmlParser().ParseDocumentAsync(await Get(url));

    public async Task<JsonElement> Json(string url) => JsonDocument.Parse(await Get(url)).RootElement;

    public async Task DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }
    }

    public void Dispose()
    {
        Client.Dispose();
        TemporaryFolder.Close(_folder.Path);
        _folder.Dispose();
        _files.Dispose();
    }

    private async Task<string> Get(string url)
    {
        using var answer = await Client.GetAsync(new Uri(url, UriKind.Relative));
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{url}: {answer.StatusCode}");
        return await answer.Content.ReadAsStringAsync();
    }

    private void ImportSigned()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, "signed")).FullName;
        foreach (var file in SparseAutoencoder.Files)
        {
            File.Copy(Path.Combine(Database.Folder.Dictionary("A", "1"), file), Path.Combine(folder, file));
        }

        var settings = Path.Combine(folder, SparseAutoencoder.Files[0]);
        var config = JsonNode.Parse(File.ReadAllText(settings))!;
        (config["architecture"], config["k"]) = ("abstopk", 6);
        File.WriteAllText(settings, config.ToJsonString());
        new DictionaryImporter(Database, TimeProvider.System, static _ => { }).Run(
            new DictionaryImportRequest { Path = folder, Model = "A", Relates = false }, new StageProgress(DictionaryImporter.Stages, null));
    }

    /// <summary>Random directions that read random directions, sparsely.</summary>
    private static void Save(string folder, int width)
    {
        using var transcoder = new SparseAutoencoder(width, Features, transcoder: new TranscoderShape(width, Skips: true))
        {
            Site = new Site(SiteKind.MlpIn, 0),
            OutputSite = new Site(SiteKind.MlpOut, 0),
        };
        var random = new CounterRandom(2);
        foreach (var (name, buffer, scale) in new[] { ("enc", transcoder.WEnc, 0.5f), ("dec", transcoder.WDec, 0.2f), ("b_dec", transcoder.BDec, 0.1f), ("skip", transcoder.WSkip!, 0.02f) })
        {
            for (var i = 0; i < buffer.Length; i++)
            {
                buffer.Span()[i] = scale * random.Stream(name).Normal((ulong)i);
            }
        }

        transcoder.BEnc.Span().Fill(-2);
        for (var feature = 0; feature < Features; feature++)
        {
            var row = transcoder.DecoderRow(feature);
            TensorPrimitives.Divide(row, TensorPrimitives.Norm<float>(row), row);
        }

        transcoder.Save(folder);
    }
}
