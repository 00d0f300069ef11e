using System.Runtime.InteropServices;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Torch.Library;
using FeatureExplorer.Training.Devices;
using FeatureExplorer.Web.Devices;
using FeatureExplorer.Web.Operations;

namespace FeatureExplorer.Tests.Torch;

/// <summary>What is said when libtorch is missing, of another version, or short of memory.</summary>
public sealed class TorchLibraryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_FolderWithoutLibtorch_SaysHowToGetIt()
    {
        // Load keeps the first folder that works; what it checks before must not depend on that.
        var devices = new TorchComputeDevices(new ExplorerOptions { Data = _folder.Path });

        Assert.Null(TorchComputeDevices.Folder(new ExplorerOptions { Data = _folder.Path }));
        Assert.Equal("cpu", Assert.Single(devices.All).Id);
        Assert.Null(devices.Problem);
        var missing = Assert.Throws<ArgumentException>(() => devices.Open("cuda:0", DevicePlacement.Float32));
        Assert.Contains("There is no device cuda:0 on this machine; there is cpu.", missing.Message, StringComparison.Ordinal);

        TorchComputeDevices Named(string device) => new(new ExplorerOptions { Data = _folder.Path, Training = new TrainingOptions { Device = device } });
        Assert.StartsWith("Training:Device is cuda:0. There is no device cuda:0 on this machine", Named("cuda:0").Fault(), StringComparison.Ordinal);
        Assert.Null(Named("auto").Fault());
        Assert.Null(Named("cpu").Fault());
    }

    [Fact]
    public void Checked_FolderOfAnotherVersion_IsRefusedUnlessAllowed()
    {
        var lib = Directory.CreateDirectory(Path.Combine(_folder.Path, "site-packages", "torch", "lib")).FullName;
        var name = OperatingSystem.IsWindows() ? "torch_cpu.dll" : OperatingSystem.IsMacOS() ? "libtorch_cpu.dylib" : "libtorch_cpu.so";
        File.WriteAllText(Path.Combine(lib, name), "no library");
        File.WriteAllText(Path.Combine(lib, "..", "version.py"), "__version__ = '2.4.1+cu121'\n");

        var refused = Assert.Throws<TorchUnavailableException>(() => TorchLibrary.Checked(Path.GetDirectoryName(lib)!, anyVersion: false));

        Assert.Contains("holds PyTorch 2.4.1+cu121; 2.10 is needed", refused.Message, StringComparison.Ordinal);
        Assert.Equal(lib, TorchLibrary.Checked(Path.GetDirectoryName(lib)!, anyVersion: true));
    }

    [Fact]
    public void Reason_OldLibstdcxx_NamesTheRemedy()
    {
        var reason = TorchLibrary.Reason("/torch/libLibTorchSharp.so", "/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found");

        Assert.Contains("GCC 13", reason, StringComparison.Ordinal);
        Assert.Contains("scripts/torch-compat.py", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Retry_OutOfMemory_MakesThePartsSmallerAndThenSaysWhatIsNeeded()
    {
        var (tries, part) = (0, 8);
        var result = TorchOutOfMemoryException.Retry(() => ++tries < 3 ? throw new NativeFailure("CUDA out of memory. Tried to allocate 2.00 GiB") : part, () => (part /= 2) > 0, () => "never");
        Assert.Equal((2, 3), (result, tries));

        var failed = Assert.Throws<TorchOutOfMemoryException>(() => TorchOutOfMemoryException.Retry<int>(() => throw new NativeFailure("out of memory"), () => false, () => "131,072 features take 3 GiB"));
        Assert.Equal("131,072 features take 3 GiB", failed.Message);
        Assert.Throws<NativeFailure>(() => TorchOutOfMemoryException.Retry<int>(() => throw new NativeFailure("another failure"), () => true, () => "never"));
    }

    [Fact]
    public void Parse_OfTheDriversLines_GivesNamesAndBytesByUuid()
    {
        const string First = "GPU-00112233-4455-6677-8899-aabbccddeeff";
        var cards = NvidiaCards.Parse($"{First}, NVIDIA H200, 143771, 1042\nGPU-b, NVIDIA A10G, 23028, [N/A]\n");

        Assert.Equal(new NvidiaCards.Card("NVIDIA H200", 143771L << 20, 1042L << 20), cards[First]);
        Assert.Equal(new NvidiaCards.Card("NVIDIA A10G", 23028L << 20, 0), cards["GPU-b"]);
        Assert.Equal(First, CudaDriver.Text([0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff]));
    }

    /// <summary>What TorchSharp throws.</summary>
    private sealed class NativeFailure(string message) : ExternalException(message);
}
