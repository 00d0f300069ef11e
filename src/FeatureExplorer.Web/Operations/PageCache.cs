using System.IO.Compression;
using System.Security.Cryptography;
using FeatureExplorer.Storage;
using FeatureExplorer.Web.Endpoints;
using Microsoft.Extensions.Caching.Memory;

namespace FeatureExplorer.Web.Operations;

/// <summary>
/// Pages as they were last sent to visitors who are not signed in, compressed: a link that a class opens at once is drawn once. A page is good until what it
/// shows changes (<see cref="ContentVersion"/>), and for a minute at most; those asked for longest ago go first when there is no room.
/// </summary>
public sealed class PageCache(ContentVersion content, DiskSpace disk, LimitOptions limits) : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private static readonly object Refused = new();

    private readonly MemoryCache _pages = new(new MemoryCacheOptions { SizeLimit = (long)(limits.PageCacheMegabytes * 1e6), CompactionPercentage = 0.1 });

    /// <summary>Says of the page that is being drawn that the next visitor may get a better one: it tells of a failure that can pass.</summary>
    public static void Refuse(HttpContext context) => context.Items[Refused] = Refused;

    /// <summary>What the content's version is now: to be asked for before a page is drawn.</summary>
    public long Version() => content.Read();

    /// <summary>The page at a request's address, when it is kept and good.</summary>
    public Page? Find(HttpRequest request, long version) =>
        _pages.TryGetValue(Key(request), out Page? page) && page!.Version == version ? page : null;

    /// <summary>Keeps a page for the next visitor, unless it was refused.</summary>
    public void Keep(HttpContext context, Page page)
    {
        if (context.Items.ContainsKey(Refused))
        {
            return;
        }

        var key = Key(context.Request);
        using var entry = _pages.CreateEntry(key);
        entry.Value = page;
        entry.Size = page.Body.Length + (2 * key.Length) + 200;
        entry.AbsoluteExpirationRelativeToNow = Longest;
    }

    public void Dispose() => _pages.Dispose();

    // Everything of the request and the server that such a page depends on: links in it hold the host's name.
    private string Key(HttpRequest request) =>
        $"{request.Scheme} {request.Host} {request.PathBase}{request.Path}{request.QueryString} {ThemeEndpoint.Of(request)} {(disk.Low ? disk.Notice : string.Empty)}";

    /// <summary>A page, compressed with gzip.</summary>
    /// <param name="Version">The content's version when drawing began.</param>
    /// <param name="Tag">Entity tag, in quotes.</param>
    /// <param name="ContentType">Content type.</param>
    /// <param name="Body">Compressed bytes.</param>
    /// <param name="Length">Bytes before compression.</param>
    public sealed record Page(long Version, string Tag, string ContentType, byte[] Body, int Length)
    {
        /// <summary>Compresses what was drawn.</summary>
        public static Page Of(ReadOnlySpan<byte> bytes, string contentType, long version)
        {
            using var target = new MemoryStream();
            using (var gzip = new GZipStream(target, CompressionLevel.Fastest))
            {
                gzip.Write(bytes);
            }

            var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16))}\"";
            return new Page(version, tag, contentType, target.ToArray(), bytes.Length);
        }

        /// <summary>Writes the page as it was.</summary>
        public async Task Unpack(Stream target, CancellationToken cancellation)
        {
            await using var gzip = new GZipStream(new MemoryStream(Body), CompressionMode.Decompress);
            await gzip.CopyToAsync(target, cancellation);
        }
    }
}
