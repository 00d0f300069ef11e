using System.Text.Json.Nodes;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Imports;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Relations;
using FeatureExplorer.Tests.Engine.Dictionaries;
using FeatureExplorer.Tests.Engine.Transformer;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Training.Imports;
using FeatureExplorer.Training.Names;
using FeatureExplorer.Training.Progress;

namespace FeatureExplorer.Tests.Training.Imports;

/// <summary>Our own dictionary A/1, taken as another tool's and imported beside itself.</summary>
public sealed class DictionaryImporterTests : IDisposable
{
    private readonly TemporaryFolder _data = new();
    private readonly TemporaryFolder _files = new();
    private readonly FeatureDatabase _database;

    public DictionaryImporterTests()
    {
        SmallRun.CopyFinished(_data.Path);
        _database = FeatureDatabase.Open(new DataFolder(_data.Path));
        foreach (var file in SparseAutoencoder.Files)
        {
            File.Copy(Path.Combine(_database.Folder.Dictionary("A", "1"), file), Path.Combine(_files.Path, file));
        }
    }

    public void Dispose()
    {
        TemporaryFolder.Close(_data.Path);
        _data.Dispose();
        _files.Dispose();
    }

    private DictionaryImportRequest Request => new() { Path = _files.Path, Model = "A" };

    private DictionaryImportResult Import(DictionaryImportRequest request, IProgress<RunProgress>? progress = null, CancellationToken cancellation = default) =>
        new DictionaryImporter(_database, TimeProvider.System, static _ => { }).Run(request, new StageProgress(DictionaryImporter.Stages, progress), cancellation);

    [Fact]
    public void Run_OurOwnDictionary_HasTheSameFeaturesAndStatistics()
    {
        Change("metadata", new JsonObject { ["hook_name"] = "blocks.0.mlp.hook_post", ["final_l0"] = 999.0, ["model_name"] = "gelu-1l", ["prepend_bos"] = true });

        var result = Import(Request);

        Assert.Equal("A/2", result.Name);
        var store = new FeatureStore(_database);
        var (trained, imported) = (store.FindDictionary("A", "1")!, store.FindDictionary("A", "2")!);
        Assert.Equal(trained.Metrics.L0, imported.Metrics.L0);
        Assert.Equal(trained.Index.Activations, imported.Index.Activations);
        Assert.Equal(trained.BestNeurons.Keys.Order(), imported.BestNeurons.Keys.Order());
        for (var feature = 0; feature < trained.Features; feature++)
        {
            var (one, other) = (store.FindFeature(trained, feature)!, store.FindFeature(imported, feature)!);
            Assert.Equal((one.Activations, one.Max, one.BestContext?.Context), (other.Activations, other.Max, other.BestContext?.Context));
        }

        using var index = ActivationIndex.Open(_database.Folder.Index(imported));
        index.Verify();
        var relations = new RelationStore(_database);
        Assert.True(relations.Has(trained, imported) && relations.Has(imported, trained));
        Assert.False(new AblationStore(_database).Has(imported));

        var origin = imported.Origin!;
        Assert.Equal(("SAELens", "standard", "gelu-1l", 999.0), (origin.Format, origin.Architecture, origin.ModelName, origin.L0));
        Assert.Equal($"{Path.GetFileName(_files.Path)}/sae_weights.safetensors", origin.File);
        Assert.Contains("its files claim 999.0", Assert.Single(origin.Warnings), StringComparison.Ordinal);
        Assert.Contains("BOS", origin.Warnings[0], StringComparison.Ordinal);
        Assert.Equal(origin.Warnings, result.Found.Origin.Warnings);
        Assert.Null(trained.Origin);
    }

    [Fact]
    public void Run_MatchingPursuit_IsIndexedWithWhatPlainLoopsFind()
    {
        var pursuit = new PursuitShape(0.5f, 12, true);
        using (var trained = SparseAutoencoder.Load(_files.Path))
        using (var dictionary = new SparseAutoencoder(trained.Inputs, trained.Features, DictionaryActivation.MatchingPursuit, pursuit: pursuit) { Site = trained.Site })
        {
            trained.WDec.Span().CopyTo(dictionary.WDec.Span());
            trained.WDec.Span().CopyTo(dictionary.WEnc.Span());
            trained.BDec.Span().CopyTo(dictionary.BDec.Span());
            dictionary.Save(_files.Path);
        }

        var result = Import(Request);

        var info = new FeatureStore(_database).FindDictionary("A", "2")!;
        Assert.Equal(("A/2", DictionaryImporter.MatchingPursuit, "matching_pursuit"), (result.Name, info.Variant, info.Origin!.Architecture));
        Assert.Empty(info.Origin.Warnings);
        using var imported = SparseAutoencoder.Load(_database.Folder.Dictionary(info));
        using var model = TransformerModel.Load(_database.Folder.Model("A"));
        using var corpus = TokenizedCorpus.Open(_database.Folder.Corpus(info.Provenance.CorpusHash));
        using var index = ActivationIndex.Open(_database.Folder.Index(info));
        index.Verify();
        var length = model.Config.Context;
        var tokens = corpus.HeldOut.Read(0, length).ToArray();
        double[] x = [];
        ReferenceTransformer.Run(model.Config, ReferenceTransformer.ParametersOf(model.Parameters), tokens, tokens, 1, length, values => x = values);
        Assert.Equal(pursuit, imported.Pursuit);
        var found = Enumerable.Range(0, imported.Features).ToDictionary(
            static feature => feature, feature => index.Positions(feature).ToArray().Zip(index.Values(feature).ToArray()).Where(entry => entry.First < length).ToDictionary(static entry => (int)entry.First, static entry => (double)entry.Second));
        foreach (var (position, row) in x.Chunk(imported.Inputs).Index())
        {
            foreach (var (feature, value) in PlainPursuit.Encode(imported, row).Index())
            {
                Assert.Equal(value, found[feature].GetValueOrDefault(position), 2e-3 * (1 + value)); // stored in half precision
            }
        }

        Assert.True(found.Sum(static entry => entry.Value.Count) > length);
        Assert.Contains("matching pursuit, which no recipe", Assert.Throws<ArgumentException>(() => new ContinuedDictionaries(_database).Find("A/2")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_FolderOfOurOwnDictionaries_PassesOverNeurons()
    {
        var passedOver = new List<string>();
        var found = DictionaryImport.Find(_database.Folder.Dictionaries("A"), passedOver.Add);
        Assert.Equal([_database.Folder.Dictionary("A", "1")], found);
        Assert.Equal([_database.Folder.Dictionary("A", "neurons")], passedOver);
        Assert.Throws<InvalidDataException>(() => DictionaryImport.Find(_database.Folder.Dictionary("A", "neurons")));
    }

    [Fact]
    public void Run_NameThatIsTaken_ReplacesNothing()
    {
        var before = new FeatureStore(_database).FindDictionary("A", "1")!.Stamp;

        Assert.Contains("A/2 is free", Assert.Throws<ArgumentException>(() => Import(Request with { Name = "1" })).Message, StringComparison.Ordinal);
        Assert.Contains("It has A.", Assert.Throws<ArgumentException>(() => Import(Request with { Model = "B" })).Message, StringComparison.Ordinal);
        Assert.Equal(before, new FeatureStore(_database).FindDictionary("A", "1")!.Stamp);
    }

    [Theory]
    [InlineData("Counting statistics")]
    [InlineData("Indexing")]
    [InlineData("Measuring")]
    public void Run_Cancelled_LeavesNothing(string stage)
    {
        using var stop = new CancellationTokenSource();
        var progress = new StageProgress.Direct<RunProgress>(now =>
        {
            if (now.Stage.StartsWith(stage, StringComparison.Ordinal))
            {
                stop.Cancel();
            }
        });

        Assert.ThrowsAny<OperationCanceledException>(() => Import(Request, progress, stop.Token));

        Assert.False(Directory.Exists(_database.Folder.Dictionary("A", "2")));
        Assert.Single(new FeatureStore(_database).Dictionaries());
    }

    [Theory]
    [InlineData("blocks.0.hook_resid_post", null, "mlp.post.0")]
    [InlineData("blocks.3.mlp.hook_post", null, "layer")]
    [InlineData("blocks.0.attn.hook_z", null, "no such site")]
    [InlineData("blocks.0.mlp.hook_post", "resid.post.0", "leave --site out")]
    [InlineData("blocks.0.ln2.hook_normalized", null, "only a transcoder reads mlp.norm")]
    public void Run_SiteThatDoesNotFit_IsRefusedAndLeavesNothing(string hook, string? asked, string says)
    {
        Change("metadata", new JsonObject { ["hook_name"] = hook });

        var message = Assert.ThrowsAny<Exception>(() => Import(Request with { Site = asked })).Message;

        Assert.Contains(says, message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_database.Folder.Dictionary("A", "2")));
    }

    [Fact]
    public void Check_FilesWithoutASite_AssumesTheOnlyOneOfThatWidthAndWritesNothing()
    {
        Change("metadata", new JsonObject());
        var before = Directory.GetFileSystemEntries(_data.Path, "*", SearchOption.AllDirectories).Length;

        var found = new DictionaryImporter(_database, TimeProvider.System, static _ => { }).Check(Request);

        Assert.Equal(("mlp.post.0", 64, 48, "relu"), (found.Site, found.Inputs, found.Features, found.Activation));
        Assert.Contains(found.Origin.Notes, static note => note.Contains("the only site of A with 64 numbers", StringComparison.Ordinal));
        Assert.Equal(before, Directory.GetFileSystemEntries(_data.Path, "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public void Check_WhatRunWouldRefuse_IsRefused()
    {
        var importer = new DictionaryImporter(_database, TimeProvider.System, static _ => { });
        var (empty, missing) = (Path.Combine(_files.Path, "short.txt"), Path.Combine(_files.Path, "gone.txt"));
        File.WriteAllText(empty, "Nothing much.");

        Assert.Contains("A/2 is free", Assert.Throws<ArgumentException>(() => importer.Check(Request with { Name = "1" })).Message, StringComparison.Ordinal);
        Assert.Contains("write 31", Assert.Throws<ArgumentException>(() => importer.Check(Request with { Name = "031" })).Message, StringComparison.Ordinal);
        Assert.Contains(missing, Assert.Throws<FileNotFoundException>(() => importer.Check(Request with { Corpus = [missing] })).Message, StringComparison.Ordinal);
        Assert.Contains("There is no corpus \"none\"", Assert.Throws<InvalidDataException>(() => importer.Check(Request with { Corpus = ["corpus:none"] })).Message, StringComparison.Ordinal);
        Assert.Contains(empty, Assert.Throws<InvalidDataException>(() => importer.Check(Request with { Corpus = [empty] })).Message, StringComparison.Ordinal);
        Assert.Contains("leave --tokens out", Assert.Throws<ArgumentException>(() => importer.Check(Request with { Tokens = 100 })).Message, StringComparison.Ordinal);
        Assert.Contains("--site is layer7, and there is no such site in A: a dictionary reads mlp.post, mlp.out, resid.pre, resid.post of layer 0, as in resid.post.0.", Assert.Throws<ArgumentException>(() => importer.Check(Request with { Site = "layer7" })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_FilesOfAnotherModel_NamesTheFileAndBothWidths()
    {
        Change("metadata", new JsonObject { ["hook_name"] = "blocks.0.hook_resid_post" });

        var message = Assert.Throws<InvalidDataException>(() => new DictionaryImporter(_database, TimeProvider.System, static _ => { }).Check(Request)).Message;

        Assert.StartsWith($"{Path.Combine(_files.Path, SparseAutoencoder.WeightsFile)}: the dictionary reads vectors of 64 numbers (d_in), and resid.post.0 of A has 32.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Twice_MeasuresBothOnTheSameTokens()
    {
        // A token of the text that begins every window is left out: what is left is no whole number of windows.
        var info = new FeatureStore(_database).FindModel("A")!;
        using (var corpus = TokenizedCorpus.Open(_database.Folder.Corpus(info.CorpusHash)))
        using (var model = TransformerModel.Load(_database.Folder.Model("A")))
        using (var other = new TransformerModel(model.Config with { StartToken = corpus.HeldOut.Read(0, 5_000).ToArray().GroupBy(static token => token).MaxBy(static group => group.Count())!.Key, Context = model.Config.Context - 1 }))
        {
            foreach (var item in other.Parameters.Items)
            {
                model.Parameters.Span(item.Name).CopyTo(other.Parameters.Span(item.Name));
            }

            other.Save(_database.Folder.Model("A"));
        }

        new RunWriter(_database).SaveModel(info with { Context = 63 });
        var first = Import(Request with { Relates = false });
        var second = Import(Request with { Relates = false });

        Assert.NotEqual(0, first.EvaluationTokens % 63);
        Assert.Equal((first.EvaluationTokens, first.L0, first.LossRecovered), (second.EvaluationTokens, second.L0, second.LossRecovered));
    }

    [Fact]
    public void Look_SiteWithoutItsLayer_IsRefusedWhereTheModelHasSeveral()
    {
        Change("metadata", new JsonObject());
        var model = TransformerModel.ReadConfig(_database.Folder.Model("A"));
        var request = Request with { Site = "mlp.post" };

        Assert.Equal("mlp.post.0", DictionaryImporter.Look(request, model).Site);
        Assert.Contains("A has 3 layers: say which one it reads, mlp.post.0 to mlp.post.2", Assert.Throws<ArgumentException>(() => DictionaryImporter.Look(request, model with { Layers = 3 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_DamagedWeights_AreNamedAndLeaveNothing()
    {
        var file = Path.Combine(_files.Path, SparseAutoencoder.WeightsFile);
        using (var dictionary = SparseAutoencoder.Load(_files.Path))
        {
            dictionary.DecoderRow(3)[2] = float.NaN;
            dictionary.WeightsChanged();
            dictionary.Save(_files.Path);
        }

        var message = Assert.Throws<InvalidDataException>(() => Import(Request)).Message;

        Assert.Contains($"{file}: tensor W_dec holds 1 value of 3,072 that is no number, the first at [3, 2]: NaN", message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_database.Folder.Dictionary("A", "2")));
    }

    private void Change(string key, JsonNode value)
    {
        var file = Path.Combine(_files.Path, "cfg.json");
        var config = JsonNode.Parse(File.ReadAllText(file))!;
        config[key] = value;
        File.WriteAllText(file, config.ToJsonString());
    }
}
