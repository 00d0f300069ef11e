using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Text.Demo;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Tests.Storage.Dictionaries;

public sealed class ProvenanceTests
{
    [Theory]
    [InlineData(300_000, 474_348L, "the first 300,000 of 474,348 held-out tokens")]
    [InlineData(474_348, 474_348L, "every held-out token")]
    [InlineData(300_000, null, "the first 300,000 held-out tokens")]
    public void MaskOf_Tokens_SaysHowManyOfHowMany(long tokens, long? heldOut, string expected) =>
        Assert.Equal(expected, Provenance.MaskOf(tokens, heldOut));

    [Fact]
    public void FindDictionary_RecordOfAnEarlierProgram_TakesTheCountFromTheCorpus()
    {
        using var folder = new TemporaryFolder();
        using var source = new TemporaryFolder();
        var path = Path.Combine(source.Path, "corpus");
        using var corpus = TokenizedCorpus.Build(new DemoCorpus(1, 300_000), new CorpusOptions { VocabularySize = 600 }, path);
        var data = new DataFolder(folder.Path);
        var database = FeatureDatabase.Open(data);
        var writer = new RunWriter(database);
        writer.SaveModel(SampleReports.Model());
        var heldOut = TokenizedCorpus.Describe(path).HeldOut.Tokens;
        Assert.Equal(corpus.HeldOut.Count, heldOut);
        writer.Publish(Old("1", "c", heldOut - 100), SampleReports.Reports(8), SampleVocabulary.Text);
        writer.Publish(Old("2", "c", heldOut), SampleReports.Reports(8), SampleVocabulary.Text);
        writer.Publish(Old("3", "gone", 100), SampleReports.Reports(8), SampleVocabulary.Text);
        Directory.CreateDirectory(data.Corpus("c"));
        File.Copy(Path.Combine(path, "corpus.json"), Path.Combine(data.Corpus("c"), "corpus.json"));

        var store = new FeatureStore(database);
        Assert.Equal(Provenance.MaskOf(heldOut - 100, heldOut), store.FindDictionary("A", "1")!.Provenance.Mask);
        Assert.Equal("every held-out token", store.FindDictionary("A", "2")!.Provenance.Mask);
        Assert.Equal("the first 100 held-out tokens", store.FindDictionary("A", "3")!.Provenance.Mask);
    }

    private static DictionaryDraft Old(string name, string corpus, long tokens) =>
        SampleReports.Draft(8, name) with { Provenance = new Provenance(corpus, tokens, "every held-out token", 1, "0.1.0") };
}
