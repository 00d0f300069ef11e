using System.Security.Claims;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Web.Corpora;
using FeatureExplorer.Web.Features;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Security;

namespace FeatureExplorer.Web.Imports;

/// <summary>
/// The files of models and dictionaries that administrators have sent or fetched: a folder each, below <c>imports</c> in the data folder, until somebody deletes it. A folder appears when
/// it is whole; nothing that is there is overwritten.
/// </summary>
public sealed class ReceivedFiles(DataFolder folder, RunStore runs, Permissions permissions, AuditLog audit, FetchOptions limits, DiskSpace disk)
{
    /// <summary>Most files that are sent or fetched together.</summary>
    public const int MostFiles = 1000;

    private readonly Lock _naming = new();

    /// <summary>Where the folders lie.</summary>
    public string Root => folder.Imports;

    /// <summary>All of them, the newest first.</summary>
    public IReadOnlyList<ReceivedFolder> All() => !Directory.Exists(Root) ? [] :
        [.. new DirectoryInfo(Root).EnumerateDirectories().Where(static each => !BuildFolder.Holds(each.FullName)).Select(Describe).OrderByDescending(static each => each.Received)];

    /// <summary>Stores files; if that fails or is broken off, nothing is left of them.</summary>
    /// <param name="user">Who sends or fetches them.</param>
    /// <param name="action">For the audit log.</param>
    /// <param name="name">What their folder is to be called, asked for when they are there; empty: after the folder that they came in. If there is one of that name, a number is added.</param>
    /// <param name="fill">Writes the files.</param>
    /// <exception cref="AccessDeniedException">The user may not.</exception>
    public Task<ReceivedFolder> Receive(ClaimsPrincipal user, string action, Func<string> name, Func<ReceivingFolder, Task> fill) =>
        Receive(user, action, name, () => new ReceivingFolder(Root, limits, disk), fill);

    /// <summary>Stores files of addresses; if that breaks off, what has come of them is kept for a week, where a fetch of the same addresses can go on with it.</summary>
    /// <param name="user">Who fetches them.</param>
    /// <param name="action">For the audit log.</param>
    /// <param name="name">What their folder is to be called.</param>
    /// <param name="addresses">Where they lie.</param>
    /// <param name="fill">Fetches the files.</param>
    /// <exception cref="AccessDeniedException">The user may not.</exception>
    internal Task<ReceivedFolder> Receive(ClaimsPrincipal user, string action, string name, IReadOnlyList<ImportAddress> addresses, Func<ReceivingFolder, Task> fill) =>
        Receive(user, action, () => name, () => new ReceivingFolder(Root, limits, disk, addresses), fill);

    private async Task<ReceivedFolder> Receive(ClaimsPrincipal user, string action, Func<string> name, Func<ReceivingFolder> open, Func<ReceivingFolder, Task> fill)
    {
        permissions.Demand(user, Role.Admin, action);
        var ended = audit.Begin(user, action, "files");
        try
        {
            using var receiving = open();
            await fill(receiving);
            if (receiving.Count == 0)
            {
                throw new ArgumentException("There is no file in it: choose the files of a model or a dictionary.");
            }

            var asked = string.IsNullOrWhiteSpace(name()) ? receiving.Own ?? string.Empty : name();
            var made = Name(receiving, ReceivedPath.FolderName(asked, "files"));
            ended(AuditOutcome.Done, $"{made.Name}: {Show.Counted(receiving.Count, "file")}, {Show.Counted(receiving.Bytes, "byte")}");
            return made with { Note = ReceivedPath.Changed(asked, made.Name) };
        }
        catch (Exception exception)
        {
            ended(AuditOutcome.Failed, exception.Message);
            throw;
        }
    }

    /// <summary>Deletes one; what was imported from it stays.</summary>
    /// <exception cref="ArgumentException">There is none of that name, or a run needs it.</exception>
    public void Delete(ClaimsPrincipal user, string name)
    {
        permissions.Demand(user, Role.Admin);
        var found = All().FirstOrDefault(each => each.Name == name) ?? throw new ArgumentException($"There are no files {name} any more.");
        if (Uses(found).FirstOrDefault(static run => run.Active) is { } run)
        {
            throw new ArgumentException($"Run {run.Id} reads the files {name}: wait for its end, or cancel it first.");
        }

        Directory.Delete(found.Path, recursive: true);
        audit.Record(user, "import.delete", name, detail: $"{Show.Counted(found.Files, "file")}, {Show.Counted(found.Bytes, "byte")}");
    }

    /// <summary>The runs that have not finished and import files of a folder.</summary>
    public IReadOnlyList<RunInfo> Uses(ReceivedFolder received)
    {
        ArgumentNullException.ThrowIfNull(received);
        return [.. runs.Unfinished().Where(run => Paths(run).Any(path => RealPath.IsWithin(RealPath.Of(received.Path), path)))];
    }

    /// <summary>The folders that a run imports from, as far as they are still there.</summary>
    public IReadOnlyList<ReceivedFolder> Of(RunInfo run)
    {
        var paths = Paths(run).ToList();
        return paths.Count == 0 ? [] : [.. All().Where(each => paths.Any(path => RealPath.IsWithin(RealPath.Of(each.Path), path)))];
    }

    /// <summary>The full path that a reference, such as <c>received:gpt2/sae</c>, stands for.</summary>
    /// <exception cref="ArgumentException">There is no such file or folder.</exception>
    public string Resolve(string reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var path = reference[ReceivedFolder.Prefix.Length..].Trim();
        return path.Length > 0 && !BuildFolder.Holds(path) && Directory.Exists(Root)
            ? CorpusRoot.Resolve(Root, path, "folder of received files")
            : throw new ArgumentException($"\"{reference}\" names no files that were sent or fetched.");
    }

    /// <summary>Takes away what was being sent when a server ended, and what was being fetched long ago; call once at start.</summary>
    internal void ClearInterrupted()
    {
        BuildFolder.ClearStale(Root);
        FetchPlace.ClearOld(Root);
    }

    private static IEnumerable<string> Paths(RunInfo run) => RunConfigurationJson.Of(run)?.Import is { } import
        ? new[] { import.ModelPath, import.TokenizerPath, import.DictionaryPath }.OfType<string>()
        : [];

    private ReceivedFolder Name(ReceivingFolder receiving, string name)
    {
        lock (_naming)
        {
            var target = RealPath.Free(Path.Combine(Root, name));
            receiving.MoveTo(target);
            return Describe(new DirectoryInfo(target));
        }
    }

    private static ReceivedFolder Describe(DirectoryInfo directory)
    {
        var (count, bytes) = (0, 0L);
        foreach (var file in directory.EnumerateFiles("*", SearchOption.AllDirectories))
        {
            count++;
            bytes += file.Length;
        }

        return new ReceivedFolder(directory.Name, directory.FullName, count, bytes, directory.LastWriteTimeUtc);
    }
}
