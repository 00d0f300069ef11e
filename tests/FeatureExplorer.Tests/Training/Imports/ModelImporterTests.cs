using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Training.Imports;
using FeatureExplorer.Training.Names;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Tests.Training.Imports;

/// <summary>Our own model A, taken as another tool's: imported into an empty data folder with text of its own.</summary>
public sealed class ModelImporterTests : IDisposable
{
    private readonly TemporaryFolder _finished = new();
    private readonly TemporaryFolder _data = new();
    private readonly FeatureDatabase _database;
    private readonly string _model;
    private readonly string _text;

    public ModelImporterTests()
    {
        SmallRun.CopyFinished(_finished.Path);
        _model = new DataFolder(_finished.Path).Model("A");
        _text = Path.Combine(_finished.Path, "text.txt");
        File.WriteAllText(_text, string.Concat(Enumerable.Range(0, 3000).Select(static i => $"Line {i} of a text about {(i % 7 == 0 ? "шахматы" : "chess")}, move {i * 37 % 64}.\n\n")));
        _database = FeatureDatabase.Open(new DataFolder(_data.Path));
    }

    public void Dispose()
    {
        TemporaryFolder.Close(_data.Path);
        TemporaryFolder.Close(_finished.Path);
        _data.Dispose();
        _finished.Dispose();
    }

    private ModelImportRequest Request => new() { Path = _model, Name = "G", Corpus = [_text], HeldOutTokens = 8_000, EvaluationTokens = 2_048 };

    private ModelImportResult Import(ModelImportRequest request) =>
        new ModelImporter(_database, TimeProvider.System, static _ => { }).Run(request, new StageProgress(ModelImporter.Stages, null));

    private (ModelFound Model, IReadOnlyList<DictionaryFound> Dictionaries) Check(ModelImportRequest request) => new ModelImporter(_database, TimeProvider.System, static _ => { }).Check(request);

    [Fact]
    public void Run_OurOwnModel_IsTheSameModelHere()
    {
        var result = Import(Request);

        var info = new FeatureStore(_database).FindModel("G")!;
        using var original = TransformerModel.Load(_model);
        using var imported = TransformerModel.Load(_database.Folder.Model("G"));
        Assert.Equal(original.Hash, imported.Hash);
        Assert.Equal((original.Hash, original.Parameters.Count, "GPT-2"), (info.Origin!.Weights, info.Origin.Parameters, info.Origin.Family));
        Assert.Equal(TokenizerFiles.Load(Path.Combine(_model, "tokenizer.json")).Hash, TokenizerFiles.Load(_database.Folder.Tokenizer("G")).Hash);
        Assert.Equal(info.HeldOutLoss, result.HeldOutLoss);
        Assert.InRange(result.HeldOutLoss!.Value, 0.1, Math.Log(original.Config.VocabularySize));
        Assert.Empty(result.Warnings);
        Assert.Equal("The quick", string.Concat(result.Found.Sample)[..9]);
    }

    [Fact]
    public void Run_OfDictionariesOnIt_TrainsThemOnItsTextAndLeavesTheModelAlone()
    {
        Import(Request);
        var before = new FeatureStore(_database).FindModel("G")!;
        var configuration = new RunNames(_database, TimeProvider.System).Settle(SmallRun.Configuration with { Model = "G", Dictionaries = [SmallRun.Configuration.Dictionaries[0] with { Samples = 4_096 }] });
        Assert.Equal(before.Origin!.Weights, configuration.Imported);
        Assert.Equal((before.Vocabulary, before.DMlp), (configuration.Transformer.Vocabulary, configuration.Transformer.DMlp));

        var result = new RunPipeline(_database, TimeProvider.System, static _ => { }).Run(configuration);

        var store = new FeatureStore(_database);
        var dictionary = Assert.Single(store.Dictionaries());
        Assert.Equal((before.CorpusHash, 4_096L), (dictionary.Provenance.CorpusHash, dictionary.Samples));
        Assert.Equal(dictionary.Metrics.L0, Assert.Single(result.Dictionaries).L0);
        Assert.Equal(before, store.FindModel("G")! with { Origin = before.Origin });

        // The same run again takes its files over; other text is refused.
        var written = File.GetLastWriteTimeUtc(_database.Folder.Index(dictionary));
        new RunPipeline(_database, TimeProvider.System, static _ => { }).Run(configuration);
        Assert.Equal(written, File.GetLastWriteTimeUtc(_database.Folder.Index(Assert.Single(store.Dictionaries()))));
        var refused = Assert.Throws<ArgumentException>(() => new RunNames(_database, TimeProvider.System).Settle(SmallRun.Configuration with { Model = "G", Corpus = [_text] }));
        Assert.Contains("was imported with its text", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_DictionaryOfTheOriginal_ReconstructsAsWell()
    {
        Import(Request);
        var dictionary = new DictionaryImporter(_database, TimeProvider.System, static _ => { }).Run(
            new DictionaryImportRequest { Path = new DataFolder(_finished.Path).Dictionary("A", "1"), Model = "G", Tokens = 4_000 }, new StageProgress(DictionaryImporter.Stages, null));
        Assert.Equal("G/1", dictionary.Name);
        var own = new FeatureStore(FeatureDatabase.Open(new DataFolder(_finished.Path))).FindDictionary("A", "1")!;
        Assert.InRange(dictionary.ExplainedVariance!.Value, own.Metrics.ExplainedVariance - 0.5, 1);
    }

    [Fact]
    public void Run_MoreIdsThanTheTokenizer_KeepsThemWithoutText()
    {
        using var folder = new TemporaryFolder();
        CopyGpt2(folder.Path, ids: 300);

        Import(Request with { Path = folder.Path });

        var tokenizer = TokenizerFiles.Load(_database.Folder.Tokenizer("G"));
        Assert.Equal(300, tokenizer.VocabularySize);
        Assert.True(tokenizer.IsSpecial(299) && tokenizer.Bytes(299).IsEmpty);
        var info = new FeatureStore(_database).FindModel("G")!;
        Assert.Equal("<|endoftext|>", info.Origin!.StartToken);
        Assert.Contains("stands before every window", string.Concat(info.Origin.Notes), StringComparison.Ordinal);
        Assert.Equal(256, TransformerModel.ReadConfig(_database.Folder.Model("G")).StartToken);
    }

    [Fact]
    public void Run_MoreIdsThanOurOwnTokenizer_EncodesAsItDoes()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(_model, "tokenizer.json");
        var own = TokenizerFiles.Load(file);
        using (var model = TransformerModel.Create(new TransformerConfig { Layers = 1, DModel = 8, DMlp = 16, Heads = 2, Context = 32, VocabularySize = own.VocabularySize + 12 }, seed: 1))
        {
            model.Save(folder.Path);
        }

        File.Copy(file, Path.Combine(folder.Path, "tokenizer.json"));
        Import(Request with { Path = folder.Path });

        var padded = TokenizerFiles.Load(_database.Folder.Tokenizer("G"));
        Assert.Equal((own.VocabularySize + 12, own.DocumentMark, own.EndOfText), (padded.VocabularySize, padded.DocumentMark, padded.EndOfText));
        foreach (var text in (string[])["", "The quick  brown\n\nfox's 1234 шахматы, e\u0301\t", File.ReadAllText(_text)[..5_000]])
        {
            Assert.Equal(own.Encode(text), padded.Encode(text));
        }

        Assert.True(padded.IsSpecial(own.VocabularySize + 11) && padded.Bytes(own.VocabularySize + 3).IsEmpty);
        Assert.Null(new FeatureStore(_database).FindModel("G")!.Origin!.StartToken);
        Assert.Contains("more ids than its tokenizer", string.Concat(new FeatureStore(_database).FindModel("G")!.Origin!.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_TokenizerOfAnotherModel_IsRefusedAndLeavesNothing()
    {
        using var folder = new TemporaryFolder();
        CopyGpt2(folder.Path, ids: 200);
        Assert.Contains("it is not the model's tokenizer", Assert.Throws<InvalidDataException>(() => Import(Request with { Path = folder.Path })).Message, StringComparison.Ordinal);
        Assert.Empty(new FeatureStore(_database).Models());
        Assert.False(Directory.Exists(_database.Folder.Model("G")));
    }

    [Theory]
    [InlineData("goodfire")]
    [InlineData("saelens-bf16")]
    [InlineData("openai-malformed/many.pt")]
    public void Run_DictionaryThatDoesNotFit_IsRefusedBeforeAnythingIsStored(string dictionary)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Fixtures", "foreign-dictionaries", dictionary);

        var message = Assert.Throws<InvalidDataException>(() => Import(Request with { Dictionaries = [path] })).Message;

        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => Check(Request with { Dictionaries = [path] })).Message);
        Assert.Empty(new FeatureStore(_database).Models());
        Assert.Empty(Directory.EnumerateDirectories(_data.Path));
    }

    [Fact]
    public void Check_WhatRunWouldRefuse_IsRefused()
    {
        Import(Request);
        var (shortText, missing) = (Path.Combine(_finished.Path, "short.txt"), Path.Combine(_finished.Path, "gone.txt"));
        File.WriteAllText(shortText, "Nothing much.");
        var request = Request with { Name = "H" };

        Assert.Equal("GPT-2", Check(request).Model.Origin.Family);
        Assert.Contains("There is a model G", Assert.Throws<ArgumentException>(() => Check(Request)).Message, StringComparison.Ordinal);
        Assert.Contains("is an address of its own", Assert.Throws<ArgumentException>(() => Check(request with { Name = "api" })).Message, StringComparison.Ordinal);
        Assert.Contains(missing, Assert.Throws<FileNotFoundException>(() => Check(request with { Corpus = [missing] })).Message, StringComparison.Ordinal);
        Assert.Contains(shortText, Assert.Throws<InvalidDataException>(() => Check(request with { Corpus = [shortText] })).Message, StringComparison.Ordinal);
        Assert.Contains("klingon", Assert.Throws<ArgumentException>(() => Check(request with { Corpus = [], Keep = "klingon=0.5" })).Message, StringComparison.Ordinal);
        Assert.Contains("--held-out-tokens: Held-out tokens is 0", Assert.Throws<ArgumentException>(() => Check(request with { HeldOutTokens = 0 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_NameThatIsTaken_IsRefused()
    {
        Import(Request);
        Assert.Contains("There is a model G", Assert.Throws<ArgumentException>(() => Import(Request with { Name = "g" })).Message, StringComparison.Ordinal);
        Assert.Contains("is part of addresses", Assert.Throws<ArgumentException>(() => Import(Request with { Name = "a/b" })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_DamagedWeights_LeavesNothing()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in (string[])["config.json", "model.safetensors", "tokenizer.json"])
        {
            File.Copy(Path.Combine(_model, file), Path.Combine(folder.Path, file));
        }

        var weights = Path.Combine(folder.Path, "model.safetensors");
        File.WriteAllBytes(weights, File.ReadAllBytes(weights)[..^64]);
        Assert.Contains("model.safetensors", Assert.Throws<InvalidDataException>(() => Import(Request with { Path = folder.Path })).Message, StringComparison.Ordinal);
        Assert.Empty(new FeatureStore(_database).Models());
        Assert.False(Directory.Exists(_database.Folder.Model("G")));
    }

    /// <summary>A GPT-2 with a byte for each token, an end of text, and perhaps ids beyond.</summary>
    private static void CopyGpt2(string folder, int ids)
    {
        using var model = TransformerModel.Create(new TransformerConfig { Layers = 1, DModel = 8, DMlp = 16, Heads = 2, Context = 32, VocabularySize = ids }, seed: 1);
        model.Save(folder);
        var vocabulary = Enumerable.Range(0, 256).Select(static value => (Character: ByteCharacter(value), value)).ToDictionary(static pair => pair.Character, static pair => pair.value);
        vocabulary["<|endoftext|>"] = 256;
        File.WriteAllText(Path.Combine(folder, "vocab.json"), System.Text.Json.JsonSerializer.Serialize(vocabulary));
        File.WriteAllText(Path.Combine(folder, "merges.txt"), "#version: 0.2\n");
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), """{"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>"}""");
    }

    private static string ByteCharacter(int value)
    {
        static bool Printed(int b) => b is >= 33 and <= 126 or >= 161 and <= 172 or >= 174;
        return ((char)(Printed(value) ? value : 256 + Enumerable.Range(0, value).Count(static b => !Printed(b)))).ToString();
    }
}
