using BenchmarkDotNet.Attributes;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Benchmarks;

/// <summary>Encoding by the sparse path against the encoder's bare dense product: what compressing costs beside it.</summary>
[MemoryDiagnoser]
public unsafe class DictionaryBenchmarks
{
    private const int Inputs = 512;
    private const int Rows = 2048;

    private readonly SparseActivations _f = new();
    private SparseAutoencoder _dictionary = null!;
    private FloatBuffer _x = null!;
    private FloatBuffer _pre = null!;

    [Params(512, 4096)]
    public int Features { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new CounterRandom(1);
        _dictionary = new SparseAutoencoder(Inputs, Features);
        _x = new FloatBuffer((long)Rows * Inputs);
        _pre = new FloatBuffer((long)Rows * Features);
        Fill(_x, random.Stream("x"), 1);
        Fill(_dictionary.WEnc, random.Stream("encoder"), 1 / MathF.Sqrt(Inputs));

        // Standard normal pre-activations minus 2.3: about one in a hundred is positive.
        _dictionary.BEnc.Span().Fill(-2.3f);
        _dictionary.WeightsChanged();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _dictionary.Dispose();
        _x.Dispose();
        _pre.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void DenseProduct() => MatrixProduct.Multiply(
        false, true, Rows, Features, Inputs, _x.Pointer, Inputs, _dictionary.WEnc.Pointer, Inputs, _pre.Pointer, Features);

    [Benchmark]
    public void Encode() => _dictionary.Encode(_x.Pointer, Rows, _f);

    private static void Fill(FloatBuffer buffer, CounterRandom random, float scale)
    {
        for (var i = 0L; i < buffer.Length; i++)
        {
            buffer.Pointer[i] = scale * random.Normal((ulong)i);
        }
    }
}
