using System.Runtime.InteropServices;

namespace FeatureExplorer.Torch.Library;

/// <summary>
/// The UUIDs of the visible cards in the order in which CUDA counts them, from the driver's library (CUDA Driver API, cuDeviceGetUuid_v2): it alone knows what
/// <c>CUDA_VISIBLE_DEVICES</c> and <c>CUDA_DEVICE_ORDER</c> make of the machine's cards.
/// </summary>
internal static unsafe class CudaDriver
{
    private const int Success = 0;
    private const int UuidBytes = 16;

    /// <summary>UUIDs as <c>nvidia-smi</c> writes them; none where there is no driver.</summary>
    public static IReadOnlyList<string> Uuids()
    {
        if (OperatingSystem.IsMacOS() || !NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", out var library))
        {
            return [];
        }

        if (!NativeLibrary.TryGetExport(library, "cuInit", out var initialise) || !NativeLibrary.TryGetExport(library, "cuDeviceGetCount", out var count)
            || !NativeLibrary.TryGetExport(library, "cuDeviceGet", out var get) || !NativeLibrary.TryGetExport(library, "cuDeviceGetUuid_v2", out var uuid))
        {
            return [];
        }

        int cards;
        if (((delegate* unmanaged<uint, int>)initialise)(0) != Success || ((delegate* unmanaged<int*, int>)count)(&cards) != Success)
        {
            return [];
        }

        var found = new List<string>();
        var bytes = stackalloc byte[UuidBytes];
        for (var number = 0; number < cards; number++)
        {
            int card;
            found.Add(((delegate* unmanaged<int*, int, int>)get)(&card, number) == Success && ((delegate* unmanaged<byte*, int, int>)uuid)(bytes, card) == Success
                ? Text(new ReadOnlySpan<byte>(bytes, UuidBytes))
                : string.Empty);
        }

        return found;
    }

    /// <summary>GPU-xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx.</summary>
    internal static string Text(ReadOnlySpan<byte> uuid) => $"GPU-{new Guid(uuid, bigEndian: true):D}";
}
