namespace FeatureExplorer.Engine.Numerics;

/// <summary>Packed panels and partial sums of one calling thread; they grow and stay.</summary>
internal sealed unsafe class MatrixWorkspace
{
    private readonly Dictionary<int, FloatBuffer> _a = [];
    private FloatBuffer[] _perThread = [];
    private FloatBuffer? _b;
    private FloatBuffer? _parts;
    private long _lengthA;

    public int[] LastBlock { get; private set; } = [];

    public float* B(long length) => Grown(ref _b, length);

    public float* Parts(long length) => Grown(ref _parts, length);

    public void PrepareA(long length)
    {
        var threads = WorkerPool.Threads;
        if (_perThread.Length == threads && length <= _lengthA)
        {
            return;
        }

        _lengthA = Math.Max(length, _lengthA);
        LastBlock = new int[threads];
        _perThread = new FloatBuffer[threads];
        for (var thread = 0; thread < threads; thread++)
        {
            _a.TryGetValue(thread, out var buffer);
            Grown(ref buffer, _lengthA);
            _perThread[thread] = _a[thread] = buffer!;
        }
    }

    public float* A(int thread) => _perThread[thread].Pointer;

    private static float* Grown(ref FloatBuffer? buffer, long length)
    {
        if (buffer is null || buffer.Length < length)
        {
            buffer?.Dispose();
            buffer = new FloatBuffer(length);
        }

        return buffer.Pointer;
    }
}
