using System.Security.Cryptography;
using System.Text;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Web.Endpoints;

namespace FeatureExplorer.Web.Operations.Pages;

/// <summary>
/// Pages as they were last sent to visitors who are not signed in, compressed: a link that a class opens at once is drawn once, and a dictionary that many leaf
/// through is drawn once, too. A page is good until what it shows changes (<see cref="ContentVersion"/>), and for some minutes at most.
/// </summary>
public sealed class PageCache(ContentVersion content, DataFolder folder, DiskSpace disk, LimitOptions limits) : IDisposable
{
    /// <summary>Should something on a page ever change that is not counted, it is shown as it was for so long at most.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);
    private static readonly object Refused = new();

    // One page takes the place of a few others at most.
    private readonly long _longestPage = (long)(limits.PageCacheMegabytes * 1e6 / 16);

    // Backups leave out what ends so.
    private readonly PageRing _pages = new(Path.Combine(folder.Root, "pages.tmp"), (long)(limits.PageCacheMegabytes * 1e6), Longest);

    /// <summary>Says of the page that is being drawn that the next visitor may get a better one: it tells of a failure that can pass.</summary>
    public static void Refuse(HttpContext context) => context.Items[Refused] = Refused;

    /// <summary>The same for a page of a dictionary that is still forming, whose changes are not counted.</summary>
    public static void RefuseForming(HttpContext context, DictionaryInfo? dictionary)
    {
        if (dictionary?.Forming is not null)
        {
            Refuse(context);
        }
    }

    /// <summary>What the content's version is now: to be asked for before a page is drawn. Damage that is found, or mended, changes pages, too.</summary>
    public long Version() => content.Read() + (DamagedFiles.Version << 32);

    /// <summary>The page at a request's address, when it is kept and good.</summary>
    public CachedPage? Find(HttpRequest request, long version)
    {
        try
        {
            return _pages.Find(Key(request), version);
        }
        catch (IOException)
        {
            // A copy that cannot be read is no reason to refuse the page.
            return null;
        }
    }

    /// <summary>Keeps a page for the next visitor, unless it was refused or the disk has no room for such things.</summary>
    public void Keep(HttpContext context, CachedPage page)
    {
        if (context.Items.ContainsKey(Refused) || disk.Low)
        {
            return;
        }

        try
        {
            if (page.Body.Length <= _longestPage)
            {
                _pages.Keep(Key(context.Request), page);
            }
        }
        catch (IOException)
        {
            // The disk has filled up since: the next visitor's page is drawn anew.
        }
    }

    public void Dispose() => _pages.Dispose();

    // Everything of the request and the server that such a page depends on: links in it hold the host's name. The address has been brought into its one
    // form, and its hash takes the same room however long it is.
    private string Key(HttpRequest request) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(
        $"{request.Scheme} {request.Host} {request.PathBase}{request.Path}{request.QueryString} {ThemeEndpoint.Of(request)} {(disk.Low ? disk.Notice : string.Empty)}")));
}
