using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using FeatureExplorer.Web.Operations;

namespace FeatureExplorer.Web.Security.Fetching;

/// <summary>
/// Downloads a file from an address that a person typed. The server stands inside a network that the person may not, so that private addresses
/// are refused: after the name was resolved and for the very address that is connected to, also at every redirect. Size and time are bounded.
/// </summary>
public sealed class SafeHttpClient : IDisposable
{
    private const int MaxRedirects = 5;
    private const int BufferSize = 1 << 16;
    private const int MostTries = 4;

    private readonly HttpClient _client;
    private readonly FetchOptions _options;
    private readonly Func<IPAddress, bool> _permitted;

    /// <summary>How long to wait before the rest of a file is asked for; longer with every try that brings nothing.</summary>
    internal TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(500);

    public SafeHttpClient(FetchOptions options)
        : this(options, address => options.AllowPrivateAddresses || PublicAddress.IsPublic(address))
    {
    }

    /// <summary>For tests, whose servers all have private addresses.</summary>
    internal SafeHttpClient(FetchOptions options, Func<IPAddress, bool> permitted)
    {
        _options = options;
        _permitted = permitted;
        var handler = new SocketsHttpHandler
        {
            // Followed here, so that every step is checked; a proxy would connect in our place and check nothing.
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectCallback = Connect,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            MaxResponseHeadersLength = 64,
        };
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.UserAgent.ParseAdd("FeatureExplorer");
    }

    /// <summary>Fetches a file.</summary>
    /// <param name="address">Where it lies: http or https.</param>
    /// <param name="destination">Gets its bytes as they came: nothing is decompressed.</param>
    /// <param name="progress">Told of every piece that arrives.</param>
    /// <exception cref="ArgumentException">The address is not http or https.</exception>
    /// <exception cref="IOException">It cannot be fetched, is refused, too large or too slow; the message says which, and what to do.</exception>
    public Task<FetchResult> Download(Uri address, Stream destination, IProgress<FetchProgress>? progress = null, CancellationToken cancellation = default) =>
        Download(address, destination, new FetchLimit((long)(_options.MaxMegabytes * 1e6), "Fetch:MaxMegabytes"), progress, cancellation);

    /// <summary>Fetches a file of at most a given size.</summary>
    /// <param name="address">Where it lies: http or https.</param>
    /// <param name="destination">Gets its bytes as they came: nothing is decompressed.</param>
    /// <param name="size">How large it may be.</param>
    /// <param name="progress">Told of every piece that arrives.</param>
    /// <exception cref="ArgumentException">The address is not http or https.</exception>
    /// <exception cref="IOException">It cannot be fetched, is refused, too large or too slow; the message says which, and what to do.</exception>
    public Task<FetchResult> Download(Uri address, Stream destination, FetchLimit size, IProgress<FetchProgress>? progress, CancellationToken cancellation) =>
        Download(address, new PartialFile(destination ?? throw new ArgumentNullException(nameof(destination))), size, progress, cancellation);

    /// <summary>
    /// Fetches what is missing of a file, of at most a given size. Where the connection breaks and the server tells whether it still has the same file, the rest alone is asked for, a few times; where it has another, or
    /// sends no part, the file is fetched from its beginning.
    /// </summary>
    /// <param name="address">Where it lies: http or https.</param>
    /// <param name="file">Gets its bytes as they came: nothing is decompressed.</param>
    /// <param name="size">How large it may be.</param>
    /// <param name="progress">Told of every piece that arrives.</param>
    /// <exception cref="ArgumentException">The address is not http or https.</exception>
    /// <exception cref="IOException">It cannot be fetched, is refused, too large or too slow; the message says which, and what to do.</exception>
    public async Task<FetchResult> Download(Uri address, PartialFile file, FetchLimit size, IProgress<FetchProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(file);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(_options.TimeoutMinutes));
        try
        {
            for (var tries = 1; ; tries++)
            {
                var before = file.Received;
                try
                {
                    return await Attempt(Checked(address), file, size, progress, limit.Token);
                }
                catch (Exception exception) when (IsBroken(exception) && file.From > 0 && (tries < MostTries || file.Received > before))
                {
                    tries = file.Received > before ? 1 : tries;
                    await Task.Delay(Pause * tries, limit.Token);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException(Invariant($"{address} took longer than {_options.TimeoutMinutes} minutes; the setting Fetch:TimeoutMinutes allows more."));
        }
        catch (HttpRequestException exception)
        {
            throw new IOException($"{address} cannot be fetched: {(exception.InnerException ?? exception).Message}", exception);
        }
        catch (Exception exception) when (IsBroken(exception))
        {
            throw new IOException(Invariant($"{address} broke off after {file.Received:N0} bytes{(file.Known?.Total is { } total ? Invariant($" of {total:N0}") : string.Empty)}: {exception.Message}"));
        }
    }

    public void Dispose() => _client.Dispose();

    /// <summary>Whether a connection was cut, or none came about: an address that is refused, a full disk and a file that is too large are none of these.</summary>
    private static bool IsBroken(Exception exception) =>
        exception is HttpIOException || exception.InnerException is SocketException or HttpIOException || exception.InnerException?.InnerException is SocketException;

    private async Task<FetchResult> Attempt(Uri address, PartialFile file, FetchLimit size, IProgress<FetchProgress>? progress, CancellationToken cancellation)
    {
        var from = file.From;
        using var answer = await Follow(address, file, from, cancellation);
        if (from > 0 && (answer.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable || (answer.StatusCode == HttpStatusCode.PartialContent && !file.Known!.IsContinuedBy(answer, from))))
        {
            // It is another file by now.
            file.Begin(0, null);
            return await Attempt(address, file, size, progress, cancellation);
        }

        if (from == 0 && answer.StatusCode == HttpStatusCode.PartialContent)
        {
            throw new IOException($"{address} answers with a part of the file, which nobody asked for: fetch it with another program, and name the path.");
        }

        var total = FetchValidator.TotalOf(answer);
        if (total > size.Bytes)
        {
            throw TooLarge(answer, size);
        }

        file.Begin(answer.StatusCode == HttpStatusCode.PartialContent ? from : 0, answer.StatusCode == HttpStatusCode.PartialContent ? file.Known : FetchValidator.Of(answer));
        await Copy(answer, file, total, size, progress, cancellation);
        return file.Received == (total ?? file.Received)
            ? new FetchResult(file.Received, answer.RequestMessage!.RequestUri!, answer.Content.Headers.ContentType?.MediaType)
            : throw new HttpIOException(HttpRequestError.ResponseEnded, Invariant($"{total:N0} bytes were announced."));
    }

    /// <summary>The answer to a request for a file, or for what is missing of it.</summary>
    private async Task<HttpResponseMessage> Follow(Uri address, PartialFile file, long from, CancellationToken cancellation)
    {
        for (var redirects = 0; redirects <= MaxRedirects; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            if (from > 0)
            {
                request.Headers.Range = new RangeHeaderValue(from, null);
                request.Headers.IfRange = file.Known!.Condition;
            }

            var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (answer.IsSuccessStatusCode || (from > 0 && answer.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable))
            {
                return answer;
            }

            using (answer)
            {
                address = (int)answer.StatusCode is 301 or 302 or 303 or 307 or 308 && answer.Headers.Location is { } next
                    ? Checked(new Uri(address, next))
                    : throw new IOException($"{address} answers with status {(int)answer.StatusCode}.");
            }
        }

        throw new IOException($"{address}: more than {MaxRedirects} redirects.");
    }

    private static Uri Checked(Uri address) => address.IsAbsoluteUri && address.Scheme is "http" or "https" && address.UserInfo.Length == 0
        ? address
        : throw new ArgumentException($"{address} cannot be fetched: it must be an http or https address without a user name.", nameof(address));

    private static async Task Copy(HttpResponseMessage answer, PartialFile file, long? total, FetchLimit size, IProgress<FetchProgress>? progress, CancellationToken cancellation)
    {
        await using var source = await answer.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[BufferSize];
        int read;
        while ((read = await source.ReadAsync(buffer, cancellation)) > 0)
        {
            if (file.Received + read > size.Bytes)
            {
                throw TooLarge(answer, size);
            }

            await file.Write(buffer.AsMemory(0, read), cancellation);
            progress?.Report(new FetchProgress(file.Received, total));
        }
    }

    private async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var host = context.DnsEndPoint.Host;
        var addresses = await Dns.GetHostAddressesAsync(host, cancellation);
        // All of them: a name that answers with a public and a private address is up to no good.
        if (addresses.Length == 0 || !addresses.All(_permitted))
        {
            throw new IOException(
                $"{host} is an address of this machine or a private network. The setting Fetch:AllowPrivateAddresses allows such addresses.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static IOException TooLarge(HttpResponseMessage answer, FetchLimit size) => new(Invariant(
        $"{answer.RequestMessage!.RequestUri} is larger than {size.Bytes / 1e6:0.###} MB; the setting {size.Setting} allows more."));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
