using System.Security.Cryptography;
using System.Text.Json;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Web.Operations;

/// <summary>
/// Copies a data folder while a server and a run use it. The database is copied by SQLite; all other files appear whole or not at all, so that a copy is
/// consistent when no file changed from before the database was copied until the last file was. Until that is so, what changed is copied again.
/// </summary>
public static class DataBackup
{
    private const int MaxPasses = 20;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Makes a backup: a folder of the same form as the data folder, which appears when it is complete.</summary>
    /// <param name="withoutAccounts">To be given away: without accounts, sessions, the audit log, people's names, keys, settings and older databases.</param>
    /// <exception cref="IOException">The target exists, or lies within the data folder, or the data folder never stood still.</exception>
    public static BackupManifest Create(DataFolder folder, string target, TimeProvider time, bool withoutAccounts = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(time);
        target = Path.GetFullPath(target);
        DemandApart(folder.Root, target);
        if (Exists(target))
        {
            throw new IOException($"{target} exists: name a new folder for the backup, such as {RealPath.Free(target)}.");
        }

        if (!File.Exists(folder.Database))
        {
            throw new IOException($"{folder.Root} is no data folder: it has no {Path.GetFileName(folder.Database)}.");
        }

        FeatureDatabase.Check(folder);
        var partial = target + ".partial";
        RemoveLeftover(partial);
        MakePrivate(partial);
        try
        {
            CopyUntilStill(folder, partial, withoutAccounts, cancellation);
            if (withoutAccounts)
            {
                AccountRemoval.Run(new DataFolder(partial).Database);
            }

            var manifest = new BackupManifest(
                typeof(DataBackup).Assembly.GetName().Version!.ToString(3), time.GetUtcNow().UtcDateTime,
                [.. Files(partial).Keys.Order(StringComparer.Ordinal).Select(path => Entry(partial, path, cancellation))])
            {
                Damaged = Damage(partial, cancellation),
            };
            AtomicFile.WriteAllText(Path.Combine(partial, BackupManifest.FileName), JsonSerializer.Serialize(manifest, Json));
            Directory.Move(partial, target);
            return manifest;
        }
        catch
        {
            Remove(partial);
            throw;
        }
    }

    /// <summary>Makes a data folder from a backup, after every file of it was found to be as it was written.</summary>
    /// <exception cref="IOException">The data folder is not empty.</exception>
    /// <exception cref="InvalidDataException">The backup is incomplete or damaged.</exception>
    public static BackupManifest Restore(string backup, string data, CancellationToken cancellation = default)
    {
        data = Path.GetFullPath(data);
        // Within the folder, which may be the root of a volume; the database comes into its place last.
        var partial = Path.Combine(data, "restore.tmp");
        if (RealPath.IsWithin(RealPath.Of(backup), RealPath.Of(data)))
        {
            throw new IOException($"{data} lies within the backup {backup}: name a folder outside it with --data.");
        }

        if (Directory.Exists(data) && Directory.EnumerateFileSystemEntries(data).All(entry => entry == partial))
        {
            Remove(partial); // what a restore that was killed has left
        }

        if (Exists(data))
        {
            throw new IOException($"{data} is not empty, and nothing in it is overwritten: name a new folder with --data, such as {RealPath.Free(data)}.");
        }

        var manifest = Read(backup);
        foreach (var file in manifest.Files)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!IsInside(file.Path) || !File.Exists(Path.Combine(backup, file.Path)) || Entry(backup, file.Path, cancellation) != file)
            {
                throw new InvalidDataException($"{Path.Combine(backup, file.Path)} is missing or not as it was written: this backup cannot be restored.");
            }
        }

        MakePrivate(data);
        MakePrivate(partial);
        try
        {
            foreach (var file in manifest.Files)
            {
                cancellation.ThrowIfCancellationRequested();
                CopyFile(backup, partial, file.Path);
            }

            var database = new DataFolder(partial).Database;
            if (DatabaseCopy.Damage(database) is { } damage)
            {
                throw new InvalidDataException(damage);
            }

            foreach (var entry in new DirectoryInfo(partial).EnumerateFileSystemInfos().OrderBy(entry => entry.FullName == database))
            {
                Directory.Move(entry.FullName, Path.Combine(data, entry.Name));
            }
        }
        finally
        {
            Remove(partial);
        }

        return manifest;
    }

    // Damage is copied as it is, since more may be left of a file than of none; whoever keeps the backup has to know of it while there are older ones.
    private static string[]? Damage(string copy, CancellationToken cancellation)
    {
        string[] damaged = [.. FolderCheck.Run(new DataFolder(copy), record: false, cancellation)
            .Where(static finding => finding.State == FolderCheck.State.Damaged).Select(static finding => $"{finding.File}: {finding.Why}")];
        return damaged.Length > 0 ? damaged : null;
    }

    // A copy within what is copied would copy itself; the other way round, it would mix with what else lies there.
    private static void DemandApart(string data, string target)
    {
        var (from, to) = (RealPath.Of(data), RealPath.Of(target));
        if (RealPath.IsWithin(from, to))
        {
            throw new IOException($"{target} lies within the data folder {data}: name a folder outside it for the backup.");
        }

        if (RealPath.IsWithin(to, from))
        {
            throw new IOException($"{target} holds the data folder {data}: name a new folder beside it for the backup.");
        }
    }

    private static void CopyUntilStill(DataFolder folder, string partial, bool withoutAccounts, CancellationToken cancellation)
    {
        var copied = new Dictionary<string, (long, DateTime)>();
        var database = Path.GetFileName(folder.Database);
        for (var pass = 0; pass < MaxPasses; pass++)
        {
            var before = Files(folder.Root, database, withoutAccounts);
            File.Delete(Path.Combine(partial, database));
            DatabaseCopy.Copy(folder.Database, Path.Combine(partial, database));
            Follow(folder.Root, partial, before, copied, cancellation);
            if (Same(before, Files(folder.Root, database, withoutAccounts)) && Same(before, copied))
            {
                return;
            }
        }

        throw new IOException($"{folder.Root} changes too fast to be copied: make the backup when no run is writing checkpoints.");
    }

    // Brings the copy to the state that was listed; a file that went meanwhile is left to the next pass.
    private static void Follow(
        string root, string partial, Dictionary<string, (long, DateTime)> listed, Dictionary<string, (long, DateTime)> copied, CancellationToken cancellation)
    {
        foreach (var gone in copied.Keys.Except(listed.Keys).ToList())
        {
            File.Delete(Path.Combine(partial, gone));
            copied.Remove(gone);
        }

        foreach (var (path, state) in listed.Where(file => !copied.TryGetValue(file.Key, out var known) || known != file.Value))
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                CopyFile(root, partial, path);
                copied[path] = state;
            }
            catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
            {
                copied.Remove(path);
            }
        }
    }

    // Everything but what only a running process needs; the source without its database, which SQLite copies.
    private static Dictionary<string, (long Bytes, DateTime Changed)> Files(string root, string? database = null, bool ofWorkAlone = false) => new DirectoryInfo(root)
        .EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
        .Select(file => (Path: Path.GetRelativePath(root, file.FullName).Replace('\\', '/'), File: file))
        .Where(file => file.Path != database && !Passing(file.Path) && (!ofWorkAlone || DataFiles.IsOfWork(file.Path)))
        .Select(file => (file.Path, State: State(file.File)))
        .Where(file => file.State is not null)
        .ToDictionary(file => file.Path, file => file.State!.Value);

    private static (long, DateTime)? State(FileInfo file)
    {
        try
        {
            return (file.Length, file.LastWriteTimeUtc);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static bool Passing(string path) =>
        BuildFolder.Holds(path) || path.EndsWith(".tmp", StringComparison.Ordinal) || path.EndsWith(".lock", StringComparison.Ordinal)
        || path is "featureexplorer.db-wal" or "featureexplorer.db-shm" or "featureexplorer.db-journal";

    private static bool Same(Dictionary<string, (long, DateTime)> one, Dictionary<string, (long, DateTime)> other) =>
        one.Count == other.Count && one.All(file => other.TryGetValue(file.Key, out var state) && state == file.Value);

    private static void CopyFile(string from, string to, string path)
    {
        var target = Path.Combine(to, path);
        var folder = Path.GetDirectoryName(target)!;
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(folder, File.GetUnixFileMode(Path.GetDirectoryName(Path.Combine(from, path))!));
            }
        }

        File.Copy(Path.Combine(from, path), target, overwrite: true);
    }

    private static BackupManifest.Entry Entry(string root, string path, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var stream = File.OpenRead(Path.Combine(root, path));
        return new BackupManifest.Entry(path, stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)));
    }

    private static BackupManifest Read(string backup)
    {
        var file = Path.Combine(backup, BackupManifest.FileName);
        try
        {
            return JsonSerializer.Deserialize<BackupManifest>(File.ReadAllText(file), Json) is { Files: not null } manifest
                ? manifest
                : throw new InvalidDataException($"{file} is empty.");
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            throw new InvalidDataException($"{backup} is no whole backup: {BackupManifest.FileName} is missing or damaged.", exception);
        }
    }

    // A manifest that somebody made must not name a file elsewhere.
    private static bool IsInside(string path) => !Path.IsPathRooted(path) && !path.Split('/', '\\').Contains("..");

    private static bool Exists(string path) => File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any());

    // What a backup that was killed has left begins with the database; anything else of that name is somebody's.
    private static void RemoveLeftover(string partial)
    {
        if (Exists(partial) && !File.Exists(Path.Combine(partial, "featureexplorer.db")))
        {
            throw new IOException($"{partial} is in the way, and it is no unfinished backup: name another folder for the backup, or move it.");
        }

        Remove(partial);
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // It holds the hashes of passwords and the keys of sessions.
    private static void MakePrivate(string folder)
    {
        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
