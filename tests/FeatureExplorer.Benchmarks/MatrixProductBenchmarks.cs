using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Benchmarks;

/// <summary>The packed product against rows composed of <see cref="TensorPrimitives"/>, on one thread, at the shapes of training.</summary>
[MemoryDiagnoser]
public unsafe class MatrixProductBenchmarks
{
    private FloatBuffer _a = null!;
    private FloatBuffer _b = null!;
    private FloatBuffer _c = null!;

    [Params(512, 4096)]
    public int Columns { get; set; }

    [Params(128, 512)]
    public int Depth { get; set; }

    public int Rows { get; } = 256;

    [GlobalSetup]
    public void Setup()
    {
        WorkerPool.Configure(1);
        _a = new FloatBuffer((long)Rows * Depth);
        _b = new FloatBuffer((long)Depth * Columns);
        _c = new FloatBuffer((long)Rows * Columns);
        _a.Span().Fill(0.5f);
        _b.Span().Fill(0.25f);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _a.Dispose();
        _b.Dispose();
        _c.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void RowsOfTensorPrimitives()
    {
        for (var i = 0; i < Rows; i++)
        {
            var c = _c.Span((long)i * Columns, Columns);
            c.Clear();
            for (var k = 0; k < Depth; k++)
            {
                TensorPrimitives.MultiplyAdd(_b.Span((long)k * Columns, Columns), _a.Pointer[(i * Depth) + k], c, c);
            }
        }
    }

    [Benchmark]
    public void Packed() =>
        MatrixProduct.Multiply(false, false, Rows, Columns, Depth, _a.Pointer, Depth, _b.Pointer, Columns, _c.Pointer, Columns);
}
