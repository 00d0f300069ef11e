using System.Diagnostics.CodeAnalysis;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Labels;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Tests.Storage.Runs;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Names;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Tests.Training.Names;

/// <summary>Nothing finished is written over: names that are taken, free names, and replacement that is asked for.</summary>
public sealed class RunNamesTests : IDisposable
{
    private static readonly RunConfiguration Small = SmallRun.Configuration;
    private static readonly DictionarySettings One = Small.Dictionaries[0];
    private static readonly DictionarySettings Other = One with { Features = 32 };
    private static readonly TransformerSettings Longer = Small.Transformer with { Tokens = 50_000 };

    private readonly TemporaryFolder _folder = new();
    private FeatureDatabase _database;
    private FeatureStore _store;
    private RunStore _runs;
    private RunNames _names;

    public RunNamesTests() => Open();

    private DataFolder Data => _database.Folder;

    public void Dispose() => _folder.Dispose();

    [MemberNotNull(nameof(_database), nameof(_store), nameof(_runs), nameof(_names))]
    private void Open()
    {
        _database = FeatureDatabase.Open(new DataFolder(_folder.Path));
        _store = new FeatureStore(_database);
        _runs = new RunStore(_database, TimeProvider.System);
        _names = new RunNames(_database, TimeProvider.System);
    }

    /// <summary>The folder as it is when the small run has finished in it.</summary>
    private void Finished()
    {
        TemporaryFolder.Close(_folder.Path);
        Directory.Delete(_folder.Path, recursive: true);
        SmallRun.CopyFinished(Directory.CreateDirectory(_folder.Path).FullName);
        Open();
    }

    [Fact]
    public void Settle_AfterAFinishedRun_ReusesTheSameAndNumbersOrRefusesTheRest()
    {
        Finished();

        // The same settings come back to what is there, whatever the name that nobody chose.
        Assert.Equal(["1"], Names(Small));
        Assert.Equal(["1"], Names(Small, One with { Name = "7", NameIsDefault = true }));
        // Others take the next free number.
        Assert.Equal(["2"], Names(Small, Other with { NameIsDefault = true }));
        Assert.Equal(["2", "1", "3"], Names(Small, Other with { NameIsDefault = true }, One with { NameIsDefault = true }, Other with { Features = 33, NameIsDefault = true }));
        Assert.Equal(["3", "2"], Names(Small, Other with { NameIsDefault = true }, Other with { Features = 33, Name = "2" }));
        // A chosen name is refused, with one that is free.
        Refused(Small with { Dictionaries = [Other] }, "dictionaries[0].name", "A/1 is there", "A/2 is free", "--replace");
        Refused(Small with { IndexTokens = 9_000 }, "dictionaries[0].name", "indexed on other tokens", "A/2 is free");
        Refused(Small with { EvaluationTokens = 1_024 }, "dictionaries[0].name", "A/2 is free");
        Refused(Small with { Transformer = Longer }, "model:", "The model A is there", "B is free", "on the page New run, --replace on the command line");
        Refused(Small with { Seed = 1 }, "model:", "B is free");
        Refused(Small with { Keep = "arabic=0.5" }, "model:", "B is free");
        Assert.Equal(["1"], Names(Small with { Model = "B", Transformer = Longer }));
        // Names that differ in capital letters alone are one name on many file systems.
        Refused(Small with { Model = "a" }, "model:", "model A", "capital letters");
        // Replacing the model would take it from the dictionaries that the run does not make.
        Refused(Small with { Transformer = Longer, Replace = true, Dictionaries = [One with { Name = "2" }] }, "model:", "A/1", "B");
        Assert.Equal(["1"], Names(Small with { Dictionaries = [Other], Replace = true }));
    }

    [Fact]
    public void Settle_DictionaryOfAnEarlierVersion_IsTakenOver_AndNewOnesStartOnTheirOwn()
    {
        Finished();
        var now = _names.Settle(Small with { Dictionaries = [One with { OwnStart = true }, Other with { Name = "2", OwnStart = true }] }).Dictionaries;
        Assert.Equal([("1", false), ("2", true)], now.Select(d => (d.Name, d.OwnStart)));
        Assert.Equal("1", _names.Settle(Small with { Dictionaries = [One with { Name = "0", NameIsDefault = true, OwnStart = true }] }).Dictionaries[0].Name);
    }

    [Fact]
    public void Settle_NameTakenAndTextWrong_NamesAllAtOnce()
    {
        Finished();
        Refused(Small with { Transformer = Longer, Keep = "klingon=0.5" }, "keep: the mixture names the domain klingon", "model: The model A is there");
        var missing = Path.Combine(_folder.Path, "nothing");
        Refused(Small with { Transformer = Longer, Corpus = [missing] }, $"corpus: There is no file or folder {missing}", "model: The model A is there");
        Refused(Small with { Model = "B", Keep = "klingon=0.5" }, "keep: the mixture names the domain klingon");
        var problems = _names.Beside(Small with { Transformer = Longer, Corpus = [missing], Keep = "no share" });
        Assert.Equal(["corpus", "model"], problems.Select(static problem => problem.Field));
    }

    [Fact]
    public void Settle_CorpusFolderIsGone_TellsByTheRunsThatMadeIt()
    {
        Finished();
        var run = _runs.Add("demo", RunConfigurationJson.Write(Small), RunOrigin.CommandLine);
        _runs.Bring(run.Id, RunStatus.Finished);
        Directory.Delete(Path.Combine(Data.Root, "corpora"), recursive: true);

        Assert.Equal(["1"], Names(Small));
        Refused(Small with { Transformer = Longer }, "model:", "B is free");
        Refused(Small with { Dictionaries = [Other] }, "A/2 is free");
    }

    [Fact]
    public void Settle_SameFilesNamedInAnotherWay_AreTheSameText()
    {
        var file = Path.Combine(_folder.Path, "text.jsonl");
        File.WriteAllLines(file, Enumerable.Range(0, 400).Select(static i => $"{{\"text\": \"Document {i} counts to {i * i} and {i % 7}, and then it stops at {i * 31}.\"}}"));
        var given = Small with { Corpus = [Path.GetRelativePath(Environment.CurrentDirectory, file)], HeldOutTokens = 1_000, IndexTokens = 1_000, EvaluationTokens = 256 };
        _runs.Add("demo", RunConfigurationJson.Write(given), RunOrigin.CommandLine);
        Run(given);

        Assert.Equal(["1"], Names(given with { Corpus = [file] }));
        Refused(given with { Corpus = [file], Dictionaries = [Other] }, "A/2 is free");
        File.AppendAllText(file, "{\"text\": \"One more.\"}\n");
        Refused(given with { Corpus = [file] }, "model:", "on other text", "B is free");
    }

    [Theory]
    [InlineData(RunStatus.Queued, "waits", false)]
    [InlineData(RunStatus.Running, "is going on", false)]
    [InlineData(RunStatus.Paused, "is paused", true)]
    [InlineData(RunStatus.Interrupted, "was interrupted", true)]
    public void Settle_NameThatAnotherRunWillUse_IsRefused(RunStatus status, string now, bool mayBeReplaced)
    {
        var run = _runs.Add("demo", RunConfigurationJson.Write(Small with { Dictionaries = [One, One with { Name = "b" }] }), RunOrigin.CommandLine);
        _runs.Bring(run.Id, status);

        Assert.Equal(["1"], Names(Small));
        Assert.Equal(["2"], Names(Small, Other with { NameIsDefault = true }));
        Refused(Small with { Transformer = Longer }, $"Run {run.Id}, which {now}", "model A", "B is free");
        Refused(Small with { Dictionaries = [Other] }, $"Run {run.Id}, which {now}", "A/1", "A/2 is free");
        Refused(Small with { Dictionaries = [One with { Name = "B" }] }, "A/b", "capital letters");
        Refused(Small with { Model = "a" }, "model A", "capital letters");
        if (mayBeReplaced)
        {
            Assert.Equal(["1"], Names(Small with { Dictionaries = [Other], Replace = true }));
        }
        else
        {
            Refused(Small with { Dictionaries = [Other], Replace = true }, "A/2 is free");
        }
    }

    [Theory]
    [InlineData(RunStatus.Cancelled)]
    [InlineData(RunStatus.Failed)]
    public void Settle_NameOfARunThatCameToNothing_IsFree(RunStatus status)
    {
        _runs.Bring(_runs.Add("demo", RunConfigurationJson.Write(Small), RunOrigin.CommandLine).Id, status);
        Assert.Equal(["1"], Names(Small with { Transformer = Longer, Dictionaries = [Other] }));
    }

    [Fact]
    public void Settle_NameOfAnImport_IsRefusedForAModel()
    {
        new RunWriter(_database).SaveModel(SampleReports.Model(PublishedImport.Model) with { Note = "imported" });
        Refused(Small with { Model = PublishedImport.Model, Replace = true }, "imported", "A is free");
    }

    [Fact]
    public void Run_NameThatWasTakenWhileItWaited_ComputesNothingAndLeavesTheOtherAlone()
    {
        Finished();
        var before = Bytes(Data.Dictionary("A", "1")).Concat(Bytes(Data.Model("A"))).ToList();

        Assert.Contains("A/1 is there", Assert.Throws<ArgumentException>(() => Run(Small with { Dictionaries = [Other] })).Message, StringComparison.Ordinal);
        Assert.Contains("The model A is there", Assert.Throws<ArgumentException>(() => Run(Small with { Transformer = Longer })).Message, StringComparison.Ordinal);

        Assert.Equal(before, Bytes(Data.Dictionary("A", "1")).Concat(Bytes(Data.Model("A"))));
    }

    [Fact]
    public void Run_Replace_KeepsTheOlderUntilTheNewIsCompleteAndTheLabelsAfter()
    {
        Finished();
        var older = _store.FindDictionary("A", "1")!;
        var labels = new LabelStore(_database, TimeProvider.System);
        labels.Save(older, 3, "Arabic", "", "ada");
        var before = Bytes(Data.Dictionary(older)).ToList();
        var replacing = Small with { Dictionaries = [Other], Replace = true };

        // Stopped when everything but the publication is done.
        using var stop = new CancellationTokenSource();
        var progress = new StageProgress.Direct<RunProgress>(p => StopAt(p, "Counting statistics", stop));
        Assert.Throws<OperationCanceledException>(() => Pipeline().Run(replacing, progress, stop.Token));
        Assert.Equal(older.Stamp, _store.FindDictionary("A", "1")!.Stamp);
        Assert.Equal(before, Bytes(Data.Dictionary(older)));
        Run(replacing);

        var newer = _store.FindDictionary("A", "1")!;
        Assert.Equal(32, newer.Features);
        Assert.Equal("Arabic", labels.Current(newer, [3])[3].Text);
        Assert.False(Directory.Exists(Data.Dictionary(older)));
        AssertWhole(newer);
        Assert.Equal(["1"], Names(replacing with { Replace = false }));
    }

    [Fact]
    public void Run_ReplaceOfAModel_TakesItsPlaceWithItsDictionariesAlone()
    {
        Finished();
        var (model, older) = (_store.FindModel("A")!, _store.FindDictionary("A", "1")!);
        var before = Bytes(Data.Model(model)).ToList();
        var replacing = Small with { Transformer = Longer, Replace = true };

        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Pipeline().Run(replacing, new StageProgress.Direct<RunProgress>(p => StopAt(p, "Indexing", stop)), stop.Token));
        Assert.Equal(model, _store.FindModel("A"));
        Assert.Equal(before, Bytes(Data.Model(model)));
        AssertWhole(older);
        Run(replacing);

        var newer = _store.FindDictionary("A", "1")!;
        Assert.NotEqual(model.TrainingTokens, _store.FindModel("A")!.TrainingTokens);
        Assert.Equal(Data.Model(_store.FindModel("A")!), Data.Model(newer));
        Assert.Equal(Data.Model(newer), Data.Model(_store.NeuronsOf("A")!));
        Assert.Single(Directory.GetDirectories(Data.Models));
        AssertWhole(newer);
    }

    [Fact]
    public void Run_SecondTrainingWhileAnotherIsHalfDone_LeavesItsCheckpointAlone()
    {
        SmallRun.CopyCorpus(_folder.Path);
        using var stop = new CancellationTokenSource();
        var progress = new StageProgress.Direct<RunProgress>(p => StopAt(p, "Training dictionary", stop, 0.3));
        Assert.Throws<OperationCanceledException>(() => Pipeline().Run(Small, progress, stop.Token));
        var checkpoint = Assert.Single(Directory.GetFiles(Data.Model("A"), "*.training.safetensors"));
        var bytes = File.ReadAllBytes(checkpoint);

        Run(Small with { Dictionaries = [Other with { Name = "2" }] });

        Assert.Equal(bytes, File.ReadAllBytes(checkpoint));
        Run(Small);
        Assert.False(File.Exists(checkpoint));
        Assert.Equal(["A/1", "A/2"], _store.Dictionaries().Select(dictionary => dictionary.Id).Order());
    }

    private static void StopAt(RunProgress progress, string stage, CancellationTokenSource stop, double from = 0)
    {
        if (progress.Stage.StartsWith(stage, StringComparison.Ordinal) && progress.Fraction >= from)
        {
            stop.Cancel();
        }
    }

    private static IEnumerable<string> Bytes(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        .Select(file => $"{file} {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))}");

    private void AssertWhole(DictionaryInfo dictionary)
    {
        using var model = TransformerModel.Load(Data.Model(dictionary));
        using var weights = SparseAutoencoder.Load(Data.Dictionary(dictionary));
        using var index = ActivationIndex.Open(Data.Index(dictionary));
        index.Verify();
        Assert.Equal((model.Hash, weights.Hash), (index.Header.Model, index.Header.Dictionary));
        Assert.True(File.Exists(Data.Tokenizer(dictionary)));
    }

    private IEnumerable<string> Names(RunConfiguration configuration, params DictionarySettings[] dictionaries)
    {
        var asked = dictionaries.Length == 0 ? configuration : configuration with { Dictionaries = dictionaries };
        return _names.Settle(asked).Dictionaries.Select(dictionary => dictionary.Name);
    }

    private void Refused(RunConfiguration configuration, params string[] parts)
    {
        var message = Assert.Throws<ArgumentException>(() => _names.Settle(configuration)).Message;
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    private void Run(RunConfiguration configuration) => Pipeline().Run(configuration);

    private RunPipeline Pipeline() => new(_database, TimeProvider.System, _ => { });
}
