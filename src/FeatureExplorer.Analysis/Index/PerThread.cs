using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Analysis.Index;

/// <summary>One worker object for each thread of the pool, made when first needed.</summary>
internal sealed class PerThread<T>(Func<T> create)
{
    private T[] _items = [];

    /// <summary>The objects made so far.</summary>
    public IReadOnlyList<T> Items => _items;

    /// <summary>Objects for all threads; to be called before a job, because the number of threads may have changed.</summary>
    public T[] Prepare()
    {
        var threads = WorkerPool.Threads;
        if (_items.Length < threads)
        {
            _items = [.. _items, .. Enumerable.Range(0, threads - _items.Length).Select(_ => create())];
        }

        return _items;
    }
}
