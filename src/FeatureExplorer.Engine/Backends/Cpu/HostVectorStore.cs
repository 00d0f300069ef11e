using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Backends.Cpu;

/// <summary>The shuffle buffer in the host's memory.</summary>
internal sealed unsafe class HostVectorStore : IVectorStore
{
    private const int RowsPerTask = 64;

    private readonly SiteForward _forward;
    private readonly IDisposable? _owned;
    private readonly int _inputs;
    private readonly Half* _vectors;
    private readonly FloatBuffer _activations;

    /// <param name="forward">Runs the model.</param>
    /// <param name="inputs">n.</param>
    /// <param name="capacity">Vectors of the buffer.</param>
    /// <param name="maxRows">Most rows of a forward pass.</param>
    /// <param name="owned">Disposed with the store; or null.</param>
    public HostVectorStore(SiteForward forward, int inputs, int capacity, int maxRows, IDisposable? owned = null)
    {
        (_forward, _inputs, _owned) = (forward, inputs, owned);
        _vectors = (Half*)NativeMemory.AlignedAlloc((nuint)((long)capacity * inputs * sizeof(Half)), 64);
        _activations = new FloatBuffer((long)maxRows * inputs);
    }

    ~HostVectorStore() => NativeMemory.AlignedFree(_vectors);

    public void Activate(ReadOnlySpan<int> tokens, int windows, int length) => _forward(tokens, windows, length, _activations.Pointer);

    public void Put(int[] rows, int[] slots) => ForRows(rows.Length, i =>
        TensorPrimitives.ConvertToHalf(_activations.Span((long)rows[i] * _inputs, _inputs), Vector(slots[i])));

    public void Take(ReadOnlySpan<int> slots, float* x)
    {
        fixed (int* slot = slots)
        {
            var at = slot;
            ForRows(slots.Length, i => TensorPrimitives.ConvertToSingle(Vector(at[i]), new Span<float>(x + ((nint)i * _inputs), _inputs)));
        }
    }

    public void Take(ReadOnlySpan<int> slots, Rows x, int first) => Take(slots, HostRows.Of(x) + ((nint)first * _inputs));

    public void Dispose()
    {
        _activations.Dispose();
        _owned?.Dispose();
        NativeMemory.AlignedFree(_vectors);
        GC.SuppressFinalize(this);
    }

    private Span<Half> Vector(int slot) => new(_vectors + ((nint)slot * _inputs), _inputs);

    private static void ForRows(int count, Action<int> body) => WorkerPool.For((count + RowsPerTask - 1) / RowsPerTask, (task, _) =>
    {
        for (var i = task * RowsPerTask; i < Math.Min(count, (task + 1) * RowsPerTask); i++)
        {
            body(i);
        }
    });
}
