using System.Collections.Concurrent;
using System.Security.Claims;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Web.Security;
using FeatureExplorer.Web.Security.Fetching;

namespace FeatureExplorer.Web.Imports;

/// <summary>Fetches the files of models and dictionaries from addresses, in the background. Where one fails, nothing is kept, and what went wrong is shown until somebody has read it.</summary>
public sealed partial class ImportFetches(ReceivedFiles received, SafeHttpClient http, Permissions permissions, IHostApplicationLifetime lifetime, ILogger<ImportFetches> logger)
{
    private const string WebPage = "text/html";

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
        var folder = ReceivedPath.FolderName(name, ReceivedPath.FolderName(ImportAddress.NameOf(files), "files"));
        var fetch = new ImportFetch(Interlocked.Increment(ref _number), folder, files.Count, lifetime.ApplicationStopping);
        _all[fetch.Number] = fetch;
        _ = Task.Run(() => Work(user, fetch, files));
        return fetch;
    }

    /// <summary>Stops one if it goes on, and forgets it.</summary>
    public async Task Remove(ClaimsPrincipal user, ImportFetch fetch)
    {
        ArgumentNullException.ThrowIfNull(fetch);
        permissions.Demand(user, Role.Admin);
        await fetch.Stop();
        _all.TryRemove(fetch.Number, out _);
    }

    private async Task Work(ClaimsPrincipal user, ImportFetch fetch, IReadOnlyList<ImportAddress> files)
    {
        try
        {
            fetch.Result = await received.Receive(user, "import.fetch", () => fetch.Name, async folder =>
            {
                foreach (var file in files)
                {
                    await folder.Add(file.Path, stream => Fetch(fetch, folder, file, stream));
                    fetch.Done++;
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
            fetch.Problem = exception.Message;
        }
        finally
        {
            fetch.End();
            fetch.Dispose();
        }
    }

    private async Task<long> Fetch(ImportFetch fetch, ReceivingFolder folder, ImportAddress file, Stream stream)
    {
        var before = fetch.Bytes;
        var demanded = false;
        var result = await http.Download(file.Address, stream, folder.Left, new Told(progress =>
        {
            if (!demanded && progress.Total is { } total)
            {
                folder.DemandRoom(total - progress.Bytes);
                demanded = true;
            }

            (fetch.Bytes, fetch.Share) = (before + progress.Bytes, progress.Total is > 0 and var all ? (double)progress.Bytes / all : null);
        }), fetch.Token);
        return result.MediaType == WebPage
            ? throw new IOException($"{file.Address} is a web page and not the file itself: name the address that the page's download button leads to (on Hugging Face, /resolve/ in the place of /blob/).")
            : result.Bytes;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The files {Name} could not be fetched")]
    private static partial void LogFailed(ILogger logger, string name, Exception exception);

    /// <summary>Passes reports on at once, on the thread that fetches.</summary>
    private sealed class Told(Action<FetchProgress> tell) : IProgress<FetchProgress>
    {
        public void Report(FetchProgress value) => tell(value);
    }
}
