using FeatureExplorer.Web.Security.Fetching;

namespace FeatureExplorer.Web.Imports;

/// <summary>Fetches the files of a model or a dictionary into a folder, one after the other; what has come of a file before is not fetched again.</summary>
/// <param name="http">Fetches from addresses that a person typed.</param>
internal sealed class ImportFetcher(SafeHttpClient http)
{
    private const string WebPage = "text/html";

    /// <summary>Fetches all of them.</summary>
    /// <param name="folder">Takes them.</param>
    /// <param name="files">Their addresses.</param>
    /// <param name="tell">Told how many are there, how many bytes have come in all, and the share of the file that is on its way; null where its server does not say how large it is.</param>
    /// <param name="cancellation">Stops it; what has come stays where it can be continued.</param>
    /// <exception cref="ArgumentException">Two are to lie at one place.</exception>
    /// <exception cref="IOException">One cannot be fetched, is too large, or is a web page.</exception>
    public async Task Fetch(ReceivingFolder folder, IReadOnlyList<ImportAddress> files, Action<int, long, double?> tell, CancellationToken cancellation)
    {
        foreach (var (done, file) in files.Index())
        {
            await folder.Fetch(file, part => Fetch(folder, file, part, (bytes, share) => tell(done, bytes, share), cancellation));
            tell(done + 1, folder.Bytes, null);
        }
    }

    private async Task<long> Fetch(ReceivingFolder folder, ImportAddress file, PartialFile part, Action<long, double?> tell, CancellationToken cancellation)
    {
        var (before, demanded) = (folder.Bytes, false);
        var result = await http.Download(file.Address, part, folder.Left, new Told(progress =>
        {
            if (!demanded && progress.Total is { } total)
            {
                folder.DemandRoom(total - progress.Bytes);
                demanded = true;
            }

            tell(before + progress.Bytes, progress.Total is > 0 and var all ? (double)progress.Bytes / all : null);
        }), cancellation);
        if (result.MediaType != WebPage)
        {
            return result.Bytes;
        }

        part.Begin(0, null);
        throw new IOException($"{file.Address} is a web page and not the file itself: name the address that the page's download button leads to (on Hugging Face, /resolve/ in the place of /blob/).");
    }

    /// <summary>Passes reports on at once, on the thread that fetches.</summary>
    private sealed class Told(Action<FetchProgress> tell) : IProgress<FetchProgress>
    {
        public void Report(FetchProgress value) => tell(value);
    }
}
