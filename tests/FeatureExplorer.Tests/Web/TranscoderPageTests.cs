using System.Text.Json;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Imports;
using FeatureExplorer.Engine.Exports;
using FeatureExplorer.Storage.Analyses;
using FeatureExplorer.Storage.Relations;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Training.Imports;
using FeatureExplorer.Web.Exports;

namespace FeatureExplorer.Tests.Web;

/// <summary>A skip transcoder imported beside a trained dictionary, with all that an import computes, over HTTP.</summary>
public sealed class TranscoderPageTests(ImportedSite site) : IClassFixture<ImportedSite>
{
    private const string Sites = "mlp.in.0 → mlp.out.0";

    [Fact]
    public void Import_OfATranscoder_ComputesEveryPartAtItsSites()
    {
        var origin = site.Transcoder.Origin!;
        Assert.Equal(("mlp.in.0", "mlp.out.0", "skip_transcoder"), (origin.Reads, origin.Writes, origin.Architecture));
        Assert.True(site.Transcoder.Index.Activations > 1000);
        Assert.True(double.IsFinite(site.Transcoder.Metrics.ExplainedVariance) && site.Transcoder.Metrics.LossReconstructed > 0);
        Assert.True(new AblationStore(site.Database).Has(site.Transcoder));
        Assert.True(new RelationStore(site.Database).Has(site.Trained, site.Transcoder));
        var updates = new LogitUpdateStore(site.Database).Find(site.Transcoder)!;
        Assert.True(double.IsFinite(updates.UpdateExplained!.Value));
        Assert.Null(updates.Unread);
    }

    [Theory]
    [InlineData("/", "it reads mlp.in.0, writes mlp.out.0")]
    [InlineData("/A/2", "it reads mlp.in.0, writes mlp.out.0")]
    [InlineData("/A/2/{0}", "reads mlp.in.0 writes mlp.out.0")]
    [InlineData("/A/2/{0}", "A transcoder's directions lie at mlp.out.0, behind the neurons, so that none of their entries belongs to one.")]
    [InlineData("/A/2/{0}/logits", "Logit")]
    [InlineData("/A/2/unread", "All of the directions of A/2 are read")]
    [InlineData("/A/2/spectrum", "have no cosine")]
    [InlineData("/A/2/map", "A/2")]
    [InlineData("/A/2/automata", "A/2")]
    [InlineData("/A/2/report", "A/2")]
    [InlineData("/A/2/decompose?q=the+cat&token=2", "W_skip x: what bypasses the features")]
    [InlineData("/A/2/text?q=the+cat", "the")]
    [InlineData("/A/2/logits?q=%20the", "A/2")]
    [InlineData("/A/2/{0}/steer", "Steer")]
    [InlineData("/A/sites", Sites)]
    [InlineData("/about", "reads one site and writes another")]
    public async Task Page_OfATranscoder_AnswersWithTheRightWords(string url, string says)
    {
        var page = await site.Page(string.Format(System.Globalization.CultureInfo.InvariantCulture, url, site.Busy));

        Assert.Contains(says, string.Join(' ', page.Body!.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_OfATranscoder_NamesBothSites()
    {
        var feature = await site.Json($"/api/v1/A/2/{site.Busy}");
        Assert.Equal(("mlp.in.0", "mlp.out.0"), (feature.GetProperty("reads").GetString(), feature.GetProperty("writes").GetString()));
        Assert.Equal(JsonValueKind.Null, feature.GetProperty("encoderDecoderCosine").ValueKind);
        Assert.Equal(0, feature.GetProperty("neurons").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, (await site.Json("/api/v1/A/1/0")).GetProperty("reads").ValueKind);
        var listed = (await site.Json("/api/v1")).GetRawText();
        Assert.Contains("\"writes\":\"mlp.out.0\"", listed, StringComparison.Ordinal);
        var terms = (await site.Json("/api/v1/A/2/decompose?q=the+cat&token=2")).GetProperty("terms").EnumerateArray().Select(static term => term.GetProperty("kind").GetString()).ToList();
        Assert.Contains("skip", terms);
    }

    [Fact]
    public async Task Json_OfSteeringAndText_ActAtTheOutputSite()
    {
        var steered = await site.Json($"/api/v1/A/2/{site.Busy}/steer?prompt=the&strength=5&tokens=6&samples=2&seed=1");
        Assert.Equal(2, steered.GetProperty("steered").GetArrayLength());

        var text = await site.Json($"/api/v1/A/2/text?q=the+cat&feature={site.Busy}");
        Assert.True(text.GetProperty("tokens").GetArrayLength() > 2);
    }

    [Fact]
    public void Export_AsSaeLens_GivesTheTranscoderBack()
    {
        var exporter = site.Service<DictionaryExporter>();
        using var folder = new TemporaryFolder();
        var target = Path.Combine(folder.Path, "out");
        NewFolder.Write(target, sink => exporter.Write(site.Transcoder, ExportFormat.SaeLens, null, sink));

        using var imported = DictionaryImport.Read(target);
        using var ours = SparseAutoencoder.Load(site.Database.Folder.Dictionary(site.Transcoder));

        Assert.Equal(ours.Hash, imported.Dictionary.Hash);
        Assert.Equal((ours.Site, ours.OutputSite), (imported.Site, imported.OutputSite));
        Assert.Contains("reads mlp.in.0 and writes mlp.out.0", exporter.Refusal(site.Transcoder, ExportFormat.DictionaryLearning), StringComparison.Ordinal);
        Assert.Null(exporter.Refusal(site.Transcoder, ExportFormat.SaeLens));
    }

    [Theory]
    [InlineData("resid.pre.0", "leave --site out")]
    [InlineData("mlp.norm.0", "leave --site out")]
    [InlineData("mlp.in.0", null)]
    public void Check_OfASite_MayOnlyBeTheOneOfTheFiles(string asked, string? says)
    {
        var importer = new DictionaryImporter(site.Database, TimeProvider.System, static _ => { });
        var request = new DictionaryImportRequest { Path = site.Files, Model = "A", Site = asked };
        if (says is null)
        {
            Assert.Equal("mlp.in.0 → mlp.out.0", importer.Check(request).Site);
        }
        else
        {
            Assert.Contains(says, Assert.Throws<ArgumentException>(() => importer.Check(request)).Message, StringComparison.Ordinal);
        }
    }
}
