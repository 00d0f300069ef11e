using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Benchmarks;

/// <summary>The fused step against the same arithmetic composed of <see cref="TensorPrimitives"/>, one thread.</summary>
[MemoryDiagnoser]
public unsafe class AdamBenchmarks
{
    private const int Length = 1 << 20;
    private static readonly AdamSettings Settings = new(1e-3f);

    private readonly FloatBuffer _p = new(Length);
    private readonly FloatBuffer _g = new(Length);
    private readonly FloatBuffer _m = new(Length);
    private readonly FloatBuffer _v = new(Length);
    private readonly FloatBuffer _scratch = new(Length);

    [GlobalSetup]
    public void Setup()
    {
        WorkerPool.Configure(1);
        _g.Span().Fill(0.01f);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        foreach (var buffer in new[] { _p, _g, _m, _v, _scratch })
        {
            buffer.Dispose();
        }
    }

    [Benchmark(Baseline = true)]
    public void Composed()
    {
        var c = Adam.Constants.Of(Settings, 1);
        var scratch = _scratch.Span();
        TensorPrimitives.Multiply(_m.Span(), Settings.Beta1, _m.Span());
        TensorPrimitives.Multiply(_g.Span(), 1 - Settings.Beta1, scratch);
        TensorPrimitives.Add(_m.Span(), scratch, _m.Span());
        TensorPrimitives.Multiply(_v.Span(), Settings.Beta2, _v.Span());
        TensorPrimitives.Multiply(_g.Span(), _g.Span(), scratch);
        TensorPrimitives.Multiply(scratch, 1 - Settings.Beta2, scratch);
        TensorPrimitives.Add(_v.Span(), scratch, _v.Span());
        TensorPrimitives.Sqrt(_v.Span(), scratch);
        TensorPrimitives.Multiply(scratch, c.Root, scratch);
        TensorPrimitives.Add(scratch, Settings.Epsilon, scratch);
        TensorPrimitives.Divide(_m.Span(), scratch, scratch);
        TensorPrimitives.Multiply(scratch, c.Rate, scratch);
        TensorPrimitives.Subtract(_p.Span(), scratch, _p.Span());
    }

    [Benchmark]
    public void Fused() => Adam.Step(_p.Pointer, _g.Pointer, _m.Pointer, _v.Pointer, Length, Settings, 1);
}
