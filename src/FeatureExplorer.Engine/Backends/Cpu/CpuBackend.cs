using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Training;

namespace FeatureExplorer.Engine.Backends.Cpu;

/// <summary>The engine's own kernels on the processor: sparse, exact, the same bits for any number of threads. The default.</summary>
public sealed unsafe class CpuBackend : IComputeBackend
{
    private CpuBackend()
    {
    }

    /// <summary>The one there is; it holds nothing and needs no disposal.</summary>
    public static CpuBackend Instance { get; } = new();

    /// <inheritdoc/>
    public BackendInfo Info { get; } = new(BackendInfo.CpuId, "processor", "engine", "float32");

    /// <inheritdoc/>
    public double MeasureProduct() => MatrixBenchmark.Run(1024, 1024, 512).GigaflopsPerSecond;

    /// <inheritdoc/>
    public Rows Rows(int count, int width) => new HostRows(count, width);

    /// <inheritdoc/>
    public Rows Rows(float* host, int count, int width) => new HostRows(host, count, width);

    /// <inheritdoc/>
    public void DotProducts(Rows left, int first, int count, Rows right, float* products)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        var width = left.Width;
        MatrixProduct.Multiply(false, true, count, right.Count, width, HostRows.Of(left) + ((nint)first * width), width, HostRows.Of(right), width, products, right.Count);
    }

    /// <inheritdoc/>
    public IVectorStore VectorStore(IModelRunner runner, Site site, int inputs, int capacity, int maxRows)
    {
        ArgumentNullException.ThrowIfNull(runner);
        return new HostVectorStore((tokens, windows, length, activations) => runner.Activations(tokens, windows, length, site, activations), inputs, capacity, maxRows, runner);
    }

    /// <inheritdoc/>
    public IModelRunner ModelRunner(TransformerModel model, int maxWindows) => new TransformerRunner(model, maxWindows);

    /// <inheritdoc/>
    public ITransformerStep TransformerStep(TransformerModel model, TransformerTrainingOptions options) => new CpuTransformerStep(model, options);

    /// <inheritdoc/>
    public IDictionaryStep DictionaryStep(int inputs, int maxRows, DictionaryVariant variant)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return new DictionaryStep(inputs, variant.Options.Features, maxRows, variant);
    }

    /// <inheritdoc/>
    public IDictionaryEncoder DictionaryEncoder(SparseAutoencoder dictionary, int maxRows) => new CpuDictionaryEncoder(dictionary);

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
