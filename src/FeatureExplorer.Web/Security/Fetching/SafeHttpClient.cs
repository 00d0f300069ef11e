using System.Globalization;
using System.Net;
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

    private readonly HttpClient _client;
    private readonly FetchOptions _options;
    private readonly Func<IPAddress, bool> _permitted;

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
    public async Task<FetchResult> Download(Uri address, Stream destination, FetchLimit size, IProgress<FetchProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(destination);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(_options.TimeoutMinutes));
        try
        {
            using var answer = await Follow(Checked(address), limit.Token);
            var bytes = await Copy(answer, destination, size, progress, limit.Token);
            return new FetchResult(bytes, answer.RequestMessage!.RequestUri!, answer.Content.Headers.ContentType?.MediaType);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException(Invariant($"{address} took longer than {_options.TimeoutMinutes} minutes; the setting Fetch:TimeoutMinutes allows more."));
        }
        catch (HttpRequestException exception)
        {
            throw new IOException($"{address} cannot be fetched: {(exception.InnerException ?? exception).Message}", exception);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<HttpResponseMessage> Follow(Uri address, CancellationToken cancellation)
    {
        for (var redirects = 0; redirects <= MaxRedirects; redirects++)
        {
            var answer = await _client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (answer.IsSuccessStatusCode)
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

    private static async Task<long> Copy(HttpResponseMessage answer, Stream destination, FetchLimit size, IProgress<FetchProgress>? progress, CancellationToken cancellation)
    {
        var total = answer.Content.Headers.ContentLength;
        if (total > size.Bytes)
        {
            throw TooLarge(answer, size);
        }

        await using var source = await answer.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[BufferSize];
        long bytes = 0;
        int read;
        while ((read = await source.ReadAsync(buffer, cancellation)) > 0)
        {
            bytes += read;
            if (bytes > size.Bytes)
            {
                throw TooLarge(answer, size);
            }

            await destination.WriteAsync(buffer.AsMemory(0, read), cancellation);
            progress?.Report(new FetchProgress(bytes, total));
        }

        return bytes;
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
