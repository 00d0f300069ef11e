using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Web.Security.Fetching;

namespace FeatureExplorer.Web.Imports;

/// <summary>
/// Where files from addresses lie while they are fetched. What has come of them stays when that breaks off, with what tells whether the server still has the same files: a fetch of the same addresses goes on
/// with it. What could not be continued is deleted, and so is what nobody has continued for a week.
/// </summary>
internal sealed class FetchPlace : IDisposable
{
    /// <summary>How long the parts of files are kept.</summary>
    public const int DaysKept = 7;

    private const string StateName = "fetch.json";
    private const string LockName = "fetch.lock";

    private readonly string _path;
    private readonly FileStream _lock;
    private readonly Dictionary<string, Part> _parts;

    private FetchPlace(string path, string name, FileStream held, Dictionary<string, Part> parts)
    {
        (_path, _lock, _parts) = (path, held, parts);
        Files = Path.Combine(path, name);
        Directory.CreateDirectory(Files);
    }

    /// <summary>The folder of the files.</summary>
    public string Files { get; }

    /// <summary>Bytes that a later fetch of the same addresses need not ask for again.</summary>
    public long Kept => _parts.Values.Where(static part => part.Validator is not null).Sum(static part => part.Received);

    /// <summary>The place of some addresses below a folder: the one that an earlier fetch has left, or a new one.</summary>
    /// <exception cref="IOException">They are being fetched at this moment, or the folder cannot be written.</exception>
    public static FetchPlace Open(string parent, IReadOnlyList<ImportAddress> addresses)
    {
        ClearOld(parent);
        var path = PathOf(parent, addresses);
        Directory.CreateDirectory(path);
        var held = Hold(path) ?? throw new IOException("The same addresses are being fetched at this moment: wait for the end of that, or stop it.");
        return new FetchPlace(path, ReceivedPath.FolderName(ImportAddress.NameOf(addresses), "files"), held, Read(path));
    }

    /// <summary>Deletes what is kept of some addresses, unless they are being fetched.</summary>
    public static void Discard(string parent, IReadOnlyList<ImportAddress> addresses) => Delete(PathOf(parent, addresses));

    /// <summary>Deletes what nobody has continued for a week.</summary>
    public static void ClearOld(string parent)
    {
        if (!Directory.Exists(parent))
        {
            return;
        }

        foreach (var folder in Directory.GetDirectories(parent, BuildFolder.FetchPrefix + "*"))
        {
            if (File.GetLastWriteTimeUtc(Path.Combine(folder, StateName)) < TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-DaysKept) && Directory.GetLastWriteTimeUtc(folder) < TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-DaysKept))
            {
                Delete(folder);
            }
        }
    }

    /// <summary>Writes a file of the place, or what is missing of it.</summary>
    /// <param name="file">Its address, and where it lies in the place.</param>
    /// <param name="write">Fetches it.</param>
    public async Task<long> Fill(ImportAddress file, Func<PartialFile, Task<long>> write)
    {
        var target = Path.Combine(Files, file.Path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        await using var stream = new FileStream(target, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        var part = _parts.GetValueOrDefault(file.Path);
        // What is longer was written after what is known, and may be lost with a power cut; what is shorter has lost something.
        var known = part is not null && part.Address == file.Address.AbsoluteUri && stream.Length >= part.Received ? part : null;
        var partial = new PartialFile(stream, known?.Received ?? 0, known?.Validator, (validator, received) => Remember(file, validator, received));
        try
        {
            return await write(partial);
        }
        finally
        {
            partial.Remember();
        }
    }

    /// <summary>Deletes the place at its end, whatever has come.</summary>
    public void Discard() => _parts.Clear();

    public void Dispose()
    {
        var keeps = Kept > 0 && Directory.Exists(Files);
        _lock.Dispose();
        if (!keeps)
        {
            Delete(_path);
        }
    }

    private void Remember(ImportAddress file, FetchValidator? validator, long received)
    {
        _parts[file.Path] = new Part(file.Address.AbsoluteUri, validator, received);
        AtomicFile.Write(Path.Combine(_path, StateName), stream => JsonSerializer.Serialize(stream, _parts));
    }

    private static string PathOf(string parent, IReadOnlyList<ImportAddress> addresses)
    {
        var words = string.Join('\n', addresses.Select(static file => $"{file.Address.AbsoluteUri} {file.Path}"));
        return Path.Combine(Path.GetFullPath(parent), BuildFolder.FetchPrefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(words)))[..32]);
    }

    private static Dictionary<string, Part> Read(string path)
    {
        var file = Path.Combine(path, StateName);
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize<Dictionary<string, Part>>(File.ReadAllBytes(file)) ?? [] : [];
        }
        catch (JsonException)
        {
            // Without it, nothing is known of the files: they are fetched from their beginnings.
            return [];
        }
    }

    private static FileStream? Hold(string path)
    {
        try
        {
            return new FileStream(Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static void Delete(string path)
    {
        if (!Directory.Exists(path))
        {
            return;
        }

        using (var held = Hold(path))
        {
            if (held is null)
            {
                return;
            }
        }

        Directory.Delete(path, recursive: true);
    }

    /// <summary>What is known of a file.</summary>
    /// <param name="Address">Where it is fetched from.</param>
    /// <param name="Validator">What tells whether it is still the same there; null where nothing does.</param>
    /// <param name="Received">Bytes that are safely on the disk.</param>
    private sealed record Part(string Address, FetchValidator? Validator, long Received);
}
