using System.Security.Cryptography;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Training;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Stages;
using FeatureExplorer.Web.Commands;
using FeatureExplorer.Web.Operations;

namespace FeatureExplorer.Tests.Storage.Damage;

/// <summary>Whole files in each other's places, checksums and all: every file is as it was written, and the numbers are another's.</summary>
public sealed class FileOriginsTests(FileOriginsTests.TwoDictionaries run) : IClassFixture<FileOriginsTests.TwoDictionaries>
{
    [Theory]
    [InlineData("index.bin", "index.bin")]
    [InlineData("sae_weights.safetensors", "sae_weights.safetensors")]
    [InlineData("cfg.json sae_weights.safetensors index.bin", "index.bin")]
    public void Ask_FilesOfTwoDictionariesSwapped_AreToldByNameUntilTheyAreBack(string names, string told)
    {
        Swap(names);
        try
        {
            using var data = new ExplorerData(run.Folder);
            foreach (var dictionary in run.Dictionaries)
            {
                var file = $"dictionaries/A/{dictionary.Name}/{told}";
                Assert.Contains(file, Assert.Throws<DamagedFileException>(() => data.Open(dictionary).Ask((index, _) => index)).Message, StringComparison.Ordinal);
                Assert.Contains(DataFiles.Damaged(run.Folder, dictionary), line => line.Contains(file, StringComparison.Ordinal));
                using var models = new LiveModels(run.Folder);
                Assert.Contains(file, Assert.Throws<DamagedFileException>(() => models.Read(dictionary, "text")).Message, StringComparison.Ordinal);
                Assert.Contains(file, Assert.Throws<DamagedFileException>(() => new UnitComparer(run.Folder, data).Compare(dictionary, 0, dictionary, 0, dictionary.Contexts[0], 0)).Message, StringComparison.Ordinal);
            }

            Assert.Equal(run.Dictionaries.Select(d => $"dictionaries/A/{d.Name}/{told}"), Damaged());
        }
        finally
        {
            Swap(names);
        }

        using var after = new ExplorerData(run.Folder);
        Assert.All(run.Dictionaries, dictionary => Assert.NotNull(after.Open(dictionary).Ask((index, _) => index)));
        Assert.All(run.Dictionaries, dictionary => Assert.Empty(DataFiles.Damaged(run.Folder, dictionary)));
        Assert.Empty(Damaged());
    }

    [Theory]
    [InlineData("index.bin")]
    [InlineData("sae_weights.safetensors")]
    [InlineData("cfg.json sae_weights.safetensors index.bin")]
    public void Run_AfterASwap_MakesTheSameFilesAgain(string names)
    {
        var before = Hashes();
        Swap(names);
        run.Again();
        Assert.Equal(before, Hashes());
        Assert.Empty(Damaged());
    }

    [Theory]
    [InlineData("index.bin")]
    [InlineData("sae_weights.safetensors")]
    [InlineData("cfg.json")]
    [InlineData("model.safetensors")]
    [InlineData("config.json")]
    [InlineData("members.bin")]
    [InlineData("contexts.json")]
    [InlineData("held-out.tokens")]
    [InlineData("corpus.json")]
    public void Run_AfterDamage_RepairsIt(string name)
    {
        var before = Hashes();
        var file = Directory.GetFiles(run.Folder.Root, name, SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 0x10;
        File.WriteAllBytes(file, bytes);
        Assert.Contains(Path.GetRelativePath(run.Folder.Root, file), Damaged());

        run.Again();

        Assert.Empty(Damaged());
        Assert.Equal(before, Hashes());
        Assert.All(run.Dictionaries, dictionary => Assert.Empty(DataFiles.Damaged(run.Folder, dictionary)));
    }

    [Fact]
    public void Open_CorpusOfAnEarlierVersionWithOtherTokens_IsToldAtOnce()
    {
        var folder = run.Folder.Corpus(run.Dictionaries[0].Provenance.CorpusHash);
        var tokens = Path.Combine(folder, "held-out.tokens");
        var sums = Directory.GetFiles(folder, "*" + BlockChecksums.Suffix).ToDictionary(file => file, File.ReadAllBytes);
        var bytes = File.ReadAllBytes(tokens);
        sums.Keys.ToList().ForEach(File.Delete);
        TokenizedCorpus.Open(folder).Dispose();
        try
        {
            (bytes[^4], bytes[^2]) = (bytes[^2], (byte)(bytes[^4] ^ 1));
            File.WriteAllBytes(tokens, bytes);
            Assert.Contains("corpus.json", Assert.Throws<DamagedFileException>(() => TokenizedCorpus.Open(folder)).Message, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFiles(folder, "*" + BlockChecksums.Suffix));
        }
        finally
        {
            (bytes[^4], bytes[^2]) = ((byte)(bytes[^2] ^ 1), bytes[^4]);
            File.WriteAllBytes(tokens, bytes);
            sums.ToList().ForEach(file => File.WriteAllBytes(file.Key, file.Value));
        }

        Assert.Empty(Damaged());
    }

    [Fact]
    public async Task Backup_OfAFolderWithDamage_CopiesItNamesItAndFails()
    {
        using var target = new TemporaryFolder();
        var (cut, missing) = (run.Folder.Index("A", "1"), Path.Combine(run.Folder.Model("A"), "model.safetensors"));
        var (index, model) = (File.ReadAllBytes(cut), File.ReadAllBytes(missing));
        var copy = Path.Combine(target.Path, "copy");
        try
        {
            File.WriteAllBytes(cut, index[..^3]);
            File.Delete(missing);
            Assert.Equal(ExitCodes.Failure, await CommandLine.RunAsync(["backup", copy, "--data", run.Folder.Root]));
            Assert.Equal(index.Length - 3, new FileInfo(Path.Combine(copy, "dictionaries/A/1/index.bin")).Length);
            var manifest = DataBackup.Restore(copy, Path.Combine(target.Path, "restored"));
            Assert.Equal(
                ["dictionaries/A/1/index.bin", "models/A/model.safetensors"], manifest.Damaged!.Select(static line => line.Split(':')[0]).Order(StringComparer.Ordinal));
        }
        finally
        {
            File.WriteAllBytes(cut, index);
            File.WriteAllBytes(missing, model);
        }

        Assert.Equal(ExitCodes.Success, await CommandLine.RunAsync(["backup", Path.Combine(target.Path, "whole"), "--data", run.Folder.Root]));
    }

    private List<string> Damaged() =>
        [.. FolderCheck.Run(run.Folder).Where(static finding => finding.State == FolderCheck.State.Damaged).Select(static finding => finding.File).Order(StringComparer.Ordinal)];

    private Dictionary<string, string> Hashes() => DataFiles.All(run.Folder)
        .Where(static file => !file.EndsWith(".stage.json", StringComparison.Ordinal))
        .ToDictionary(file => Path.GetRelativePath(run.Folder.Root, file), static file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))));

    private void Swap(string names)
    {
        foreach (var name in names.Split(' ').SelectMany(static name => (string[])[name, name + BlockChecksums.Suffix]))
        {
            var (one, other) = (Path.Combine(run.Folder.Dictionary("A", "1"), name), Path.Combine(run.Folder.Dictionary("A", "2"), name));
            File.Move(one, one + ".away");
            File.Move(other, one);
            File.Move(one + ".away", other);
        }
    }

    /// <summary>Two dictionaries of the same size on one model.</summary>
    public sealed class TwoDictionaries : IDisposable
    {
        private static readonly RunConfiguration Configuration = SmallRun.Configuration with
        {
            Transformer = SmallRun.Configuration.Transformer with { Tokens = 20_000 },
            FormingShare = 0,
            Dictionaries = [.. Enumerable.Range(1, 2).Select(number => SmallRun.Configuration.Dictionaries[0] with { Name = $"{number}", Samples = 8_000, Seed = (ulong)number })],
        };

        private readonly TemporaryFolder _folder = new();
        private readonly FeatureDatabase _database;

        public TwoDictionaries()
        {
            Folder = new DataFolder(_folder.Path);
            SmallRun.CopyCorpus(_folder.Path);
            _database = FeatureDatabase.Open(Folder);
            // What a damaged corpus was made from, only the records of runs tell.
            var runs = new RunStore(_database, TimeProvider.System);
            var run = runs.Add("demo", RunConfigurationJson.Write(Configuration), RunOrigin.CommandLine);
            runs.Move(run.Id, RunMove.Start);
            Again();
            runs.Move(run.Id, RunMove.Finish);
        }

        public DataFolder Folder { get; }

        public IReadOnlyList<DictionaryInfo> Dictionaries { get; private set; } = [];

        public void Again()
        {
            new RunPipeline(_database, TimeProvider.System, static _ => { }).Run(Configuration);
            Dictionaries = new FeatureStore(_database).Dictionaries();
        }

        public void Dispose() => _folder.Dispose();
    }
}
