using System.Net;
using System.Text.Json;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Training.Imports;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureExplorer.Tests.Web.Vocabularies;

/// <summary>A server over an imported model with 70,016 token ids, and an imported dictionary on it.</summary>
public sealed class LargeVocabularySite : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _files = new();
    private readonly TemporaryFolder _data = new();
    private readonly HttpClient _client = new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false });
    private WebApplication? _app;

    public DataFolder Folder { get; private set; } = null!;

    public ModelInfo Model { get; private set; } = null!;

    public DictionaryInfo Dictionary { get; private set; } = null!;

    /// <summary>A feature that fires on the word " the".</summary>
    public int Feature { get; private set; }

    public T Service<T>()
        where T : notnull => _app!.Services.GetRequiredService<T>();

    public async Task InitializeAsync()
    {
        var (model, dictionary, text) = (Path.Combine(_files.Path, "model"), Path.Combine(_files.Path, "dictionary"), Path.Combine(_files.Path, "text.txt"));
        LargeVocabularyFiles.WriteModel(model);
        LargeVocabularyFiles.WriteDictionary(dictionary);
        await File.WriteAllTextAsync(text, LargeVocabularyFiles.Text());
        Folder = new DataFolder(_data.Path);
        var database = FeatureDatabase.Open(Folder);
        new ModelImporter(database, TimeProvider.System, static _ => { }).Run(
            new ModelImportRequest { Path = model, Name = "L", Corpus = [text], Context = LargeVocabularyFiles.Config.Context, HeldOutTokens = 3_000, EvaluationTokens = 512 },
            new StageProgress(ModelImporter.Stages, null));
        new DictionaryImporter(database, TimeProvider.System, static _ => { }).Run(
            new DictionaryImportRequest { Path = dictionary, Model = "L", Tokens = 2_000 }, new StageProgress(DictionaryImporter.Stages, null));
        var store = new FeatureStore(database);
        (Model, Dictionary) = (store.FindModel("L")!, store.FindDictionary("L", "1")!);
        _app = WebHost.Build(new WebHostOptions { Database = database, Urls = ["http://127.0.0.1:0"] });
        await _app.StartAsync();
        _client.BaseAddress = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Feature = await FeatureOf(LargeVocabularyFiles.Id("Ġthe"));
    }

    public async Task<IDocument> Page(string url) => await new HtmlParser().ParseDocumentAsync(await Content(url));

    public async Task<JsonElement> Json(string url) => JsonDocument.Parse(await Content(url)).RootElement;

    public async Task DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _data.Dispose();
        _files.Dispose();
    }

    private async Task<int> FeatureOf(int token)
    {
        for (var feature = 0; feature < LargeVocabularyFiles.Features; feature++)
        {
            if ((await Json($"/api/v1/L/1/{feature}/examples?token={token}")).GetProperty("count").GetInt32() > 0)
            {
                return feature;
            }
        }

        throw new InvalidOperationException($"no feature fires on the token {token}");
    }

    private async Task<string> Content(string url)
    {
        using var answer = await _client.GetAsync(new Uri(url, UriKind.Relative));
        var content = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{url}: {answer.StatusCode} {content}");
        return content;
    }
}
