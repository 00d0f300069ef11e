using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Torch.Library;
using static TorchSharp.torch;

namespace FeatureExplorer.Torch.Dictionaries;

/// <summary>One set of a dictionary's tensors on a device: parameters, gradients or one of the moments. W_enc and W_dec are [m, n], without padding.</summary>
internal sealed unsafe class TorchTensors : IDisposable
{
    public TorchTensors(int inputs, int features, int extras, Device device)
    {
        WEnc = zeros(features, inputs, device: device);
        BEnc = zeros(features, device: device);
        WDec = zeros(features, inputs, device: device);
        BDec = zeros(inputs, device: device);
        Extras = zeros(extras, features, device: device);
    }

    /// <summary>[m, n].</summary>
    public Tensor WEnc { get; }

    /// <summary>[m].</summary>
    public Tensor BEnc { get; }

    /// <summary>[m, n].</summary>
    public Tensor WDec { get; }

    /// <summary>[n].</summary>
    public Tensor BDec { get; }

    /// <summary>[extras, m].</summary>
    public Tensor Extras { get; }

    public Tensor[] All => [WEnc, BEnc, WDec, BDec, Extras];

    /// <summary>From the engine's layout, whose rows are padded.</summary>
    public void Load(DictionaryTensors host)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var device = WEnc.device;
        WEnc.copy_(TorchMemory.Upload(host.WEnc, device, host.Features, host.Width).narrow(1, 0, host.Inputs));
        BEnc.copy_(TorchMemory.Upload(host.BEnc, device, host.Features));
        WDec.copy_(TorchMemory.Upload(host.WDec, device, host.Features, host.Width).narrow(1, 0, host.Inputs));
        BDec.copy_(TorchMemory.Upload(host.BDec, device, host.Inputs));
        if (host.Extras > 0)
        {
            Extras.copy_(TorchMemory.Upload(host.Extra0, device, host.Extras, host.Features));
        }
    }

    /// <summary>To the engine's layout; its padding stays zero.</summary>
    public void Store(DictionaryTensors host)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        TorchMemory.Download(Padded(WEnc, host.Width), host.WEnc);
        TorchMemory.Download(BEnc, host.BEnc);
        TorchMemory.Download(Padded(WDec, host.Width), host.WDec);
        TorchMemory.Download(BDec, host.BDec);
        if (host.Extras > 0)
        {
            TorchMemory.Download(Extras, host.Extra0);
        }
    }

    private static Tensor Padded(Tensor rows, int width)
    {
        var padded = zeros(rows.shape[0], width, device: rows.device);
        padded.narrow(1, 0, rows.shape[1]).copy_(rows);
        return padded;
    }

    public void Dispose()
    {
        foreach (var tensor in All)
        {
            tensor.Dispose();
        }
    }
}
