using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace FeatureExplorer.Web.Operations.Pages;

/// <summary>
/// Pages in a file that is written round and round: a new one takes the place of the oldest. In a file, because the pages of one dictionary come to a hundred
/// megabytes and more, which the system keeps in memory as long as nothing else needs it. Nothing in the file outlives the process.
/// </summary>
public sealed class PageRing : IDisposable
{
    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly long _capacity;
    private readonly TimeSpan _longest;
    private readonly int _most;
    private readonly ConcurrentDictionary<string, Place> _places = new(StringComparer.Ordinal);
    private readonly Queue<(string Key, Place Place)> _oldest = new();
    private SafeFileHandle? _file;

    // Where the next page begins, counted without end: a page at p lies in the file at p modulo the capacity, until the ring has come round to it.
    private long _end;

    /// <param name="path">The file; made with the first page.</param>
    /// <param name="capacity">Bytes; 0 keeps nothing.</param>
    /// <param name="longest">How long a page is good.</param>
    /// <param name="most">Pages at most: each takes some memory, however short it is.</param>
    public PageRing(string path, long capacity, TimeSpan longest, int most = 16_384) => (_path, _capacity, _longest, _most) = (path, capacity, longest, most);

    /// <summary>Pages that can be found.</summary>
    public int Count => _places.Count;

    /// <summary>The page of a key, when it is kept and was drawn from this version of the content.</summary>
    public CachedPage? Find(string key, long version)
    {
        if (!_places.TryGetValue(key, out var place) || place.Page.Version != version || Stopwatch.GetElapsedTime(place.Kept) > _longest)
        {
            return null;
        }

        var body = new byte[place.Size];
        var read = RandomAccess.Read(_file!, body, place.Start % _capacity);
        // Whoever writes moves the end on first: what has not been reached now was whole when it was read.
        return read == body.Length && Volatile.Read(ref _end) <= place.Start + _capacity ? place.Page with { Body = body } : null;
    }

    /// <summary>Keeps a page under a key; one that is longer than the ring is not kept.</summary>
    /// <exception cref="IOException">The file cannot be written: the page is not kept.</exception>
    public void Keep(string key, CachedPage page)
    {
        var size = page.Body.Length;
        if (size > _capacity)
        {
            return;
        }

        lock (_gate)
        {
            var start = _end % _capacity + size <= _capacity ? _end : _end + _capacity - (_end % _capacity);
            Volatile.Write(ref _end, start + size);
            Forget();
            _file ??= Open();
            RandomAccess.Write(_file, page.Body, start % _capacity);
            var place = new Place(page with { Body = [] }, start, size, Stopwatch.GetTimestamp());
            _places[key] = place;
            _oldest.Enqueue((key, place));
        }
    }

    public void Dispose() => _file?.Dispose();

    /// <summary>Drops the pages whose bytes the ring has come round to, and the oldest of too many.</summary>
    private void Forget()
    {
        while (_oldest.TryPeek(out var oldest) && (oldest.Place.Start + _capacity < _end || _oldest.Count >= _most))
        {
            _oldest.Dequeue();
            _places.TryRemove(KeyValuePair.Create(oldest.Key, oldest.Place));
        }
    }

    private SafeFileHandle Open() =>
        File.OpenHandle(_path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, FileOptions.DeleteOnClose | FileOptions.RandomAccess);

    private sealed record Place(CachedPage Page, long Start, int Size, long Kept);
}
