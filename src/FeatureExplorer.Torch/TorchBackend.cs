using System.Diagnostics;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Training;
using FeatureExplorer.Torch.Dictionaries;
using FeatureExplorer.Torch.Library;
using FeatureExplorer.Torch.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace FeatureExplorer.Torch;

/// <summary>libtorch on a processor, an NVIDIA card or an Apple chip: dense products, dictionaries by formulas, the transformer's layers by automatic differentiation.</summary>
public sealed unsafe class TorchBackend : IComputeBackend
{
    private const long PartBytesOfCards = 1L << 31;
    private const long PartBytesOfProcessors = 1L << 28;

    /// <param name="device">A device that is there (<see cref="TorchDevices"/>).</param>
    /// <param name="precision">Of the matrix products.</param>
    /// <exception cref="TorchUnavailableException">The device is not there.</exception>
    public TorchBackend(TorchDevice device, TorchPrecision precision = TorchPrecision.Float32)
    {
        ArgumentNullException.ThrowIfNull(device);
        Device = TorchDevices.Open(device.Id);
        if (Device.type == DeviceType.CUDA)
        {
            backends.cuda.matmul.allow_tf32 = precision == TorchPrecision.Tf32;
        }

        Products = new Products(precision);
        PartBytes = Device.type == DeviceType.CPU ? PartBytesOfProcessors : PartBytesOfCards;
        Info = new BackendInfo(device.Id, device.Name, $"libtorch {TorchLibrary.LoadedVersion}", precision.ToString().ToLowerInvariant());
    }

    /// <inheritdoc/>
    public BackendInfo Info { get; }

    internal Device Device { get; }

    internal Products Products { get; }

    /// <summary>Device memory for what a step keeps at once of [rows, m] or [rows, vocabulary]; more rows than fit are taken in parts.</summary>
    internal long PartBytes { get; set; }

    /// <inheritdoc/>
    public double MeasureProduct()
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var size = Device.type == DeviceType.CPU ? 1024 : 8192;
        var (a, b) = (ones(size, size, device: Device), ones(size, size, device: Device));
        Wait(Products.Multiply(a, b));
        var start = Stopwatch.GetTimestamp();
        Wait(Products.Multiply(a, b));
        return 2.0 * size * size * size / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9;

        // A device computes on by itself: to read a number is to wait for it.
        static void Wait(Tensor product) => product.select(0, 0).select(0, 0).item<float>();
    }

    /// <inheritdoc/>
    public Rows Rows(int count, int width) => new TorchRows(count, width, Device);

    /// <inheritdoc/>
    public Rows Rows(float* host, int count, int width) => new TorchRows(host, count, width, Device);

    /// <inheritdoc/>
    public void DotProducts(Rows left, int first, int count, Rows right, float* products)
    {
        using var off = no_grad();
        using var exact = Products.Exact();
        var (a, b) = (TorchRows.Of(left), TorchRows.Of(right));
        for (var done = 0; done < count;)
        {
            done += TorchOutOfMemoryException.Retry(
                () => Part(done), () => (PartBytes /= 2) > right.Count * sizeof(float), () =>
                $"{Info.Device} has too little memory for the products of {right.Count:N0} directions: use another device.");
        }

        int Part(int done)
        {
            using var scope = NewDisposeScope();
            var rows = (int)Math.Clamp(PartBytes / ((long)right.Count * sizeof(float)), 1, count - done);
            TorchMemory.Download(mm(a.narrow(0, first + done, rows), b.t()), products + ((nint)done * right.Count));
            return rows;
        }
    }

    /// <inheritdoc/>
    public IVectorStore VectorStore(IModelRunner runner, Site site, int inputs, int capacity, int maxRows) =>
        new TorchVectorStore(runner, site, inputs, capacity, maxRows, Device);

    /// <inheritdoc/>
    public IModelRunner ModelRunner(TransformerModel model, int maxWindows) => new TorchModelRunner(this, model, maxWindows);

    /// <inheritdoc/>
    public ITransformerStep TransformerStep(TransformerModel model, TransformerTrainingOptions options) => new TorchTransformerStep(this, model, options);

    /// <inheritdoc/>
    public IDictionaryStep DictionaryStep(int inputs, int maxRows, DictionaryVariant variant) => new TorchDictionaryStep(this, inputs, variant);

    /// <inheritdoc/>
    public IDictionaryEncoder DictionaryEncoder(SparseAutoencoder dictionary, int maxRows) => new TorchDictionaryEncoder(this, dictionary);

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
