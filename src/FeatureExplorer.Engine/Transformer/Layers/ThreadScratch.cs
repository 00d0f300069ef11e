using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer.Layers;

/// <summary>A buffer for each thread of the worker pool, made when a job first needs it.</summary>
internal sealed unsafe class ThreadScratch(long floats) : IDisposable
{
    private FloatBuffer[] _buffers = [];

    /// <summary>To be called before the job: the number of threads may have changed.</summary>
    public void Prepare()
    {
        var threads = WorkerPool.Threads;
        if (_buffers.Length < threads)
        {
            _buffers = [.. _buffers, .. Enumerable.Range(0, threads - _buffers.Length).Select(_ => new FloatBuffer(floats))];
        }
    }

    public float* this[int thread] => _buffers[thread].Pointer;

    public void Dispose()
    {
        foreach (var buffer in _buffers)
        {
            buffer.Dispose();
        }
    }
}
