using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Labels;
using FeatureExplorer.Tests.Analysis;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Web.Exports;
using FeatureExplorer.Web.Features;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureExplorer.Tests.Web.Exports;

/// <summary>A small analysis with its weights in a data folder, one label that looks like markup, and what exports it, without a server.</summary>
public sealed class ExportedDictionary : IDisposable
{
    public const string Label = "<script>alert(\"1\")</script> & more";

    /// <summary>The feature that has the label.</summary>
    public const int Labelled = 8;

    private readonly TemporaryFolder _folder = new();
    private readonly ServiceProvider _services;

    public ExportedDictionary()
    {
        var folder = new DataFolder(_folder.Path);
        var database = FeatureDatabase.Open(folder);
        var writer = new RunWriter(database);
        Directory.CreateDirectory(folder.Contexts("c"));
        foreach (var file in Directory.GetFiles(Path.Combine(Analysis.Corpus.Folder, "contexts")))
        {
            File.Copy(file, Path.Combine(folder.Contexts("c"), Path.GetFileName(file)));
        }

        Analysis.Dictionary.Site = new Site(SiteKind.MlpPost, 0);
        Analysis.Dictionary.Save(folder.Dictionary("A", "1"));
        File.Copy(Analysis.Index.Path, folder.Index("A", "1"));
        Analysis.Model.Save(folder.Model("A"));
        Analysis.Corpus.Tokenizer.Save(folder.Tokenizer("A"));
        writer.SaveModel(SampleReports.Model());
        Dictionary = writer.Publish(
            SampleReports.Draft(SmallAnalysis.Features) with
            {
                Contexts = Analysis.Contexts.Contexts,
                Index = new IndexSummary(Analysis.Index.Tokens, Analysis.Index.Activations, Analysis.Index.BytesPerActivation, 0.1),
                Provenance = new Provenance("c", Analysis.Tokens, "every held-out token", 1, "0.1.0") { HeldOutTokens = Analysis.Tokens },
            },
            Analysis.Reports, static _ => string.Empty, best: () => Analysis.Analyzer.BestOfContexts);
        _services = new ServiceCollection().AddLogging().AddFeatureStorage(database).AddSingleton<EvidenceReader>().AddSingleton<FeatureReader>().AddExports().BuildServiceProvider();
        Service<LabelStore>().Save(Dictionary, Labelled, Label, "a note", "ann");
    }

    public SmallAnalysis Analysis { get; } = new();

    public DictionaryInfo Dictionary { get; }

    public string Root => _folder.Path;

    public DictionaryExporter Exporter => Service<DictionaryExporter>();

    public T Service<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public void Dispose()
    {
        _services.Dispose();
        Analysis.Dispose();
        _folder.Dispose();
    }
}
