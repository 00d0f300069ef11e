using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Torch.Library;
using static TorchSharp.torch;

namespace FeatureExplorer.Torch;

/// <summary>Rows in a device's memory.</summary>
internal sealed unsafe class TorchRows : Rows
{
    private FloatBuffer? _staging;

    public TorchRows(int count, int width, Device device)
    {
        (Count, Width) = (count, width);
        Values = zeros(count, width, device: device);
    }

    /// <summary>A copy of vectors of the host.</summary>
    public TorchRows(float* host, int count, int width, Device device)
    {
        (Count, Width) = (count, width);
        Values = TorchMemory.Upload(host, device, count, width);
    }

    /// <summary>[count, width].</summary>
    public Tensor Values { get; }

    public override int Count { get; }

    public override int Width { get; }

    /// <summary>The tensor of rows that this back end made.</summary>
    /// <exception cref="ArgumentException">They are another back end's.</exception>
    public static Tensor Of(Rows rows) =>
        rows is TorchRows own ? own.Values : throw new ArgumentException($"{rows?.GetType().Name ?? "null"} is of another back end.", nameof(rows));

    public override void CopyFrom(float* host, int first, int count)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        Values.narrow(0, first, count).copy_(TorchMemory.Upload(host, Values.device, count, Width));
    }

    public override void CopyTo(float* host, int first, int count)
    {
        using var scope = NewDisposeScope();
        TorchMemory.Download(Values.narrow(0, first, count), host);
    }

    public override void CopyFrom(Rows source, int from, int first, int count)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        Values.narrow(0, first, count).copy_(Of(source).narrow(0, from, count));
    }

    public override void Fill(IActivationSource source, int count)
    {
        if (source is IRowSource device)
        {
            device.Read(this, count);
            return;
        }

        _staging ??= new FloatBuffer((long)Count * Width);
        source.Read(_staging.Pointer, count);
        CopyFrom(_staging.Pointer, 0, count);
    }

    public override bool IsFinite(int count)
    {
        using var scope = NewDisposeScope();
        return Values.narrow(0, 0, count).isfinite().all().item<bool>();
    }

    public override void Dispose()
    {
        Values.Dispose();
        _staging?.Dispose();
    }
}
