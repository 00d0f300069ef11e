using System.Text.Json.Nodes;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Storage.Analyses;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Relations;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Training.Imports;
using FeatureExplorer.Training.Progress;

namespace FeatureExplorer.Tests.Training.Imports;

/// <summary>A/1 of the small run, indexed over a text of chess games.</summary>
public sealed class DictionaryIndexerTests : IDisposable
{
    private readonly TemporaryFolder _data = new();
    private readonly TemporaryFolder _texts = new();
    private readonly FeatureDatabase _database;

    public DictionaryIndexerTests()
    {
        SmallRun.CopyFinished(_data.Path);
        _database = FeatureDatabase.Open(new DataFolder(_data.Path));
        File.WriteAllText(Path.Combine(_texts.Path, "games.txt"), Games(800));
    }

    public void Dispose()
    {
        TemporaryFolder.Close(_data.Path);
        _data.Dispose();
        _texts.Dispose();
    }

    internal static string Games(int lines) =>
        string.Concat(Enumerable.Range(0, lines).Select(static i => $"Line {i} of a text about {(i % 7 == 0 ? "шахматы" : "chess")}, move {i * 37 % 64}.\n\n"));

    private DictionaryIndexRequest Request => new() { Dictionary = "A/1", Corpus = [Path.Combine(_texts.Path, "games.txt")], Tokens = 4_000 };

    private DictionaryIndexResult Index(DictionaryIndexRequest request, IProgress<RunProgress>? progress = null, CancellationToken cancellation = default) =>
        new DictionaryIndexer(_database, TimeProvider.System, static _ => { }).Run(request, new StageProgress(DictionaryIndexer.Stages, progress), cancellation);

    [Fact]
    public void Run_OverAnotherText_MakesTheSameWeightsAnewAndLeavesTheRest()
    {
        var store = new FeatureStore(_database);
        var (before, neurons) = (store.FindDictionary("A", "1")!, store.NeuronsOf("A")!);

        var result = Index(Request);

        var (source, made) = (store.FindDictionary("A", "1")!, store.FindDictionary("A", "2")!);
        Assert.Equal(("A/2", "A/1", "games.txt"), (result.Name, result.Of, result.Text));
        Assert.Equal((before.Stamp, neurons.Stamp), (source.Stamp, store.NeuronsOf("A")!.Stamp));
        Assert.Equal((source.Variant, source.Lambda, source.Samples), (made.Variant, made.Lambda, made.Samples));
        Assert.Equal((4_000L, result.CorpusHash, "A/1"), (made.Provenance.Tokens, made.Provenance.CorpusHash, made.Provenance.OtherText!.Of));
        Assert.NotEqual(source.Provenance.CorpusHash, made.Provenance.CorpusHash);
        Assert.Null(source.Provenance.OtherText);
        using var mine = SparseAutoencoder.Load(_database.Folder.Dictionary(source));
        using var weights = SparseAutoencoder.Load(_database.Folder.Dictionary(made));
        Assert.Equal(mine.Hash, weights.Hash);

        // Its index is of that text: as many activations of each feature as the encoder finds there.
        using var index = ActivationIndex.Open(_database.Folder.Index(made));
        using var corpus = TokenizedCorpus.Open(_database.Folder.Corpus(made.Provenance.CorpusHash));
        index.Verify();
        FileOrigins.Demand(_database.Folder, made);
        Assert.Equal(corpus.Hash, index.Header.Corpus);
        Assert.InRange(corpus.HeldOut.Count, 4_000, long.MaxValue);
        Assert.Equal(Enumerable.Range(0, made.Features).Select(index.Count), Enumerable.Range(0, made.Features).Select(feature => (int)store.FindFeature(made, feature)!.Activations));
        Assert.NotEqual(source.Index.Activations, made.Index.Activations);

        // What is compared covers one text.
        var relations = new RelationStore(_database);
        Assert.True(relations.Has(made, made));
        Assert.False(relations.Has(made, source) || relations.Has(source, made) || relations.Has(made, neurons));
        Assert.True(new MapStore(_database).Has(made, null));
    }

    [Fact]
    public void Run_TwiceOverTheSameText_ComparesTheTwo()
    {
        Index(Request with { Relates = false });
        var second = Index(Request with { Name = "chess", Tokens = null });

        var store = new FeatureStore(_database);
        var (one, other) = (store.FindDictionary("A", "2")!, store.FindDictionary("A", "chess")!);
        Assert.Equal("A/chess", second.Name);
        Assert.Equal(one.Provenance.CorpusHash, other.Provenance.CorpusHash);
        Assert.Equal((one.Metrics.L0, one.Index.Activations), (other.Metrics.L0, other.Index.Activations));
        Assert.True(new RelationStore(_database).Has(one, other));
    }

    [Fact]
    public void Import_OverAnotherText_IsIndexedOverIt()
    {
        var request = new DictionaryImportRequest { Path = _database.Folder.Dictionary("A", "1"), Model = "A", Corpus = Request.Corpus, Tokens = 4_000, Relates = false };
        new DictionaryImporter(_database, TimeProvider.System, static _ => { }).Run(request, new StageProgress(DictionaryImporter.Stages + 1, null));

        var made = new FeatureStore(_database).FindDictionary("A", "2")!;
        Assert.Equal(("games.txt", null), (made.Provenance.OtherText!.Name, made.Provenance.OtherText.Of));
        Assert.NotNull(made.Origin);
        Assert.Equal(4_000, made.Provenance.Tokens);
    }

    [Fact]
    public void Run_OfAnImportedDictionaryWhoseFiguresAreOdd_WarnsAsItsImportDid()
    {
        var files = Directory.CreateDirectory(Path.Combine(_texts.Path, "files")).FullName;
        foreach (var file in SparseAutoencoder.Files)
        {
            File.Copy(Path.Combine(_database.Folder.Dictionary("A", "1"), file), Path.Combine(files, file));
        }

        using (var weights = SparseAutoencoder.Load(files))
        {
            weights.BDec.Span().Fill(100);
            weights.WeightsChanged();
            weights.Save(files);
        }

        var settings = Path.Combine(files, SparseAutoencoder.Files[0]);
        var config = JsonNode.Parse(File.ReadAllText(settings))!;
        config["metadata"] = new JsonObject { ["hook_name"] = "blocks.0.mlp.hook_post", ["final_l0"] = 999.0 };
        File.WriteAllText(settings, config.ToJsonString());
        var imported = new DictionaryImporter(_database, TimeProvider.System, static _ => { }).Run(
            new DictionaryImportRequest { Path = files, Model = "A", Relates = false }, new StageProgress(DictionaryImporter.Stages, null));
        var indexed = Index(Request with { Dictionary = "A/2", Relates = false });

        Assert.Equal(["Its L0 is", "Its reconstruction is"], imported.Found.Origin.Warnings.Select(static warning => string.Join(' ', warning.Split(' ')[..3])));
        Assert.Equal(["Its L0 is", "Its reconstruction is"], indexed.Warnings.Select(static warning => string.Join(' ', warning.Split(' ')[..3])));
        Assert.Contains("files claim 999.0", indexed.Warnings[0], StringComparison.Ordinal);
        Assert.Equal(indexed.Warnings, new FeatureStore(_database).FindDictionary("A", "3")!.Provenance.OtherText!.Warnings);
    }

    [Theory]
    [InlineData("A/9", "2", "There is no dictionary A/9; there is A/1.")]
    [InlineData("A/neurons", "2", "A/neurons has no weights")]
    [InlineData("A/1", "1", "A/2 is free")]
    public void Run_WhatCannotBe_IsRefusedAndLeavesNothing(string dictionary, string name, string says)
    {
        var message = Assert.Throws<ArgumentException>(() => Index(Request with { Dictionary = dictionary, Name = name })).Message;

        Assert.Contains(says, message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_database.Folder.Dictionary("A", "2")));
    }

    [Fact]
    public void Run_TextThatIsTooShort_IsRefused()
    {
        File.WriteAllText(Path.Combine(_texts.Path, "short.txt"), "Nothing.");

        Assert.ThrowsAny<Exception>(() => Index(Request with { Corpus = [Path.Combine(_texts.Path, "short.txt")] }));
        Assert.False(Directory.Exists(_database.Folder.Dictionary("A", "2")));
    }

    [Fact]
    public void Run_Cancelled_LeavesNothing()
    {
        using var stop = new CancellationTokenSource();
        var progress = new StageProgress.Direct<RunProgress>(now =>
        {
            if (now.Stage.StartsWith("Counting statistics", StringComparison.Ordinal))
            {
                stop.Cancel();
            }
        });

        Assert.ThrowsAny<OperationCanceledException>(() => Index(Request, progress, stop.Token));

        Assert.False(Directory.Exists(_database.Folder.Dictionary("A", "2")));
        Assert.Single(new FeatureStore(_database).Dictionaries());
    }
}
