using System.IO.Compression;
using System.Security.Cryptography;

namespace FeatureExplorer.Web.Operations.Pages;

/// <summary>A page that is the same for every visitor, compressed with gzip.</summary>
/// <param name="Version">The content's version when drawing began.</param>
/// <param name="Tag">Entity tag, in quotes.</param>
/// <param name="ContentType">Content type.</param>
/// <param name="Body">Compressed bytes.</param>
/// <param name="Length">Bytes before compression.</param>
public sealed record CachedPage(long Version, string Tag, string ContentType, byte[] Body, int Length)
{
    /// <summary>Compresses what was drawn.</summary>
    public static CachedPage Of(ReadOnlySpan<byte> bytes, string contentType, long version)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16))}\"";
        return new CachedPage(version, tag, contentType, target.ToArray(), bytes.Length);
    }

    /// <summary>Writes the page as it was.</summary>
    public async Task Unpack(Stream target, CancellationToken cancellation)
    {
        await using var gzip = new GZipStream(new MemoryStream(Body), CompressionMode.Decompress);
        await gzip.CopyToAsync(target, cancellation);
    }
}
