using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Planted;
using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Tests.Analysis;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Tests.Web.Systems;
using FeatureExplorer.Training.Synthetic;
using FeatureExplorer.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureExplorer.Tests.Web;

/// <summary>
/// A server on a free port with two dictionaries: A/1 from a small analysis, with its index and contexts, and B/1, longer and made up,
/// without them.
/// </summary>
public sealed class SampleSite : IAsyncLifetime, IDisposable
{
    public const int MadeUpFeatures = 130;

    /// <summary>Name of a report of a planted truth.</summary>
    public const string SyntheticTest = "sample";

    private readonly TemporaryFolder _folder = new();
    private readonly SmallAnalysis _analysis = new();
    private WebApplication? _app;

    public HttpClient Client { get; } = new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false });

    public string Address { get; private set; } = string.Empty;

    public SmallAnalysis Analysis => _analysis;

    public IReadOnlyList<FeatureReport> Reports => _analysis.Reports;

    public DictionaryInfo Dictionary { get; private set; } = null!;

    public T Service<T>()
        where T : notnull => _app!.Services.GetRequiredService<T>();

    public async Task InitializeAsync()
    {
        var folder = new DataFolder(_folder.Path);
        var database = FeatureDatabase.Open(folder);
        var writer = new RunWriter(database);
        Dictionary = Analysed(folder, writer);
        var madeUp = MadeUp(folder, writer);
        SampleRelations.Save(database, _analysis, Dictionary, madeUp, Text);
        new SyntheticReports(folder).Add(new FeatureExplorer.Training.Synthetic.SyntheticTest(TimeProvider.System).Run(new SyntheticSettings
        {
            Name = SyntheticTest,
            Planted = new PlantedSettings { Features = 16, Inputs = 16, MeanActive = 2 },
            Variants = [DictionaryVariants.TopK, DictionaryVariants.Gated],
            Samples = 20_000,
            ComparedVectors = 1000,
        }));
        SampleSystems.Save(database, Dictionary, madeUp);
        _app = WebHost.Build(new WebHostOptions { Database = database, Urls = ["http://127.0.0.1:0"] });
        await _app.StartAsync();
        Address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Client.BaseAddress = new Uri(Address);
    }

    /// <summary>A page that must be there.</summary>
    public async Task<IDocument> Page(string url)
    {
        using var answer = await Client.GetAsync(new Uri(url, UriKind.Relative));
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{url}: {answer.StatusCode}");
        return await new HtmlParser().ParseDocumentAsync(await answer.Content.ReadAsStringAsync());
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
        _analysis.Dispose();
        _folder.Dispose();
    }

    private DictionaryInfo Analysed(DataFolder folder, RunWriter writer)
    {
        const string corpus = "c";
        var source = _analysis.Corpus.Folder;
        Directory.CreateDirectory(folder.Contexts(corpus));
        foreach (var file in Directory.GetFiles(Path.Combine(source, "contexts")))
        {
            File.Copy(file, Path.Combine(folder.Contexts(corpus), Path.GetFileName(file)));
        }

        Directory.CreateDirectory(folder.Dictionary("A", "1"));
        File.Copy(Path.Combine(source, "index.bin"), folder.Index("A", "1"));
        Directory.CreateDirectory(folder.Model("A"));
        var tokenizer = _analysis.Corpus.Tokenizer;
        tokenizer.Save(folder.Tokenizer("A"));
        writer.SaveModel(SampleReports.Model());
        var draft = SampleReports.Draft(SmallAnalysis.Features) with
        {
            Contexts = _analysis.Contexts.Contexts,
            Index = new IndexSummary(_analysis.Index.Tokens, _analysis.Index.Activations, _analysis.Index.BytesPerActivation, 0.1),
            Provenance = new Provenance(corpus, _analysis.Tokens, "every held-out token", 1, "0.1.0") { HeldOutTokens = _analysis.Tokens },
        };
        return writer.Publish(draft, _analysis.Reports, Text, best: () => _analysis.Analyzer.BestOfContexts);
    }

    private string Text(IReadOnlyList<int> tokens) => System.Text.Encoding.UTF8.GetString(_analysis.Corpus.Tokenizer.Decode([.. tokens]));

    private static DictionaryInfo MadeUp(DataFolder folder, RunWriter writer)
    {
        Directory.CreateDirectory(folder.Model("B"));
        SampleVocabulary.Tokenizer.Save(folder.Tokenizer("B"));
        writer.SaveModel(SampleReports.Model("B"));
        return writer.Publish(SampleReports.Draft(MadeUpFeatures, model: "B"), SampleReports.Reports(MadeUpFeatures), SampleVocabulary.Text);
    }
}
