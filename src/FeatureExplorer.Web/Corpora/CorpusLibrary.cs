using System.Collections.Concurrent;
using System.Security.Claims;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Corpora;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Stages;
using FeatureExplorer.Web.Features;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Security;
using FeatureExplorer.Web.Security.Fetching;

namespace FeatureExplorer.Web.Corpora;

/// <summary>
/// Adds and deletes corpora. Every action checks who asks. A corpus can be used once its files have been read to the end; one that could not
/// be fetched or read says why, and is simply added again.
/// </summary>
public sealed partial class CorpusLibrary(
    CorpusStore store, RunStore runs, DataFolder folder, Permissions permissions, AuditLog audit, SafeHttpClient http, FetchOptions limits,
    TrainingOptions options, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<CorpusLibrary> logger)
{
    /// <summary>Longest name of a corpus.</summary>
    public const int LongestName = 32;

    private const string Adding = "corpus.add";
    private const int LongestShown = 100;
    private const int RunsLookedAt = 1000;

    private readonly ConcurrentDictionary<string, BackgroundWork> _working = new();

    /// <summary>Whether folders of the server may be named.</summary>
    public bool HasFolders => options.CorpusRoot.Length > 0;

    /// <summary>Adds a corpus from files that are being sent.</summary>
    /// <param name="user">Who asks.</param>
    /// <param name="name">Of the corpus.</param>
    /// <param name="files">Their names and content.</param>
    /// <exception cref="ArgumentException">The name or a file does not do.</exception>
    public async Task Upload(ClaimsPrincipal user, string name, IReadOnlyList<SentFile> files)
    {
        permissions.Demand(user, Role.Admin);
        SentFile.Check(files, limits.MaxMegabytes * 1e6);
        var (paths, ended) = Begin(user, name, CorpusOrigin.Upload, SentFile.Describe(files), [.. files.Select(static file => file.Name)]);
        try
        {
            foreach (var (file, path) in files.Zip(paths))
            {
                await using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
                await file.Copy(stream);
            }
        }
        catch (Exception exception)
        {
            Discard(name);
            ended(AuditOutcome.Failed, exception.Message);
            throw;
        }

        Read(name, ended);
    }

    /// <summary>Adds a corpus from an address; it is fetched in the background.</summary>
    /// <exception cref="ArgumentException">The name or the address does not do.</exception>
    public async Task Fetch(ClaimsPrincipal user, string name, string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new ArgumentException($"\"{(address.Length > LongestShown ? address[..LongestShown] + "…" : address)}\" is not an http or https address; enter one like https://example.org/text.jsonl.gz.");
        }

        var (paths, ended) = Begin(user, name, CorpusOrigin.Address, address, [Path.GetFileName(uri.AbsolutePath)]);
        Work(name, ended, async cancellation =>
        {
            await using (var stream = new FileStream(paths[0], FileMode.CreateNew, FileAccess.Write))
            {
                await http.Download(uri, stream, new Told(progress => Tell(name, $"{Show.Bytes(progress.Bytes)} received"), time), cancellation);
            }

            return CorpusScan.Of(store.Find(name) ?? throw new OperationCanceledException(), folder.Root, limits, cancellation);
        });
    }

    /// <summary>Adds a folder or file of the server, below the folder that the settings allow.</summary>
    /// <exception cref="ArgumentException">The name or the folder does not do.</exception>
    public void AddFolder(ClaimsPrincipal user, string name, string relative)
    {
        var account = permissions.Demand(user, Role.Admin);
        if (!HasFolders)
        {
            throw new ArgumentException("No folder of the server may be named: the setting Training:CorpusRoot allows one.");
        }

        CheckName(name);
        Read(name, Add(user, New(name, CorpusOrigin.Folder, relative, [CorpusRoot.Resolve(options.CorpusRoot, relative.Trim())], account.Name)));
    }

    /// <summary>Deletes a corpus and the files that were sent or fetched for it; what was trained on it stays. Where it is still being fetched or read, that stops first.</summary>
    /// <exception cref="ArgumentException">A run that waits or goes on needs it.</exception>
    public async Task Delete(ClaimsPrincipal user, string name)
    {
        permissions.Demand(user, Role.Admin);
        if (runs.Active().FirstOrDefault(run => Uses(run, name)) is { } run)
        {
            throw new ArgumentException($"Run {run.Id} needs the corpus {name}: cancel it first.");
        }

        if (_working.TryGetValue(name, out var work))
        {
            await work.Stop();
        }

        if (store.Find(name) is not null)
        {
            Discard(name);
            audit.Record(user, "corpus.delete", name);
        }
    }

    /// <summary>The runs that were to be trained on a corpus, newest first.</summary>
    public IReadOnlyList<RunInfo> Uses(string name) => [.. runs.Latest(RunsLookedAt).Where(run => Uses(run, name))];

    /// <summary>Why a corpus cannot have a name, with what would do; null when it can.</summary>
    public string? NameProblem(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > LongestName || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') || name == "new")
        {
            return $"The name \"{(name.Length > LongestShown ? name[..LongestShown] + "…" : name)}\" is part of addresses: use 1 to {LongestName} letters, digits, '-' or '_'{(name == "new" ? ", but not \"new\"" : string.Empty)}.";
        }

        var known = store.All();
        var names = known.Select(static other => other.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var free = Enumerable.Range(2, int.MaxValue - 2).Select(number => $"{name}-{number}").First(candidate => !names.Contains(candidate));
        return !names.TryGetValue(name, out var similar) ? null
            : similar != name ? $"There is a corpus \"{similar}\", and a name may not differ from it in capital letters alone: {free} is free."
            : known.Any(other => other.Name == name && other.State != CorpusState.Failed) ? $"There is a corpus \"{name}\" already: {free} is free; or delete the other one first."
            : null;
    }

    /// <summary>Marks what was being fetched when the process ended; call once at start.</summary>
    internal void MarkInterrupted()
    {
        foreach (var corpus in store.All().Where(c => c.State == CorpusState.Preparing && !_working.ContainsKey(c.Name)))
        {
            const string Ended = "The server ended meanwhile: add it again.";
            store.Save(corpus with { State = CorpusState.Failed, Message = Ended });
            audit.Record(corpus.AddedBy, Adding, corpus.Name, AuditOutcome.Failed, $"{corpus.From}: {Ended}");
        }
    }

    private static bool Uses(RunInfo run, string name) => RunConfigurationJson.Of(run)?.Corpus.Contains(CorpusFolder.Prefix + name) == true;

    /// <returns>Where each of the files is to be written, and what to call at the end.</returns>
    private (IReadOnlyList<string> Paths, Action<AuditOutcome, string?> Ended) Begin(ClaimsPrincipal user, string name, CorpusOrigin origin, string from, IReadOnlyList<string> files)
    {
        var account = permissions.Demand(user, Role.Admin);
        CheckName(name);
        IReadOnlyList<string> relative = [.. SentFile.SafeNames(files).Select(file => Path.Combine("sources", name, file))];
        var ended = Add(user, New(name, origin, from, relative, account.Name));
        // What an earlier try has left behind belongs to no corpus any more.
        if (Directory.Exists(folder.Source(name)))
        {
            Directory.Delete(folder.Source(name), recursive: true);
        }

        Directory.CreateDirectory(folder.Source(name));
        return ([.. relative.Select(path => Path.GetFullPath(path, folder.Root))], ended);
    }

    /// <returns>What to call at the end: only then is it known whether the corpus was added.</returns>
    private Action<AuditOutcome, string?> Add(ClaimsPrincipal user, CorpusInfo corpus)
    {
        if (store.Find(corpus.Name) is { State: CorpusState.Failed })
        {
            Discard(corpus.Name);
        }

        if (!store.TryAdd(corpus))
        {
            throw new ArgumentException(NameProblem(corpus.Name) ?? $"There is a corpus \"{corpus.Name}\" already.");
        }

        var record = audit.Begin(user, Adding, corpus.Name);
        return (outcome, problem) => record(outcome, problem is null ? corpus.From : $"{corpus.From}: {problem}");
    }

    private CorpusInfo New(string name, CorpusOrigin origin, string from, IReadOnlyList<string> paths, string by) => new()
    {
        Name = name,
        Origin = origin,
        From = from.Length > 300 ? from[..300] : from,
        Paths = paths,
        State = CorpusState.Preparing,
        Message = "Being read",
        AddedBy = by,
        Created = time.GetUtcNow().UtcDateTime,
    };

    private void Read(string name, Action<AuditOutcome, string?> ended) => Work(name, ended, cancellation => Task.FromResult(
        CorpusScan.Of(store.Find(name) ?? throw new OperationCanceledException(), folder.Root, limits, cancellation)));

    private void Work(string name, Action<AuditOutcome, string?> ended, Func<CancellationToken, Task<CorpusInfo>> work)
    {
        var begun = new BackgroundWork(lifetime.ApplicationStopping);
        _working[name] = begun;
        _ = Task.Run(async () =>
        {
            try
            {
                store.Save(await work(begun.Token));
                ended(AuditOutcome.Done, null);
            }
            catch (OperationCanceledException)
            {
                Fail("Stopped before the end: add it again.");
            }
            catch (Exception exception)
            {
                LogFailed(logger, name, exception);
                Fail(exception.Message);
            }
            finally
            {
                _working.TryRemove(KeyValuePair.Create(name, begun));
                begun.End();
                begun.Dispose();
            }
        });

        void Fail(string problem)
        {
            ended(AuditOutcome.Failed, problem);
            Tell(name, problem, CorpusState.Failed);
        }
    }

    private void Tell(string name, string message, CorpusState state = CorpusState.Preparing)
    {
        if (store.Find(name) is { } corpus)
        {
            store.Save(corpus with { State = state, Message = message });
        }
    }

    private void Discard(string name)
    {
        store.Delete(name);
        if (Directory.Exists(folder.Source(name)))
        {
            Directory.Delete(folder.Source(name), recursive: true);
        }
    }

    private void CheckName(string name)
    {
        if (NameProblem(name) is { } problem)
        {
            throw new ArgumentException(problem);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The corpus {Name} could not be added")]
    private static partial void LogFailed(ILogger logger, string name, Exception exception);

    /// <summary>Passes on at most one report a second.</summary>
    private sealed class Told(Action<FetchProgress> tell, TimeProvider time) : IProgress<FetchProgress>
    {
        private long _last;

        public void Report(FetchProgress value)
        {
            if (_last == 0 || time.GetElapsedTime(_last).TotalSeconds >= 1)
            {
                _last = time.GetTimestamp();
                tell(value);
            }
        }
    }
}
