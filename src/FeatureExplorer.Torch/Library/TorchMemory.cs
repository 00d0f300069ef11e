using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace FeatureExplorer.Torch.Library;

/// <summary>Copies between the host's memory and tensors.</summary>
internal static unsafe class TorchMemory
{
    // What is copied at a time: a span holds less than 2 GiB.
    private const long Piece = 1 << 26;

    private delegate void PieceAction(Span<float> span, long at);

    /// <summary>A tensor on a device from floats of the host.</summary>
    public static Tensor Upload(float* source, Device device, params ReadOnlySpan<long> shape)
    {
        var host = empty(shape, float32);
        ForPieces(host, (span, at) => new ReadOnlySpan<float>(source + at, span.Length).CopyTo(span));
        return ToDevice(host, device);
    }

    /// <summary>Indices or token ids on a device; libtorch indexes with 64-bit integers.</summary>
    public static Tensor Upload(ReadOnlySpan<int> indices, Device device)
    {
        // Not tensor(array), which pins the array until libtorch calls back to let go of it.
        var host = empty([indices.Length], int64);
        var wide = MemoryMarshal.Cast<byte, long>(host.bytes);
        for (var i = 0; i < wide.Length; i++)
        {
            wide[i] = indices[i];
        }

        return ToDevice(host, device);
    }

    /// <summary>All numbers of a tensor to floats of the host.</summary>
    public static void Download(Tensor source, float* target)
    {
        using var scope = NewDisposeScope();
        ForPieces(source.detach().to(float32).cpu().contiguous(), (span, at) => span.CopyTo(new Span<float>(target + at, span.Length)));
    }

    /// <summary>All numbers of a tensor.</summary>
    public static float[] Floats(Tensor source)
    {
        using var scope = NewDisposeScope();
        return source.detach().to(float32).cpu().contiguous().data<float>().ToArray();
    }

    /// <summary>All numbers of a tensor of integers.</summary>
    public static int[] Integers(Tensor source)
    {
        using var scope = NewDisposeScope();
        return source.to(int32).cpu().contiguous().data<int>().ToArray();
    }

    private static Tensor ToDevice(Tensor host, Device device)
    {
        if (device.type == DeviceType.CPU)
        {
            return host;
        }

        using (host)
        {
            return host.to(device);
        }
    }

    private static void ForPieces(Tensor host, PieceAction action)
    {
        using var scope = NewDisposeScope();
        var flat = host.view(-1);
        for (var at = 0L; at < host.NumberOfElements; at += Piece)
        {
            action(MemoryMarshal.Cast<byte, float>(flat.narrow(0, at, Math.Min(Piece, host.NumberOfElements - at)).bytes), at);
        }
    }
}
