using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Labels;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Web.Operations;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Tests.Web.Operations;

public sealed class DataBackupTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DataFolder _data;
    private readonly FeatureDatabase _database;

    public DataBackupTests()
    {
        _data = new DataFolder(Path.Combine(_folder.Path, "data"));
        _database = FeatureDatabase.Open(_data);
        new RunWriter(_database).SaveModel(SampleReports.Model());
        Write("models/A/model.safetensors", "weights");
        Write("server.lock", string.Empty);
        Write("models/A/state.bin.123.tmp", "half");
    }

    private string Target => Path.Combine(_folder.Path, "backup");

    private string Restored => Path.Combine(_folder.Path, "restored");

    [Fact]
    public void Restore_OfABackup_GivesTheSameData()
    {
        // Rows that are still in the log, and a reader that keeps them there.
        using var db = _database.NewContext();
        db.Database.OpenConnection();
        using var reading = ((SqliteConnection)db.Database.GetDbConnection()).BeginTransaction(deferred: true);
        using var command = ((SqliteConnection)db.Database.GetDbConnection()).CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM Models";
        Assert.Equal(1L, command.ExecuteScalar());
        var runs = new RunStore(_database, TimeProvider.System);
        runs.Add("demo", "{}");
        var manifest = DataBackup.Create(_data, Target, TimeProvider.System);
        runs.Add("demo", "{}");
        Assert.Equal(["featureexplorer.db", "models/A/model.safetensors"], manifest.Files.Select(f => f.Path));
        DataBackup.Restore(Target, Restored);
        var restored = FeatureDatabase.Open(new DataFolder(Restored));
        Assert.Single(new RunStore(restored, TimeProvider.System).Latest(5));
        Assert.Equal("A", new FeatureStore(restored).Models().Single().Name);
        Assert.Equal("weights", File.ReadAllText(Path.Combine(Restored, "models/A/model.safetensors")));
        Assert.False(Directory.Exists(Path.Combine(Restored, "restore.tmp")));
        Assert.Equal(["backup.json", "featureexplorer.db"], Directory.GetFiles(Target).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Create_WhileFilesAndRowsChange_HoldsAStateThatWas()
    {
        // The writer keeps one invariant: the file's number is that of the latest line, or one less for a moment. Lines come first.
        using var stop = new CancellationTokenSource();
        var audit = new AuditStore(_database);
        Write("counter", "0");
        audit.Add(Line(0));
        var writer = Task.Run(async () =>
        {
            for (var i = 1; !stop.IsCancellationRequested; i++)
            {
                audit.Add(Line(i));
                FeatureExplorer.Engine.Checkpoints.AtomicFile.WriteAllText(Path.Combine(_data.Root, "counter"), $"{i}");
                await Task.Delay(60);
            }
        });
        await Task.Delay(100);
        for (var round = 0; round < 3; round++)
        {
            var target = $"{Target}{round}";
            DataBackup.Create(_data, target, TimeProvider.System);
            var file = int.Parse(File.ReadAllText(Path.Combine(target, "counter")), System.Globalization.CultureInfo.InvariantCulture);
            DataBackup.Restore(target, $"{Restored}{round}");
            var row = new AuditStore(FeatureDatabase.Open(new DataFolder($"{Restored}{round}"))).Page(1).Items[0].Subject;
            Assert.InRange(int.Parse(row, System.Globalization.CultureInfo.InvariantCulture), file, file + 1);
        }

        await stop.CancelAsync();
        await writer;
    }

    [Fact]
    public void Create_OverAnExistingFolder_IsRefused()
    {
        DataBackup.Create(_data, Target, TimeProvider.System);
        Assert.Contains("exists", Assert.Throws<IOException>(() => DataBackup.Create(_data, Target, TimeProvider.System)).Message, StringComparison.Ordinal);
        var nothing = new DataFolder(Path.Combine(_folder.Path, "nothing"));
        Assert.Contains("no data folder", Assert.Throws<IOException>(() => DataBackup.Create(nothing, Target + "2", TimeProvider.System)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_WithinTheDataFolder_IsRefusedAtOnce()
    {
        var link = Path.Combine(_folder.Path, "link");
        Directory.CreateSymbolicLink(link, _data.Root);
        string[] targets = [Path.Combine(_data.Root, "bk"), Path.Combine(_data.Root, "models", "A", "bk"), Path.Combine(link, "bk"), Path.Combine(_folder.Path, "nowhere", "..", "data", "bk"), _data.Root];

        Assert.All(targets, target => Assert.Contains(
            $"lies within the data folder {_data.Root}", Assert.Throws<IOException>(() => DataBackup.Create(_data, target, TimeProvider.System)).Message, StringComparison.Ordinal));
        Assert.Contains("lies within", Assert.Throws<IOException>(() => DataBackup.Create(new DataFolder(link), Path.Combine(_data.Root, "bk"), TimeProvider.System)).Message, StringComparison.Ordinal);
        Assert.Contains("holds the data folder", Assert.Throws<IOException>(() => DataBackup.Create(_data, _folder.Path, TimeProvider.System)).Message, StringComparison.Ordinal);
        Assert.Equal(["link", "data"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName).OrderDescending());
        Assert.DoesNotContain(Directory.GetFileSystemEntries(_data.Root, "*", SearchOption.AllDirectories), path => path.Contains("bk", StringComparison.Ordinal));
    }

    [Fact]
    public void Create_NameBesideASomebodysFolder_LeavesThatFolderAlone()
    {
        Directory.CreateDirectory(Target + ".partial");
        File.WriteAllText(Path.Combine(Target + ".partial", "notes.txt"), "mine");
        Assert.Contains("in the way", Assert.Throws<IOException>(() => DataBackup.Create(_data, Target, TimeProvider.System)).Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(Path.Combine(Target + ".partial", "notes.txt")));
    }

    [Fact]
    public void Restore_AfterOneThatWasKilled_GoesThrough()
    {
        DataBackup.Create(_data, Target, TimeProvider.System);
        Directory.CreateDirectory(Path.Combine(Restored, "restore.tmp", "models"));
        DataBackup.Restore(Target, Restored);
        Assert.Equal("weights", File.ReadAllText(Path.Combine(Restored, "models/A/model.safetensors")));
    }

    [Fact]
    public void Restore_IntoTheBackup_IsRefused()
    {
        DataBackup.Create(_data, Target, TimeProvider.System);
        Assert.Contains("lies within the backup", Assert.Throws<IOException>(() => DataBackup.Restore(Target, Path.Combine(Target, "data"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Restore_IntoAFolderWithFiles_IsRefused()
    {
        DataBackup.Create(_data, Target, TimeProvider.System);
        var message = Assert.Throws<IOException>(() => DataBackup.Restore(Target, _data.Root)).Message;
        Assert.Contains("not empty", message, StringComparison.Ordinal);
        Assert.Contains($"such as {_data.Root}-2", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("models/A/model.safetensors", "heavier")]
    [InlineData("models/A/model.safetensors", null)]
    [InlineData("featureexplorer.db", "no database")]
    [InlineData(BackupManifest.FileName, null)]
    [InlineData(BackupManifest.FileName, "{ \"files\": [")]
    [InlineData(BackupManifest.FileName, "{ \"version\": \"1\", \"files\": [ { \"path\": \"../../etc/x\", \"bytes\": 1, \"sha256\": \"\" } ] }")]
    public void Restore_DamagedBackup_IsRefusedAndLeavesNothing(string file, string? content)
    {
        DataBackup.Create(_data, Target, TimeProvider.System);
        var path = Path.Combine(Target, file);
        File.Delete(path);
        if (content is not null)
        {
            File.WriteAllText(path, content);
        }

        Assert.Throws<InvalidDataException>(() => DataBackup.Restore(Target, Restored));
        Assert.False(Directory.Exists(Restored));
    }

    [Fact]
    public void Create_Backup_IsForItsOwnerAlone()
    {
        DataBackup.Create(_data, Target, TimeProvider.System);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Target));
        }
    }

    [Fact]
    public void Create_WithoutAccounts_HoldsNothingOfPeopleAndIsRestored()
    {
        const string person = "grace.hopper";
        using (var db = _database.NewContext())
        {
            db.Users.Add(new Account { Id = "7", UserName = person, NormalizedUserName = person.ToUpperInvariant(), PasswordHash = "hash-of-" + person });
            db.SaveChanges();
        }

        new AuditStore(_database).Add(new AuditEntry(DateTime.UnixEpoch, person, "label", "A/1/5", AuditOutcome.Done));
        var runs = new RunStore(_database, TimeProvider.System);
        var id = runs.Add("demo", "{}", requestedBy: person).Id;
        new RunHistory(_database, TimeProvider.System).Log(id, RunEventKind.State, $"Queued by {person}");
        new RunHistory(_database, TimeProvider.System).Log(id, RunEventKind.State, $"Paused, by {person}");
        var labels = new LabelStore(_database, TimeProvider.System);
        var dictionary = new RunWriter(_database).Publish(SampleReports.Draft(6), SampleReports.Reports(6), static _ => string.Empty);
        labels.Save(dictionary, 4, "rivers", string.Empty, person);
        Write("keys/key.xml", person);
        Write("setup-token", person);
        Write("featureexplorer-20240101.db", person);
        Write("settings.json", person);

        var manifest = DataBackup.Create(_data, Target, TimeProvider.System, withoutAccounts: true);

        Assert.Equal(["featureexplorer.db", "models/A/model.safetensors"], manifest.Files.Select(static file => file.Path));
        foreach (var file in Directory.GetFiles(Target, "*", SearchOption.AllDirectories))
        {
            var text = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file));
            Assert.False(text.Contains("hopper", StringComparison.OrdinalIgnoreCase), file);
        }

        DataBackup.Restore(Target, Restored);
        var restored = FeatureDatabase.Open(new DataFolder(Restored));
        Assert.Equal("rivers", new LabelStore(restored, TimeProvider.System).All(new FeatureStore(restored).Dictionaries().Single()).Single().Value.Text);
        Assert.Contains(new RunHistory(restored, TimeProvider.System).Events(id), static line => line.Text == "Paused");
    }

    [Fact]
    public void Damage_OfADamagedDatabase_IsFound()
    {
        TemporaryFolder.Close(_data.Root);
        var copy = Path.Combine(_folder.Path, "copy.db");
        DatabaseCopy.Copy(_data.Database, copy);
        Assert.Null(DatabaseCopy.Damage(copy));
        var bytes = File.ReadAllBytes(copy);
        Array.Fill(bytes, (byte)0x5a, 4096 * 3, 4096);
        File.WriteAllBytes(copy, bytes);
        Assert.NotNull(DatabaseCopy.Damage(copy));
    }

    public void Dispose() => _folder.Dispose();

    private static AuditEntry Line(int number) => new(DateTime.UnixEpoch, null, "count", $"{number}", AuditOutcome.Done);

    private void Write(string path, string text)
    {
        var full = Path.Combine(_data.Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
