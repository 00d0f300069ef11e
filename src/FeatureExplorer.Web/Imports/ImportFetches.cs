using System.Collections.Concurrent;
using System.Security.Claims;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Web.Features;
using FeatureExplorer.Web.Security;
using FeatureExplorer.Web.Security.Fetching;

namespace FeatureExplorer.Web.Imports;

/// <summary>
/// Fetches the files of models and dictionaries from addresses, in the background. Where one fails, no folder of files appears; what went wrong is shown until somebody has read it, and what has come is kept
/// until then, or for a week, where trying again can go on with it.
/// </summary>
public sealed partial class ImportFetches(ReceivedFiles received, SafeHttpClient http, Permissions permissions, IHostApplicationLifetime lifetime, ILogger<ImportFetches> logger)
{
    private readonly ConcurrentDictionary<int, ImportFetch> _all = new();
    private int _number;

    /// <summary>Those that go on, and those that failed, in their order.</summary>
    public IReadOnlyList<ImportFetch> All => [.. _all.Values.OrderBy(static fetch => fetch.Number)];

    /// <summary>Begins to fetch.</summary>
    /// <param name="user">Who asks for it.</param>
    /// <param name="name">What the folder is to be called; empty: after the addresses.</param>
    /// <param name="addresses">One a line: see <see cref="ImportAddress.Parse"/>.</param>
    /// <exception cref="ArgumentException">A line is no address.</exception>
    /// <exception cref="AccessDeniedException">The user may not.</exception>
    public ImportFetch Start(ClaimsPrincipal user, string name, string addresses)
    {
        permissions.Demand(user, Role.Admin);
        var files = ImportAddress.Parse(addresses);
        return Start(user, ReceivedPath.FolderName(name, ReceivedPath.FolderName(ImportAddress.NameOf(files), "files")), files);
    }

    /// <summary>Begins one that has failed once more: it goes on with what was kept.</summary>
    /// <exception cref="AccessDeniedException">The user may not.</exception>
    public ImportFetch Retry(ClaimsPrincipal user, ImportFetch fetch)
    {
        ArgumentNullException.ThrowIfNull(fetch);
        permissions.Demand(user, Role.Admin);
        _all.TryRemove(fetch.Number, out _);
        return Start(user, fetch.Name, fetch.Addresses);
    }

    /// <summary>Stops one if it goes on, and forgets it with what was kept of it.</summary>
    public async Task Remove(ClaimsPrincipal user, ImportFetch fetch)
    {
        ArgumentNullException.ThrowIfNull(fetch);
        permissions.Demand(user, Role.Admin);
        await fetch.Stop();
        _all.TryRemove(fetch.Number, out _);
        FetchPlace.Discard(received.Root, fetch.Addresses);
    }

    private ImportFetch Start(ClaimsPrincipal user, string name, IReadOnlyList<ImportAddress> files)
    {
        var fetch = new ImportFetch(Interlocked.Increment(ref _number), name, files, lifetime.ApplicationStopping);
        _all[fetch.Number] = fetch;
        _ = Task.Run(() => Work(user, fetch));
        return fetch;
    }

    private async Task Work(ClaimsPrincipal user, ImportFetch fetch)
    {
        try
        {
            fetch.Result = await received.Receive(user, "import.fetch", fetch.Name, fetch.Addresses, async folder =>
            {
                try
                {
                    await new ImportFetcher(http).Fetch(folder, fetch.Addresses, fetch.Tell, fetch.Token);
                }
                finally
                {
                    fetch.Kept = folder.Kept;
                }
            });
            _all.TryRemove(fetch.Number, out _);
        }
        catch (OperationCanceledException)
        {
            fetch.Problem = "Stopped before the end; nothing was kept.";
        }
        catch (Exception exception)
        {
            LogFailed(logger, fetch.Name, exception);
            fetch.Problem = exception.Message + (fetch.Kept == 0 ? string.Empty : $" {Show.Bytes(fetch.Kept)} are kept: try again, and it goes on from there.");
        }
        finally
        {
            fetch.End();
            fetch.Dispose();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The files {Name} could not be fetched")]
    private static partial void LogFailed(ILogger logger, string name, Exception exception);
}
