using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Training;

namespace FeatureExplorer.Torch.Plain;

/// <summary>
/// The steps as TorchSharp's own means write them, automatic differentiation and torch.optim, on the device of another back end: what <c>bench --against plain</c>
/// compares with, and an independent reference in tests. Not for training: operations of TorchSharp pass numbers that the collector may free.
/// </summary>
/// <param name="backend">Where; owned from now on.</param>
public sealed unsafe class PlainBackend(TorchBackend backend) : IComputeBackend
{
    /// <summary>What the command line calls it.</summary>
    public const string Name = "plain";

    /// <inheritdoc/>
    public BackendInfo Info => backend.Info;

    /// <inheritdoc/>
    public double MeasureProduct() => backend.MeasureProduct();

    /// <inheritdoc/>
    public Rows Rows(int count, int width) => backend.Rows(count, width);

    /// <inheritdoc/>
    public Rows Rows(float* host, int count, int width) => backend.Rows(host, count, width);

    /// <inheritdoc/>
    public void DotProducts(Rows left, int first, int count, Rows right, float* products) => backend.DotProducts(left, first, count, right, products);

    /// <inheritdoc/>
    public IVectorStore VectorStore(IModelRunner runner, Site site, int inputs, int capacity, int maxRows) => backend.VectorStore(runner, site, inputs, capacity, maxRows);

    /// <inheritdoc/>
    public IModelRunner ModelRunner(TransformerModel model, int maxWindows) => backend.ModelRunner(model, maxWindows);

    /// <inheritdoc/>
    public ITransformerStep TransformerStep(TransformerModel model, TransformerTrainingOptions options) => new PlainTransformerStep(backend, model, options);

    /// <summary>Of <c>paper-2023</c>; there is no other kind.</summary>
    /// <inheritdoc/>
    public IDictionaryStep DictionaryStep(int inputs, int maxRows, DictionaryVariant variant)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return variant.Options.Variant == DictionaryVariants.Paper2023
            ? new PlainDictionaryStep(backend, inputs, variant)
            : throw new ArgumentException($"The plain step is that of {DictionaryVariants.Paper2023}; there is none of {variant.Options.Variant}.", nameof(variant));
    }

    /// <inheritdoc/>
    public IDictionaryEncoder DictionaryEncoder(SparseAutoencoder dictionary, int maxRows) => backend.DictionaryEncoder(dictionary, maxRows);

    /// <inheritdoc/>
    public void Dispose() => backend.Dispose();
}
