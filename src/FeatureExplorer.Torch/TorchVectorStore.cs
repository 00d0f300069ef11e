using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Torch.Library;
using static TorchSharp.torch;

namespace FeatureExplorer.Torch;

/// <summary>The shuffle buffer in a device's memory: activations go from the model to the dictionary without a way over the host.</summary>
internal sealed unsafe class TorchVectorStore : IVectorStore
{
    private readonly IModelRunner _runner;
    private readonly Site _site;
    private readonly Tensor _vectors;
    private readonly TorchRows _activations;

    public TorchVectorStore(IModelRunner runner, Site site, int inputs, int capacity, int maxRows, Device device)
    {
        (_runner, _site) = (runner, site);
        _vectors = zeros(capacity, inputs, dtype: float16, device: device);
        _activations = new TorchRows(maxRows, inputs, device);
    }

    public void Activate(ReadOnlySpan<int> tokens, int windows, int length) => _runner.Activations(tokens, windows, length, _site, _activations);

    public void Put(int[] rows, int[] slots)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var chosen = _activations.Values.index_select(0, TorchMemory.Upload(rows, _vectors.device)).to(float16);
        _vectors.index_copy_(0, TorchMemory.Upload(slots, _vectors.device), chosen);
    }

    public void Take(ReadOnlySpan<int> slots, float* x)
    {
        using var scope = NewDisposeScope();
        TorchMemory.Download(Chosen(slots), x);
    }

    public void Take(ReadOnlySpan<int> slots, Rows x, int first)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        TorchRows.Of(x).narrow(0, first, slots.Length).copy_(Chosen(slots));
    }

    public void Dispose()
    {
        _runner.Dispose();
        _activations.Dispose();
        _vectors.Dispose();
    }

    private Tensor Chosen(ReadOnlySpan<int> slots) => _vectors.index_select(0, TorchMemory.Upload(slots, _vectors.device));
}
