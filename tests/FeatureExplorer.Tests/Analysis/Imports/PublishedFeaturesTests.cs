using System.IO.Compression;
using System.Text.Json.Nodes;
using FeatureExplorer.Analysis.Imports;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Tests.Storage;

namespace FeatureExplorer.Tests.Analysis.Imports;

public sealed class PublishedFeaturesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_GoodFile_KeepsEveryNumber()
    {
        SamplePublished.Write(_folder.Path, SamplePublished.Feature());
        var features = PublishedFeatures.Read(_folder.Path);
        var report = features.Reports().Single();
        var tokens = features.Vocabulary.Tokens;
        Assert.Equal((7, 0.0005806, 58_060L, 4.51f), (report.Index, report.Density, report.Activations, report.Max));
        Assert.Equal([3, 0, 5], report.Histogram.Counts);
        Assert.Equal([0, 1.5f, 3, 4.501f], report.Histogram.Edges);
        Assert.Equal([1, 12340], report.Logits.Histogram.Counts);
        Assert.Equal(["ي", "<b>"], report.Logits.Top.Select(t => tokens[t.Token]));
        // The file ends with the most negative weight, reports begin with it.
        Assert.Equal(["\n", " case"], report.Logits.Bottom.Select(t => tokens[t.Token]));
        Assert.Equal(new NeuronWeight(449, -0.1982f, 0.01466f), report.Neurons[0]);
        Assert.Equal(["Subsample Interval 0"], report.Levels!.Select(l => l.Name));
        Assert.True(report.Levels![0].Examples[0].Repeated);
        Assert.Equal((2, 1, 4.51f), (report.Top.Count, report.Bottom.Count, report.Top[0].Activation));
        Assert.Equal(46632849, report.Top[0].Position);
    }

    [Fact]
    public void Read_Ablation_TellsWhatTheFeaturePromotedAndSuppressed()
    {
        SamplePublished.Write(_folder.Path, SamplePublished.Feature());
        var features = PublishedFeatures.Read(_folder.Path);
        var ablation = features.Reports().Single().Top[0].Ablation!;
        Assert.Equal([0, 0, -0.4f, 2.606f], ablation.LossEffect);
        // Without a change nothing is listed: the tokens beside the zeros mean nothing.
        Assert.Equal([0, 0, 1, 1], ablation.Falling.Select(p => p.Count));
        Assert.Equal(("ي", -4.945f), (features.Vocabulary.Tokens[ablation.Falling[3][0].Token], ablation.Falling[3][0].Weight));
        Assert.Equal((" doubt", 1.888f), (features.Vocabulary.Tokens[ablation.Rising[3][0].Token], ablation.Rising[3][0].Weight));
        var helped = ablation.Tokens().Last();
        Assert.Equal((3, 2.606f, 4.945f, -1.888f), (helped.At, helped.Effect, helped.Promoted[0].Weight, helped.Suppressed[0].Weight));
        Assert.Equal(2, ablation.Tokens().Count());
        Assert.Equal([1.976f, 2.573f, 0, 0.5f], ablation.ErrorEffect!);
    }

    [Theory]
    [InlineData("""{ "hello": 1 }""", "index")]
    [InlineData("[1, 2]", "has to be an object")]
    [InlineData("null", "null")]
    [InlineData("{", "it ends before an object or a list is closed")]
    [InlineData("", "it is empty")]
    public void Read_ForeignFile_IsNamedAndSkipped(string content, string reason)
    {
        var file = Path.Combine(_folder.Path, "1.json");
        File.WriteAllText(file, content);
        SamplePublished.Write(_folder.Path, SamplePublished.Feature());
        var features = PublishedFeatures.Read(_folder.Path);
        Assert.Equal(1, features.Count);
        var problem = Assert.Single(features.Problems);
        Assert.Equal(file, problem.File);
        Assert.Contains(reason, problem.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("index", "-1", "index")]
    [InlineData("index", "99999999", "index")]
    [InlineData("index", "\"7\"", "index")]
    [InlineData("act_buckets", "[1, 2]", "act_buckets")]
    [InlineData("act_buckets", "[1, 2.5, 3]", "counts")]
    [InlineData("act_buckets", "[1, -2, 3]", "counts")]
    [InlineData("act_bucket_edges", "[0, 3, 2, 4]", "rise")]
    [InlineData("act_bucket_edges", "[0, 1, 2, 1e400]", "rise")]
    [InlineData("statistics", """{ "density_frac": 1.5, "global_max_act": 1 }""", "density_frac")]
    [InlineData("statistics", """{ "density_frac": 0.5, "global_max_act": -1 }""", "global_max_act")]
    [InlineData("statistics", """{ "density_frac": 0.5, "global_max_act": 1, "abs_max_neuron_inds": [1] }""", "neurons")]
    [InlineData("statistics", "null", "statistics")]
    [InlineData("examples_quantiles", "[null]", "examples")]
    [InlineData("examples_quantiles", """[{ "quantile_name": "Top Activations", "examples": [null] }]""", "null")]
    [InlineData("examples_quantiles", """[{ "quantile_name": "Top Activations", "examples": [{ "tokens_str_list": ["a"], "tokens_acts_list": [1, 2], "train_token_ind": 0 }] }]""", "activations")]
    [InlineData("examples_quantiles", """[{ "quantile_name": "Top Activations", "examples": [{ "tokens_str_list": ["a"], "tokens_acts_list": [1], "train_token_ind": 1 }] }]""", "train_token_ind")]
    [InlineData("examples_quantiles", """[{ "quantile_name": "Top Activations", "examples": [{ "tokens_str_list": [null], "tokens_acts_list": [1], "train_token_ind": 0 }] }]""", "tokens")]
    [InlineData("examples_quantiles", """[{ "quantile_name": "Top Activations", "examples": [{ "tokens_str_list": ["a"], "tokens_acts_list": [1], "train_token_ind": 0, "ablations": { "loss_ablation": [] } }] }]""", "loss_ablation")]
    [InlineData("logit_effects", """{ "positives": [["a"]], "negatives": [] }""", "logit weight")]
    [InlineData("logit_effects", """{ "positives": [null], "negatives": [] }""", "logit_effects")]
    public void Read_DamagedPart_IsSkippedWithTheReason(string key, string value, string reason)
    {
        var feature = SamplePublished.Feature();
        feature.Remove(key);
        File.WriteAllText(Path.Combine(_folder.Path, "7.json"), feature.ToJsonString()[..^1] + $",\"{key}\":{value}}}");
        SamplePublished.Write(_folder.Path, SamplePublished.Feature(8));
        var features = PublishedFeatures.Read(_folder.Path);
        Assert.Equal([8], features.Reports().Select(r => r.Index));
        Assert.Contains(reason, Assert.Single(features.Problems).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_HalfASurrogate_IsSkipped()
    {
        var json = SamplePublished.Feature().ToJsonString().Replace("\"\\\\xd8\"", "\"\\ud800\"", StringComparison.Ordinal);
        Assert.Contains("\\ud800", json, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder.Path, "7.json"), json);
        Assert.Single(PublishedFeatures.Read(_folder.Path).Problems);
    }

    [Fact]
    public void Read_PartsLeftOut_AreEmpty()
    {
        var feature = SamplePublished.Feature();
        foreach (var key in (string[])["logit_effects", "logit_buckets", "logit_bucket_edges"])
        {
            feature.Remove(key);
        }

        feature["statistics"] = JsonNode.Parse("""{ "density_frac": 0, "global_max_act": 0 }""");
        feature["examples_quantiles"] = new JsonArray();
        SamplePublished.Write(_folder.Path, feature);
        var report = PublishedFeatures.Read(_folder.Path).Reports().Single();
        Assert.Equal(FeatureState.Dead, report.State);
        Assert.Empty(report.Logits.Top);
        Assert.Empty(report.Top);
    }

    [Fact]
    public void Read_CompressedFile_IsTheSame()
    {
        using (var file = File.Create(Path.Combine(_folder.Path, "7.json.gz")))
        using (var gzip = new GZipStream(file, CompressionLevel.Fastest))
        using (var writer = new StreamWriter(gzip))
        {
            writer.Write(SamplePublished.Feature().ToJsonString());
        }

        Assert.Equal([7], PublishedFeatures.Read(_folder.Path).Reports().Select(r => r.Index));
    }

    [Fact]
    public void Read_CompressionBomb_IsSkippedAtTheLimit()
    {
        using (var file = File.Create(Path.Combine(_folder.Path, "7.json.gz")))
        using (var gzip = new GZipStream(file, CompressionLevel.Fastest))
        {
            var zeros = new byte[1 << 20];
            for (var i = 0; i <= PublishedFeatureFile.LargestText >> 20; i++)
            {
                gzip.Write(zeros);
            }
        }

        Assert.Contains("after decompression", Assert.Single(PublishedFeatures.Read(_folder.Path).Problems).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OtherNamesAndRepeatedIndexes_AreNamed()
    {
        SamplePublished.Write(_folder.Path, SamplePublished.Feature());
        SamplePublished.Write(_folder.Path, SamplePublished.Feature(), "8.json");
        File.WriteAllText(Path.Combine(_folder.Path, "README.md"), "text");
        var problems = PublishedFeatures.Read(_folder.Path).Problems;
        Assert.Equal(2, problems.Count);
        Assert.Contains(problems, p => p.Reason.Contains("Feature 7 has been read already", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.File.EndsWith("README.md", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_NothingThere_NamesThePath() =>
        Assert.Contains("no-such", Assert.Throws<FileNotFoundException>(() => PublishedFeatures.Read(Path.Combine(_folder.Path, "no-such"))).Message, StringComparison.Ordinal);
}
