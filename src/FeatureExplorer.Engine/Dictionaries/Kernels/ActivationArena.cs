using System.Runtime.InteropServices;

namespace FeatureExplorer.Engine.Dictionaries.Kernels;

/// <summary>
/// Memory for the sparse lists of one batch: pages that grow with what is active, never with batch × features, and that stay for the next
/// batch. Blocks of rows take their part in any order; nothing that is computed depends on where a list lies.
/// </summary>
/// <param name="withGradients">Whether each entry also has room for ∂L/∂f and one more number.</param>
internal sealed unsafe class ActivationArena(bool withGradients) : IDisposable
{
    private const long PageEntries = 1 << 20;

    private readonly Lock _lock = new();
    private readonly List<Page> _pages = [];
    private int _page;
    private long _used;

    ~ActivationArena() => Free();

    /// <summary>Entries asked for since <see cref="Reset"/>.</summary>
    public long Taken { get; private set; }

    public void Reset()
    {
        _page = 0;
        _used = 0;
        Taken = 0;
    }

    /// <summary>Room for so many entries, one after another; none when that makes more than <paramref name="limit"/> of all.</summary>
    public bool TryTake(long entries, long limit, out SparseRow taken)
    {
        lock (_lock)
        {
            Taken += entries;
            if (Taken > limit)
            {
                taken = default;
                return false;
            }

            while (true)
            {
                if (_page == _pages.Count)
                {
                    _pages.Add(new Page(Math.Max(PageEntries, entries), withGradients));
                }

                var page = _pages[_page];
                if (_used + entries <= page.Entries)
                {
                    taken = new SparseRow(page.Features + _used, page.Values + _used, withGradients ? page.Gradients + _used : null, 0)
                    {
                        Extra = withGradients ? page.Extra + _used : null,
                    };
                    _used += entries;
                    return true;
                }

                _page++;
                _used = 0;
            }
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        foreach (var page in _pages)
        {
            NativeMemory.AlignedFree(page.Features);
        }

        _pages.Clear();
        Reset();
    }

    private readonly struct Page
    {
        public Page(long entries, bool withGradients)
        {
            Entries = entries;
            Features = (int*)NativeMemory.AlignedAlloc(checked((nuint)entries * (withGradients ? 16u : 8u)), 64);
            Values = (float*)(Features + entries);
            Gradients = Values + entries;
            Extra = Gradients + entries;
        }

        public long Entries { get; }

        public int* Features { get; }

        public float* Values { get; }

        public float* Gradients { get; }

        public float* Extra { get; }
    }
}

/// <summary>The active features of one row: numbers (ascending), activations, and room for their gradients and a number of the variant's own.</summary>
internal unsafe struct SparseRow(int* features, float* values, float* gradients, int count)
{
    public int* Features = features;
    public float* Values = values;
    public float* Gradients = gradients;
    public float* Extra;
    public int Count = count;

    /// <summary>The place after the first <paramref name="entries"/>.</summary>
    public readonly SparseRow Skip(int entries) => Part(entries, entries);

    /// <summary>The entries [first, last).</summary>
    public readonly SparseRow Part(int first, int last) =>
        new(Features + first, Values + first, Gradients is null ? null : Gradients + first, last - first) { Extra = Extra is null ? null : Extra + first };

    /// <summary>The first entry, not before <paramref name="start"/>, whose feature is at least <paramref name="feature"/>.</summary>
    public readonly int FirstFrom(int feature, int start)
    {
        while (start < Count && Features[start] < feature)
        {
            start++;
        }

        return start;
    }
}
