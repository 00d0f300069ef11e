using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using AngleSharp.Html.Parser;
using FeatureExplorer.Engine.Dictionaries.Imports;
using FeatureExplorer.Engine.Exports;
using FeatureExplorer.Engine.Transformer.Imported;
using FeatureExplorer.Tests.Analysis;
using FeatureExplorer.Web.Exports;
using FeatureExplorer.Web.Exports.Tables;
using Parquet;

namespace FeatureExplorer.Tests.Web.Exports;

/// <summary>The files of each format, held against the layouts as their tools describe them.</summary>
public sealed class DictionaryExporterTests(ExportedDictionary exported) : IClassFixture<ExportedDictionary>
{
    private static readonly string[] FeatureKeys =
    [
        "modelId", "layer", "index", "creatorId", "sourceSetName", "maxActApprox", "frac_nonzero", "hasVector", "vector", "vectorLabel", "vectorDefaultSteerStrength", "hookName", "topkCosSimIndices",
        "topkCosSimValues", "neuron_alignment_indices", "neuron_alignment_values", "neuron_alignment_l1", "correlated_neurons_indices", "correlated_neurons_pearson", "correlated_neurons_l1",
        "correlated_features_indices", "correlated_features_pearson", "correlated_features_l1", "neg_str", "neg_values", "pos_str", "pos_values", "freq_hist_data_bar_heights", "freq_hist_data_bar_values",
        "logits_hist_data_bar_heights", "logits_hist_data_bar_values", "decoder_weights_dist",
    ];

    private static readonly string[] ActivationKeys =
    [
        "id", "modelId", "layer", "index", "creatorId", "dataSource", "dataIndex", "tokens", "values", "maxValue", "maxValueTokenIndex", "minValue", "dfaValues", "dfaMaxValue", "dfaTargetIndex", "lossValues",
        "logitContributions", "binMin", "binMax", "binContains", "qualifyingTokenIndex", "createdAt",
    ];

    private SmallAnalysis Analysis => exported.Analysis;

    [Theory]
    [InlineData(ExportFormat.SaeLens, "SAELens")]
    [InlineData(ExportFormat.DictionaryLearning, "dictionary_learning")]
    public void Write_Weights_AreImportedAgain(ExportFormat format, string layout)
    {
        var folder = Path.Combine(exported.Root, "out-" + format);
        NewFolder.Write(folder, sink => exported.Exporter.Write(exported.Dictionary, format, null, sink));

        using var imported = DictionaryImport.Read(folder, new DictionaryImportOptions { KeepsNorms = true });

        Assert.Equal((layout, "A", "mlp.post.0", 16), (imported.Format, imported.ModelName, imported.Site?.ToString(), imported.ContextSize));
        Assert.Equal(Analysis.Dictionary.WEnc.Span().ToArray(), imported.Dictionary.WEnc.Span().ToArray());
    }

    [Fact]
    public void Write_Model_HasItsTokenizerAndOpensAsGpt2()
    {
        var folder = Path.Combine(exported.Root, "out-model");
        NewFolder.Write(folder, sink => exported.Exporter.Write(exported.Dictionary, ExportFormat.HuggingFaceModel, null, sink));

        using var model = ForeignModel.Open(folder);
        Assert.Equal(("GPT-2", 8, 16), (model.Family, model.Config.DModel, model.LongestContext));
        Assert.Equal(File.ReadAllBytes(Path.Combine(exported.Root, "models", "A", "tokenizer.json")), File.ReadAllBytes(Path.Combine(folder, "tokenizer.json")));
    }

    [Fact]
    public void Activations_OfAllFeatures_AreThoseThatWentIntoTheIndex()
    {
        var blocks = ExportTables.Activations(Analysis.Index, Analysis.Corpus.HeldOut, Enumerable.Range(0, SmallAnalysis.Features)).ToList();

        var rows = blocks.SelectMany(static block => Enumerable.Range(0, block.Rows).Select(row => block.Columns.Select(column => Convert.ToDouble(column.Values.GetValue(row), CultureInfo.InvariantCulture)).ToArray())).ToList();
        var expected = new List<double[]>();
        for (var feature = 0; feature < SmallAnalysis.Features; feature++)
        {
            for (var position = 0; position < Analysis.Tokens; position++)
            {
                if (Analysis.Stored(position, feature) is not 0 and var value)
                {
                    expected.Add([feature, position, Analysis.Corpus.HeldOut.DocumentAt(position), Analysis.Corpus.HeldOut.Read(position, 1)[0], value]);
                }
            }
        }

        Assert.Equal(["feature", "position", "document", "token", "value"], blocks[0].Columns.Select(static column => column.Name));
        Assert.Equal(expected, rows);
    }

    [Fact]
    public void Csv_Statistics_HaveARowAFeatureAndTextThatIsNoFormula()
    {
        var sink = new MemorySink();
        exported.Exporter.Write(exported.Dictionary, ExportFormat.Csv, null, sink);

        var lines = sink.Text("features.csv").Split("\r\n");
        Assert.Equal("feature,name,name_source,state,density,activations,max,mean,best_context,best_context_correlation,top_tokens,promoted_tokens", lines[0]);
        Assert.Equal(SmallAnalysis.Features + 2, lines.Length);
        var report = Analysis.Reports[ExportedDictionary.Labelled];
        Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"8,\"<script>alert(\"\"1\"\")</script> & more\",label,live,{report.Density},{report.Activations},"), lines[1 + ExportedDictionary.Labelled], StringComparison.Ordinal);
        Assert.StartsWith("1,Dead: never fires,generated,dead,0,0,0,0,,,", lines[1 + SmallAnalysis.Dead], StringComparison.Ordinal);
        Assert.StartsWith("token,text,text_json\r\n0,", sink.Text("tokens.csv"), StringComparison.Ordinal);
        // This corpus is not a whole one.
        Assert.Contains("no table of activations", (string)sink.Json("about.json")["activations"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parquet_ReadBack_HasTheSameRows()
    {
        var sink = new MemorySink();
        exported.Exporter.Write(exported.Dictionary, ExportFormat.Parquet, [8, 0, SmallAnalysis.Dead], sink);

        await using var reader = await ParquetReader.CreateAsync(new MemoryStream(sink.Files["features.parquet"]));
        using var group = reader.OpenRowGroupReader(0);
        var (index, names, density) = (new int[3], new string[3], new double[3]);
        await group.ReadAsync<int>(reader.Schema.DataFields[0], index);
        await group.ReadAsync(reader.Schema.DataFields[1], names);
        await group.ReadAsync<double>(reader.Schema.DataFields[4], density);

        Assert.Equal([8, 0, 1], index);
        Assert.Equal(ExportedDictionary.Label, names[0]);
        Assert.Equal([Analysis.Reports[8].Density, 1, 0], density);
        Assert.Equal("A/1", reader.CustomMetadata["dictionary"]);
    }

    [Fact]
    public async Task Parquet_SeveralBlocks_AreOneTable()
    {
        var stream = new MemoryStream();
        await ParquetTable.Write(stream, [Block(0, 1.5f), Block(7, float.NaN)], new Dictionary<string, string>());

        await using var reader = await ParquetReader.CreateAsync(new MemoryStream(stream.ToArray()));
        Assert.Equal(2, reader.RowGroupCount);
        using var group = reader.OpenRowGroupReader(1);
        var (features, values) = (new int[1], new float[1]);
        await group.ReadAsync<int>(reader.Schema.DataFields[0], features);
        await group.ReadAsync<float>(reader.Schema.DataFields[1], values);
        Assert.Equal((7, float.NaN), (features[0], values[0]));

        static TableBlock Block(int feature, float value) => new(new TableColumn("feature", new[] { feature }), new TableColumn("value", new[] { value }));
    }

    [Fact]
    public async Task Html_OfFeatures_OpensOfflineAndEscapesAllText()
    {
        var stream = new MemoryStream();
        await exported.Exporter.WritePage(exported.Dictionary, [.. Enumerable.Range(0, SmallAnalysis.Features)], stream);
        var html = Encoding.UTF8.GetString(stream.ToArray());

        var page = await new HtmlParser().ParseDocumentAsync(html);
        var sections = page.QuerySelectorAll("section.feature");
        Assert.Equal(SmallAnalysis.Features, sections.Length);
        Assert.All(sections, static section => Assert.InRange(Encoding.UTF8.GetByteCount(section.OuterHtml), 200, StandaloneHtml.LargestFeature));
        Assert.Contains(ExportedDictionary.Label, sections[ExportedDictionary.Labelled].QuerySelector("h2")!.TextContent, StringComparison.Ordinal);
        Assert.Single(page.Scripts);
        // Nothing is loaded: no address but anchors and the names of vocabularies.
        Assert.Empty(page.QuerySelectorAll("[src], link, iframe, img, object, embed, [style], [onclick], [onload], base"));
        Assert.All(page.QuerySelectorAll("a[href]"), static link => Assert.StartsWith("#", link.GetAttribute("href"), StringComparison.Ordinal));
        var policy = page.QuerySelector("meta[http-equiv='Content-Security-Policy']")!.GetAttribute("content")!;
        Assert.StartsWith("default-src 'none'; ", policy, StringComparison.Ordinal);
        var script = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(page.Scripts.Single().TextContent)));
        Assert.Contains($"script-src 'sha256-{script}'", policy, StringComparison.Ordinal);
        var live = sections[ExportedDictionary.Labelled];
        Assert.NotNull(live.QuerySelector("svg path"));
        Assert.Equal(Analysis.Reports[ExportedDictionary.Labelled].Top.Count, live.QuerySelectorAll(".examples li").Length);
        Assert.Equal(5, live.QuerySelectorAll(".evidence li").Length);
        Assert.Equal(2, live.QuerySelectorAll("table").Length);
    }

    [Fact]
    public void CircuitTracer_EachFeature_HasTheKeysOfItsViewer()
    {
        var sink = new MemorySink();
        exported.Exporter.Write(exported.Dictionary, ExportFormat.CircuitTracer, [8, SmallAnalysis.Dead], sink);

        // Cantor's pair of (layer 0, feature 8): 8 · 9 / 2 + 8.
        var feature = sink.Json("json/44.json").AsObject();
        var report = Analysis.Reports[8];
        foreach (var key in (string[])["transcoder_id", "index", "examples_quantiles", "top_logits", "bottom_logits", "act_min", "act_max", "quantile_values", "histogram", "activation_frequency"])
        {
            Assert.True(feature.ContainsKey(key), key);
        }

        Assert.Equal((8, report.Density), ((int)feature["index"]!, (double)feature["activation_frequency"]!));
        var example = feature["examples_quantiles"]![0]!["examples"]![0]!;
        Assert.Equal(report.Top[0].Activations, example["tokens_acts_list"]!.AsArray().Select(static value => (float)value!));
        Assert.Equal(report.Top[0].Tokens.Count, example["tokens"]!.AsArray().Count);
        Assert.Equal((report.Top[0].Centre, false), ((int)example["train_token_ind"]!, (bool)example["is_repeated_datapoint"]!));
        Assert.Equal(10, feature["top_logits"]!.AsArray().Count);
        // A range of bytes of the layer's file is a length and the same JSON, packed; features that were not chosen have an empty one.
        var layer = JsonNode.Parse(MemorySink.Unpacked(sink.Files["index.json.gz"]))!["0"]!;
        long[] offsets = [.. layer["offsets"]!.AsArray().Select(static offset => (long)offset!)];
        Assert.Equal((SmallAnalysis.Features + 1, "layer_0.bin"), (offsets.Length, (string)layer["filename"]!));
        var record = sink.Files["layer_0.bin"][(int)offsets[8]..(int)offsets[9]];
        Assert.Equal(record.Length - 4, System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(record));
        Assert.Equal(sink.Files["json/44.json"], MemorySink.Unpacked(record[4..]));
        Assert.Equal(offsets[5], offsets[6]);
    }

    [Fact]
    public void Neuronpedia_Bulk_HasTheColumnsOfItsTables()
    {
        var sink = new MemorySink();
        exported.Exporter.Write(exported.Dictionary, ExportFormat.Neuronpedia, null, sink);

        Assert.Equal(["a", "0-mlp-post-1", "mlp-post-1"], new[] { sink.Lines("model.jsonl")[0]["id"], sink.Lines("source.jsonl")[0]["id"], sink.Lines("sourceset.jsonl")[0]["name"] }.Select(static node => (string)node!));
        Assert.NotNull(sink.Lines("release.jsonl").Single()["name"]);
        var features = sink.Lines("features/batch-0.jsonl.gz");
        Assert.Equal(SmallAnalysis.Features, features.Length);
        Assert.All(features, static row => Assert.Equal(FeatureKeys, row.AsObject().Select(static entry => entry.Key)));
        var report = Analysis.Reports[8];
        Assert.Equal("8", (string)features[8]["index"]!);
        Assert.Equal("blocks.0.mlp.hook_post", (string)features[8]["hookName"]!);
        Assert.Equal(Analysis.Dictionary.DecoderRow(8).ToArray(), features[8]["vector"]!.AsArray().Select(static value => (float)value!));
        Assert.Equal(report.Activations, features[8]["freq_hist_data_bar_heights"]!.AsArray().Sum(static count => (long)count!));
        Assert.True((float)features[8]["neg_values"]![0]! <= (float)features[8]["neg_values"]![1]!);
        var activations = sink.Lines("activations/batch-0.jsonl.gz");
        Assert.All(activations, static row =>
        {
            Assert.Equal(ActivationKeys, row.AsObject().Select(static entry => entry.Key));
            Assert.Equal(row["tokens"]!.AsArray().Count, row["values"]!.AsArray().Count);
            Assert.Equal((float)row["maxValue"]!, (float)row["values"]![(int)row["maxValueTokenIndex"]!]!);
        });
        Assert.Equal(activations.Length, activations.Select(static row => (string)row["id"]!).Distinct().Count());
        var first = activations.First(static row => (string)row["index"]! == "8");
        Assert.Equal((-1f, -1.0, report.Max), ((float)first["binMin"]!, (double)first["binContains"]!, (float)first["binMax"]!));
        var explanation = sink.Lines("explanations/batch-0.jsonl.gz").Single();
        Assert.Equal((ExportedDictionary.Label, "8"), ((string)explanation["description"]!, (string)explanation["index"]!));
        // Who wrote a label is not told.
        Assert.DoesNotContain(sink.Files.Keys, name => name.EndsWith(".jsonl", StringComparison.Ordinal) && sink.Text(name).Contains("ann", StringComparison.Ordinal));
        Assert.DoesNotContain("\"ann\"", explanation.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Neuronpedia_Uploads_KeepItsLimits()
    {
        var sink = new MemorySink();
        exported.Exporter.Write(exported.Dictionary, ExportFormat.Neuronpedia, null, sink);

        var body = sink.Json("uploads/batch-0.json");
        Assert.Equal(("a", "0-mlp-post-1"), ((string)body["modelId"]!, (string)body["source"]!));
        var features = body["features"]!.AsArray();
        // One that never fires has no activation to give.
        Assert.Equal(SmallAnalysis.Features - 1, features.Count);
        Assert.Equal(features.Count, features.Select(static feature => (int)feature!["index"]!).Distinct().Count());
        foreach (var feature in features)
        {
            Assert.InRange(feature!["topLogits"]!.AsArray().Count, 1, 20);
            var activations = feature["activations"]!.AsArray();
            Assert.InRange(activations.Count, 1, 128);
            Assert.All(activations, static activation => Assert.Equal(activation!["tokens"]!.AsArray().Count, activation["values"]!.AsArray().Count));
            Assert.All(feature["explanations"]!.AsArray(), static explanation => Assert.InRange(((string)explanation!["text"]!).Length, 1, 512));
        }
    }

    [Theory]
    [InlineData("1,99", null, "no feature A/1/99")]
    [InlineData(null, "colour=red", "describes no list")]
    [InlineData(null, "q=nothinghasthis", "No feature of A/1 is in the list")]
    [InlineData("1", "state=live", "not both")]
    public void Selection_OfWhatIsNone_IsRefused(string? features, string? where, string says) => Assert.Contains(
        says, Assert.Throws<ArgumentException>(() => exported.Service<ExportSelection>().Of(exported.Dictionary, features, where, null)).Message, StringComparison.Ordinal);

    [Fact]
    public void Selection_OfAList_IsTheListInItsOrder()
    {
        var chosen = exported.Service<ExportSelection>().Of(exported.Dictionary, null, "state=live&sort=density&order=desc", 3)!;
        Assert.Equal(Analysis.Reports.Where(static report => report.State == FeatureExplorer.Analysis.Statistics.FeatureState.Live).OrderByDescending(static report => report.Density).Take(3).Select(static report => report.Index), chosen);
    }
}
